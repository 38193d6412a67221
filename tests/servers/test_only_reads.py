"""All that can be done at the browser, and each command that reads, where nothing may be written.

Every statement that is sent is recorded, and is of a shape that only reads.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from reliability.operations import Stage
from support.databases import DatabaseMaker, run
from support.every_key import ROUNDS, press_every_key
from support.postgres import server_labels
from support.powers import modes_hold
from support.statements import harmful, record_sqlite, statements_to_server
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.persistence.sql import judged, windows
from taskview_core.query.request import PageRequest
from taskview_core.query.task_filter import TaskFilter
from taskview_tui import wiring
from taskview_tui.cli.main import main

pytestmark = pytest.mark.servers

_LOCKS = (
    "SELECT DISTINCT l.locktype, l.mode FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
    " WHERE a.usename = $1 AND l.locktype NOT IN ('virtualxid')"
    # A session that begins takes one on the database itself, for a moment.
    " AND l.classid IS DISTINCT FROM 'pg_database'::regclass::oid"
)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what opens other programs, or writes files, do so here."""
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")
    for name in ("EDITOR", "VISUAL", "PAGER"):
        monkeypatch.setenv(name, "true")


@pytest.fixture(scope="module")
def stage(databases: DatabaseMaker, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """What makes databases with the same rows."""
    return Stage(databases, tmp_path_factory.mktemp("stage"), 300)


def _indexed(url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a database a text index, and have it asked though there are few rows."""
    for name in ("FIRST_ROWS", "PEEK_ROWS", "SECOND_ROWS", "MOST_ROWS"):
        monkeypatch.setattr(windows, name, 20)
    monkeypatch.setattr(judged, "_NEAR_ROWS", 20)
    assert main(("db", "index-text", url)) == 0
    assert main(("db", "status", url)) == 0
    assert "text index ✓" in capsys.readouterr().out


_FEWEST = 20
"""Each round asks more than this; how much more depends on what is read ahead meanwhile."""
_BETWEEN_LOOKS = 0.03
"""Seconds between looks at the locks: each takes time from the program that is watched."""
_COMMANDS = "commands"
_INDEXED = ("found tasks", _COMMANDS)
"""What is done on a database with a text index, where text is looked for."""


@pytest.mark.parametrize("what", [*ROUNDS, _COMMANDS])
def test_a_sqlite_file_and_folder_that_cannot_be_written(
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    what: str,
) -> None:
    url = stage.full("sqlite")
    path = Path(url.removeprefix("sqlite:///"))
    if what in _INDEXED:
        _indexed(url, capsys, monkeypatch)
    before = _digests(path)
    record = record_sqlite(monkeypatch, str(path))
    of_index = record_sqlite(monkeypatch, ".text-index")
    path.chmod(0o400)
    path.parent.chmod(0o500)
    with modes_hold():
        with pytest.raises(PermissionError):
            (path.parent / "more").touch()
        if what == _COMMANDS:
            _run_commands(url)
        else:
            done = run(press_every_key(lambda: wiring.open_browser_at_once(url), ROUNDS[what]))
            assert len(done) > 10
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    assert _digests(path) == before
    path.parent.chmod(0o700)
    assert len(record) > _FEWEST
    assert harmful(record, "sqlite") == set()
    assert bool(of_index) == (what in _INDEXED), "it was asked"
    assert harmful(of_index, "sqlite") == set()


def _digests(path: Path) -> set[str]:
    """Tell the bytes of a database, and of its text index."""
    indexes = Path(os.environ["XDG_CACHE_HOME"]).rglob("*.text-index")
    return {hashlib.sha256(each.read_bytes()).hexdigest() for each in (path, *indexes)}


def _labelled() -> Iterator[tuple[str, str]]:
    """Give each round on one of the servers in turn, and on all of them what differs the most."""
    labels = server_labels()
    for number, what in enumerate((*ROUNDS, _COMMANDS)):
        of = labels if what == _COMMANDS else [labels[number % len(labels)]]
        yield from ((label, what) for label in of)


@pytest.mark.parametrize(("label", "what"), list(_labelled()))
def test_a_role_that_may_only_select(
    stage: Stage,
    databases: DatabaseMaker,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    label: str,
    what: str,
) -> None:
    url = stage.full(label)
    if what in _INDEXED:
        _indexed(url, capsys, monkeypatch)
    with _reader(url) as (role, reader), statements_to_server(reader) as (recorded, record):
        if what == _COMMANDS:
            _run_commands(recorded)
        else:
            done, locks = run(_watched(url, role, recorded, ROUNDS[what]))
            assert len(done) > 10
            assert locks <= {("relation", "AccessShareLock")}
    assert len(record) > _FEWEST
    assert harmful(record, "postgresql") == set()
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
        ("ls", url, "--filter", "timeout"),
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
    url: str, role: str, recorded: str, ways: Sequence[str]
) -> tuple[set[str], set[tuple[str, str]]]:
    """Press every key, and look at the locks that are held meanwhile."""
    watcher = await asyncpg.connect(url)
    locks: set[tuple[str, str]] = set()
    open_browser = lambda: wiring.open_browser_at_once(recorded)  # noqa: E731  # called in a thread
    pressing = asyncio.ensure_future(press_every_key(open_browser, ways))
    while not pressing.done():
        locks |= {(row[0], row[1]) for row in await watcher.fetch(_LOCKS, role)}
        await asyncio.sleep(_BETWEEN_LOOKS)
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
