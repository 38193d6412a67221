"""Reading changes nothing: not a byte of the file, nothing beside it, no row on a server."""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError

from support.stored import CONVERSATION, START, StoredTask, insert_async, number
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.persistence.engine import create_engine
from taskview_core.query.conversation_filter import ConversationFilter
from taskview_core.query.request import PageRequest
from taskview_core.query.sort import Sort
from taskview_core.query.task_filter import EVERYTHING, TaskFilter


async def _use_everything(browser: DatabaseBrowser) -> None:
    await browser.connect()
    await browser.search_tasks(TaskFilter.parse("hello"), PageRequest(10))
    await browser.search_tasks(EVERYTHING, PageRequest(10, Sort("duration")))
    await browser.count_tasks(EVERYTHING, None)
    await browser.facets(EVERYTHING)
    await browser.search_conversations(
        ConversationFilter(), PageRequest(10, Sort("updated", descending=True))
    )
    await browser.get_task(number(3))
    await browser.subtree(number(3))
    await browser.conversation_tree(CONVERSATION)
    await browser.resolve_id(str(number(3)))


def _state(folder: Path) -> dict[str, tuple[str, int]]:
    return {
        path.name: (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in folder.iterdir()
    }


def _path(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


async def test_a_sqlite_file_keeps_every_byte(migrated_sqlite_url: str) -> None:
    await insert_async(migrated_sqlite_url, [StoredTask.numbered(n) for n in range(10)])
    path = _path(migrated_sqlite_url)
    before = _state(path.parent)
    browser = DatabaseBrowser(migrated_sqlite_url)
    await _use_everything(browser)
    assert _state(path.parent) == before, "while it is open"
    await browser.close()
    assert _state(path.parent) == before


@pytest.mark.parametrize("seconds", [None, 5.0])
async def test_the_connections_themselves_refuse_to_write(
    migrated_url: str, seconds: float | None
) -> None:
    """With a limit of time the session is read-only, without one each transaction is."""
    engine = create_engine(migrated_url, read_only=True, statement_timeout=seconds)
    for statement in (
        "DELETE FROM tasks",
        "CREATE TABLE mine (a INTEGER)",
        "UPDATE conversations SET title = 'x'",
    ):
        with pytest.raises(DBAPIError, match=r"read-?\s?only"):
            async with engine.begin() as connection:
                await connection.exec_driver_sql(statement)
    await engine.dispose()


async def test_a_live_wal_database_keeps_working(migrated_sqlite_url: str) -> None:
    path = _path(migrated_sqlite_url)
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("PRAGMA journal_mode = WAL")
    await insert_async(migrated_sqlite_url, [StoredTask.numbered(n) for n in range(10)])
    browser = DatabaseBrowser(migrated_sqlite_url)
    await _use_everything(browser)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("UPDATE tasks SET status = 'failed'")
    seen = await browser.count_tasks(TaskFilter.parse("status:failed"))
    assert seen.value == 0, "not committed yet, and reading does not wait for the writer"
    writer.execute("COMMIT")
    assert (await browser.count_tasks(TaskFilter.parse("status:failed"))).value == 10
    writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert writer.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    await browser.close()
    assert {each.name for each in path.parent.iterdir()} <= {
        path.name,
        f"{path.name}-wal",
        f"{path.name}-shm",
    }
    writer.close()


async def test_a_reader_never_blocks_a_writer(migrated_sqlite_url: str) -> None:
    """In rollback-journal mode an open read transaction would hold every commit up."""
    await insert_async(migrated_sqlite_url, [StoredTask.numbered(n) for n in range(10)])
    browser = DatabaseBrowser(migrated_sqlite_url)
    await _use_everything(browser)
    # An answer comes a moment before its transaction ends.
    await asyncio.gather(*browser._runner._running)
    writer = sqlite3.connect(_path(migrated_sqlite_url), timeout=0)
    with writer:
        writer.execute("UPDATE tasks SET status = 'failed'")
    writer.close()
    assert (await browser.count_tasks(TaskFilter.parse("status:failed"))).value == 10
    await browser.close()


@pytest.fixture
async def sealed(migrated_sqlite_url: str) -> AsyncIterator[Path]:
    """A database that may be read and neither it nor its folder be written."""
    await insert_async(migrated_sqlite_url, [StoredTask.numbered(n) for n in range(10)])
    path = _path(migrated_sqlite_url)
    path.chmod(stat.S_IRUSR)
    path.parent.chmod(stat.S_IRUSR | stat.S_IXUSR)
    yield path
    path.parent.chmod(stat.S_IRWXU)
    path.chmod(stat.S_IRUSR | stat.S_IWUSR)


async def test_a_file_in_a_folder_that_cannot_be_written(sealed: Path) -> None:
    browser = DatabaseBrowser(str(sealed))
    await _use_everything(browser)
    await browser.close()
    assert list(sealed.parent.iterdir()) == [sealed]


async def test_odd_names_of_files(tmp_path: Path, migrated_sqlite_url: str) -> None:
    for name in ("a b.db", "50%.db", "what?.db", "a#b.db", "ü☃.db", "a&mode=rwc.db", "%41.db"):
        path = tmp_path / name
        path.write_bytes(_path(migrated_sqlite_url).read_bytes())
        browser = DatabaseBrowser(str(path))
        await browser.connect()
        assert (await browser.count_tasks(EVERYTHING)).value == 0
        await browser.close()
    assert len(list(tmp_path.iterdir())) == 7


async def test_a_postgres_session_reads_only(migrated_postgres_url: str) -> None:
    await insert_async(migrated_postgres_url, [StoredTask.numbered(n) for n in range(10)])
    watcher = await asyncpg.connect(migrated_postgres_url)
    before = await _changes(watcher)
    browser = DatabaseBrowser(migrated_postgres_url)
    await _use_everything(browser)
    idle = await watcher.fetch(
        "SELECT state, query FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    assert idle, "its connections are there"
    assert {row["state"] for row in idle} == {"idle"}, "none is left inside a transaction"
    await browser.close()
    assert await _changes(watcher) == before
    await insert_async(migrated_postgres_url, [StoredTask.numbered(10)], [])
    assert await _changes(watcher) > before, "one row more would have been seen"
    await watcher.close()


async def _changes(watcher: asyncpg.Connection[asyncpg.Record]) -> int:
    """Give how many rows were ever added, changed or removed, once all others have hung up.

    A server's process adds its own to these numbers as it ends, at the latest.
    """
    others = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    async with asyncio.timeout(60):
        while await watcher.fetchval(others):  # noqa: ASYNC110  # a server tells nobody
            await asyncio.sleep(0.02)
    changed = "tup_inserted + tup_updated + tup_deleted"
    return int(
        await watcher.fetchval(
            f"SELECT {changed} FROM pg_stat_database WHERE datname = current_database()"
        )
    )


async def test_times_are_the_same_whatever_the_servers_zone(migrated_postgres_url: str) -> None:
    connection = await asyncpg.connect(migrated_postgres_url)
    name = await connection.fetchval("SELECT current_database()")
    await connection.execute(f"ALTER DATABASE \"{name}\" SET timezone = 'Asia/Kolkata'")
    await connection.execute(f"ALTER DATABASE \"{name}\" SET datestyle = 'SQL, DMY'")
    await connection.close()
    await insert_async(migrated_postgres_url, [StoredTask.numbered(0)])
    browser = DatabaseBrowser(migrated_postgres_url)
    await browser.connect()
    rows = (await browser.search_tasks(TaskFilter.parse("since:2026-01-31"), PageRequest(5))).rows
    assert [row.created_at for row in rows] == [START]
    await browser.close()
