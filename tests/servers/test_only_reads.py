"""All that can be done at the browser, and each command that reads, where nothing may be written.

Every statement that is sent is recorded, and is of a shape that only reads.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from reliability.operations import Stage
from support.databases import DatabaseMaker, run
from support.every_key import WAYS, press_every_key
from support.postgres import server_labels
from support.powers import modes_hold
from support.statements import harmful, record_sqlite, statements_to_server
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.query.page import PageRequest
from taskview_core.query.task_filter import TaskFilter
from taskview_tui import wiring
from taskview_tui.cli.main import main

pytestmark = pytest.mark.servers

_LOCKS = (
    "SELECT DISTINCT l.locktype, l.mode FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
    " WHERE a.usename = $1 AND l.locktype NOT IN ('virtualxid')"
)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what opens other programs, or writes files, do so here."""
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")
    for name in ("EDITOR", "VISUAL", "PAGER"):
        monkeypatch.setenv(name, "true")


@pytest.mark.parametrize("way", WAYS)
def test_a_sqlite_file_and_folder_that_cannot_be_written(
    databases: DatabaseMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    url = Stage(databases, tmp_path, 300).full("sqlite")
    path = Path(url.removeprefix("sqlite:///"))
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    record = record_sqlite(monkeypatch, str(path))
    path.chmod(0o400)
    path.parent.chmod(0o500)
    with modes_hold():
        with pytest.raises(PermissionError):
            (path.parent / "more").touch()
        done = run(press_every_key(lambda: wiring.open_browser_at_once(url), way))
        _run_commands(url)
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before
    path.parent.chmod(0o700)
    assert len(done) > 10
    assert len(record) > 100
    assert harmful(record, "sqlite") == set()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("label", server_labels()[-1:])
def test_a_role_that_may_only_select(
    databases: DatabaseMaker, tmp_path: Path, label: str, way: str
) -> None:
    url = Stage(databases, tmp_path, 300).full(label)
    with _reader(url) as (role, reader), statements_to_server(reader) as (recorded, record):
        done, locks = run(_watched(url, role, recorded, way))
        _run_commands(recorded)
    assert len(done) > 10
    assert len(record) > 100
    assert harmful(record, "postgresql") == set()
    assert locks <= {("relation", "AccessShareLock")}
    databases.drop(url)


def _run_commands(url: str) -> None:
    task, conversation = run(_two_ids(url))
    for words in (
        ("ls", url, "--filter", "status:failed,running agent:* timeout"),
        ("ls", url, "--full", "-o", "jsonl", "--sort", "-duration"),
        ("ls", url, "--filter", "is:stuck"),
        ("ls", url, "--filter", "is:orphan metadata.a:1 -has:error since:2h"),
        ("tree", url, task),
        ("tree", url, conversation, "-o", "json"),
        ("show", url, task),
        ("show", url, conversation),
        ("count", url, "--exact"),
        ("count", url, "--filter", "error"),
        ("export", url),
        ("export", url, task, "-o", "markdown"),
        ("db", "status", url),
    ):
        assert main(words) == 0, words
    assert main(("diff", url, task, conversation)) in {0, 1}
    assert main(("diff", url, task, task)) == 0


async def _two_ids(url: str) -> tuple[str, str]:
    browser = DatabaseBrowser(url)
    page = await browser.search_tasks(TaskFilter.parse("is:root"), PageRequest(1))
    await browser.close()
    return str(page.rows[0].id), str(page.rows[0].conversation_id)


async def _watched(
    url: str, role: str, recorded: str, way: str
) -> tuple[set[str], set[tuple[str, str]]]:
    """Press every key, and look at the locks that are held meanwhile."""
    watcher = await asyncpg.connect(url)
    locks: set[tuple[str, str]] = set()
    open_browser = lambda: wiring.open_browser_at_once(recorded)  # noqa: E731  # called in a thread
    pressing = asyncio.ensure_future(press_every_key(open_browser, way))
    while not pressing.done():
        locks |= {(row[0], row[1]) for row in await watcher.fetch(_LOCKS, role)}
        await asyncio.sleep(0.005)
    await watcher.close()
    return await pressing, locks


@contextmanager
def _reader(url: str) -> Iterator[tuple[str, str]]:
    """Make a role that may only SELECT; give its name and the URL for it."""
    parts = urlsplit(url)
    name, password = f"reader_{secrets.token_hex(4)}", secrets.token_hex(8)
    database = parts.path.removeprefix("/")
    run(
        _execute(
            url,
            f"CREATE ROLE {name} LOGIN PASSWORD '{password}'",
            f'REVOKE TEMPORARY, CREATE ON DATABASE "{database}" FROM PUBLIC',
            "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
            f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}",
        )
    )
    host = parts.netloc.rpartition("@")[2]
    try:
        yield name, urlunsplit(parts._replace(netloc=f"{name}:{password}@{host}"))
    finally:
        run(_execute(url, f"DROP OWNED BY {name} CASCADE", f"DROP ROLE {name}"))


async def _execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("SELECT * FROM tasks FOR UPDATE", "postgresql"),
        ("SELECT pg_advisory_lock(1)", "postgresql"),
        ("WITH a AS (DELETE FROM tasks RETURNING *) SELECT * FROM a", "postgresql"),
        ("BEGIN READ ONLY; DROP TABLE tasks", "postgresql"),
        ("EXPLAIN (ANALYZE) SELECT 1", "postgresql"),
        ("LOCK TABLE tasks", "postgresql"),
        ("SET default_transaction_read_only = off", "postgresql"),
        ("PRAGMA journal_mode = WAL", "sqlite"),
        ("BEGIN IMMEDIATE", "sqlite"),
        ("UPDATE tasks SET error = 'SELECT'", "sqlite"),
    ],
)
def test_what_writes_would_be_found(statement: str, kind: str) -> None:
    assert harmful([statement], kind) == {statement}
