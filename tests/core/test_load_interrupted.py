"""A load that is stopped, cut off or run twice at once keeps all of its rows or none."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from support.loads import conversation, dump, ident, load, task, write_lines
from taskview_core.errors import ConnectionLostError, QueryError
from taskview_core.persistence.loading import LoadProgress, load_files
from taskview_core.persistence.url import parse_database_url
from taskview_migrations import make_schema


def many(path: Path) -> Path:
    """Write rows enough for some batches."""
    return write_lines(path, [conversation(), *(task(number) for number in range(9_000))])


async def test_a_cancelled_load_leaves_what_was(migrated_url: str, tmp_path: Path) -> None:
    await load(migrated_url, write_lines(tmp_path / "before", [conversation(title="old")]))
    before = await dump(migrated_url)

    def stop(state: LoadProgress) -> None:
        if state.step == "tasks":
            running.cancel()

    running = asyncio.ensure_future(
        load_files(parse_database_url(migrated_url), [many(tmp_path / "rows")], stop, make_schema)
    )
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await dump(migrated_url) == before
    await load(migrated_url, tmp_path / "rows")
    assert len((await dump(migrated_url))["tasks"]) == 9_000


async def test_a_lost_server_is_told_and_nothing_is_kept(
    migrated_postgres_url: str, tmp_path: Path
) -> None:
    url = parse_database_url(migrated_postgres_url)
    administrator = await asyncpg.connect(migrated_postgres_url)
    cutting: list[asyncio.Future[str]] = []

    def cut(state: LoadProgress) -> None:
        if state.step == "tasks" and not cutting:
            others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            mine = "datname = current_database() AND pid <> pg_backend_pid()"
            cutting.append(asyncio.ensure_future(administrator.execute(f"{others} WHERE {mine}")))

    with pytest.raises(ConnectionLostError):
        await load_files(url, [many(tmp_path / "rows")], cut, make_schema)
    await asyncio.gather(*cutting)
    await administrator.close()
    assert await dump(migrated_postgres_url) == {"conversations": {}, "tasks": {}}


async def test_a_killed_load_leaves_what_was(migrated_sqlite_url: str, tmp_path: Path) -> None:
    file = many(tmp_path / "rows")
    program = (
        "import asyncio, os, signal, sys\n"
        "from pathlib import Path\n"
        "from taskview_core.persistence.loading import load_files\n"
        "from taskview_core.persistence.url import parse_database_url\n"
        "def die(state):\n"
        "    if state.step == 'tasks' and state.rows > 4000:\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(load_files(parse_database_url(sys.argv[1]), [Path(sys.argv[2])], die))\n"
    )
    killed = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", program, migrated_sqlite_url, str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert await dump(migrated_sqlite_url) == {"conversations": {}, "tasks": {}}


async def test_two_loads_at_once_both_succeed(migrated_url: str, tmp_path: Path) -> None:
    first = write_lines(tmp_path / "a", [conversation(), *(task(n) for n in range(3_000))])
    later = [task(n, status="failed") for n in range(2_000, 5_000)]
    second = write_lines(tmp_path / "b", [conversation(), *later])
    reports = await asyncio.gather(load(migrated_url, first), load(migrated_url, second))
    assert sum(report.new_tasks or 0 for report in reports) == 5_000
    stored = (await dump(migrated_url))["tasks"]
    assert set(stored) == {ident(number) for number in range(5_000)}


async def test_a_database_that_stays_locked_is_told(
    migrated_sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("taskview_core.persistence.bulk_sqlite.BUSY_SECONDS", 0)
    other = sqlite3.connect(migrated_sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(QueryError, match="locked"):
        await load(migrated_sqlite_url, write_lines(tmp_path / "rows", [conversation()]))
    other.execute("ROLLBACK")
    other.close()
    await load(migrated_sqlite_url, tmp_path / "rows")
