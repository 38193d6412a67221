"""A large load into an empty table of a SQLite file makes the indexes when the rows are there."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from support.foreign import execute_sqlite
from support.loads import conversation, dump, load, stop_at_indexes, task, write_lines
from taskview_core.persistence.loading import LoadProgress, load_files, work
from taskview_core.persistence.url import parse_database_url
from taskview_migrations import make_schema, status

pytestmark = pytest.mark.long


@pytest.fixture(autouse=True)
def any_file_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the few rows of a test count as many."""
    monkeypatch.setattr(work, "MANY_BYTES", 0)


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """Rows enough for some batches."""
    return write_lines(tmp_path / "rows", [*(task(n) for n in range(4_500)), conversation()])


def fetch(url: str, statement: str) -> list[tuple[Any, ...]]:
    """Ask the file, as another program would."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        return connection.execute(statement).fetchall()


def indexes(url: str) -> list[tuple[Any, ...]]:
    """Give the indexes of both tables, in their order and as they were made."""
    return fetch(url, "SELECT name, sql FROM sqlite_master WHERE type = 'index' ORDER BY rowid")


async def steps_of(url: str, file: Path) -> list[str]:
    """Load a file, and give the steps that were told."""
    told: list[LoadProgress] = []
    await load_files(parse_database_url(url), [file], told.append, make_schema)
    # One of several is named: making them all takes as long as the rows did.
    assert all(state.part.startswith("ix_tasks_") for state in told if state.step == "indexes")
    return list(dict.fromkeys(state.step for state in told))


async def test_they_are_the_same_again(
    migrated_sqlite_url: str, rows: Path, tmp_path: Path
) -> None:
    before = indexes(migrated_sqlite_url)
    assert await steps_of(migrated_sqlite_url, rows) == ["conversations", "tasks", "indexes"]
    assert sorted(indexes(migrated_sqlite_url)) == sorted(before)
    assert fetch(migrated_sqlite_url, "PRAGMA integrity_check") == [("ok",)]
    assert (await status(parse_database_url(migrated_sqlite_url))).is_current
    assert len((await dump(migrated_sqlite_url))["tasks"]) == 4_500
    # Where there are rows already, the indexes stay.
    more = write_lines(tmp_path / "more", [task(number) for number in range(4_000, 5_000)])
    assert "indexes" not in await steps_of(migrated_sqlite_url, more)
    assert len((await dump(migrated_sqlite_url))["tasks"]) == 5_000


async def test_readers_of_the_log_go_on_with_what_was(migrated_sqlite_url: str, rows: Path) -> None:
    assert fetch(migrated_sqlite_url, "PRAGMA journal_mode = WAL") == [("wal",)]
    before = indexes(migrated_sqlite_url)
    path = migrated_sqlite_url.removeprefix("sqlite:///")
    seen: list[str] = []

    def look(state: LoadProgress) -> None:
        seen.append(state.step)
        assert fetch(migrated_sqlite_url, "SELECT count(*) FROM tasks") == [(0,)]
        assert indexes(migrated_sqlite_url) == before
        assert reader.execute("SELECT count(*) FROM tasks ORDER BY created_at").fetchone() == (0,)

    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM tasks").fetchone() == (0,)
        await load_files(parse_database_url(migrated_sqlite_url), [rows], look, make_schema)
        assert reader.execute("SELECT count(*) FROM tasks").fetchone() == (0,)
        reader.execute("COMMIT")
        assert reader.execute("SELECT count(*) FROM tasks").fetchone() == (4_500,)
    assert seen[-1] == "indexes"


@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
@pytest.mark.parametrize("moment", ["tasks", "indexes"])
async def test_a_killed_load_leaves_them(
    migrated_sqlite_url: str, rows: Path, mode: str, moment: str
) -> None:
    fetch(migrated_sqlite_url, f"PRAGMA journal_mode = {mode}")
    before = indexes(migrated_sqlite_url)
    program = (
        "import asyncio, os, signal, sys\n"
        "from pathlib import Path\n"
        "from taskview_core.persistence import sqlite_indexes_aside as aside\n"
        "from taskview_core.persistence.loading import load_files, work\n"
        "from taskview_core.persistence.url import parse_database_url\n"
        "work.MANY_BYTES = 0\n"
        "make = aside.SqliteIndexesAside._run\n"
        "async def made(self, statement):\n"
        "    await make(self, statement)\n"
        "    if len(self._made) == 5:\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "if sys.argv[3] == 'indexes':\n"
        "    aside.SqliteIndexesAside._run = made\n"
        "def die(state):\n"
        "    if state.step == sys.argv[3] == 'tasks' and state.rows > 4000:\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(load_files(parse_database_url(sys.argv[1]), [Path(sys.argv[2])], die))\n"
    )
    killed = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", program, migrated_sqlite_url, str(rows), moment],
        capture_output=True,
        text=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert indexes(migrated_sqlite_url) == before
    assert fetch(migrated_sqlite_url, "PRAGMA integrity_check") == [("ok",)]
    assert await dump(migrated_sqlite_url) == {"conversations": {}, "tasks": {}}
    await load(migrated_sqlite_url, rows)
    assert len((await dump(migrated_sqlite_url))["tasks"]) == 4_500


async def test_a_load_that_is_stopped_brings_them_back(
    migrated_sqlite_url: str, rows: Path
) -> None:
    before = indexes(migrated_sqlite_url)
    await stop_at_indexes(migrated_sqlite_url, rows)
    assert indexes(migrated_sqlite_url) == before
    assert (await dump(migrated_sqlite_url))["tasks"] == {}


async def test_what_create_index_would_not_bring_back_stays(
    migrated_sqlite_url: str, rows: Path
) -> None:
    """One that holds a value to be there once, one of others, and what ANALYZE has written."""
    for statement in (
        "DROP INDEX ix_tasks_started",
        "CREATE UNIQUE INDEX ix_tasks_started ON tasks (started_at, id)",
        "CREATE INDEX theirs ON tasks (agent_id)",
        "ANALYZE",
        "INSERT INTO sqlite_stat1 VALUES ('tasks', 'ix_tasks_created', '90 3 1')",
    ):
        execute_sqlite(migrated_sqlite_url, statement)
    places = "SELECT name, rootpage FROM sqlite_master WHERE name IN"
    places += " ('ix_tasks_started', 'theirs', 'ix_tasks_created') ORDER BY name"
    before = fetch(migrated_sqlite_url, places)
    assert "indexes" in await steps_of(migrated_sqlite_url, rows)
    assert fetch(migrated_sqlite_url, places) == before
    counted = "SELECT stat FROM sqlite_stat1 WHERE idx = 'ix_tasks_created'"
    assert fetch(migrated_sqlite_url, counted) == [("90 3 1",)]
