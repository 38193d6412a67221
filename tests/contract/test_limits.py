"""What the server is told of each of our transactions, and what it may answer."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from support.stored import CONVERSATION, StoredTask, insert_async
from taskview_core.errors import ConflictError, QueryTimeoutError
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.persistence.engine import create_engine
from taskview_core.persistence.limited_connection import LimitedConnection
from taskview_core.query.request import PageRequest
from taskview_core.query.task_filter import EVERYTHING

_SETTINGS = (
    "SELECT current_setting('statement_timeout'), current_setting('jit'),"
    " current_setting('transaction_read_only')"
)


async def test_limits_hold_for_what_comes_next(migrated_postgres_url: str) -> None:
    engine = create_engine(
        migrated_postgres_url, read_only=True, statement_timeout=7, pool_size=1, max_overflow=0
    )
    async with engine.connect() as connection:
        assert tuple((await connection.execute(text(_SETTINGS))).one()) == ("7s", "off", "on")
        raw = await connection.get_raw_connection()
        driver = raw.driver_connection
        assert isinstance(driver, LimitedConnection)
        driver.seconds = 9
        assert tuple((await connection.execute(text(_SETTINGS))).one()) == ("9s", "off", "on")
        driver.seconds = None
        assert tuple((await connection.execute(text(_SETTINGS))).one()) == ("0", "off", "on")
    await engine.dispose()


async def test_a_connection_that_was_lost_is_not_kept_for_a_longer_query(
    migrated_postgres_url: str,
) -> None:
    """The new limit is the first thing that the lost connection is told."""
    await insert_async(migrated_postgres_url, [StoredTask.numbered(1)])
    browser = DatabaseBrowser(migrated_postgres_url, connections=1)
    await browser.search_tasks(EVERYTHING, PageRequest())
    other = await asyncpg.connect(migrated_postgres_url)
    await other.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await other.close()
    assert len((await browser.conversation_tree(CONVERSATION)).rows) == 1
    await browser.close()


async def test_behind_a_pooler_they_hold_within_a_transaction_and_not_after_it(
    migrated_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LimitedConnection, "get_server_pid", lambda self: 0)
    engine = create_engine(
        migrated_postgres_url, read_only=True, statement_timeout=7, pool_size=1, max_overflow=0
    )
    async with engine.connect() as connection:
        assert tuple((await connection.execute(text(_SETTINGS))).one()) == ("7s", "off", "on")
        raw = await connection.get_raw_connection()
        await connection.rollback()
        # Past SQLAlchemy there is no transaction, and what a pooler would keep for others.
        driver = raw.driver_connection
        assert driver is not None
        assert await driver.fetchval("SHOW statement_timeout") == "0"
        assert await driver.fetchval("SHOW jit") == "on"
    await engine.dispose()


async def test_a_statement_is_prepared_again_when_the_tables_have_changed(
    migrated_postgres_url: str,
) -> None:
    browser = DatabaseBrowser(migrated_postgres_url, connections=1)
    await browser.connect()
    assert (await browser.search_tasks(EVERYTHING, PageRequest())).rows == ()
    other = await asyncpg.connect(migrated_postgres_url)
    await other.execute("ALTER TABLE tasks ALTER COLUMN agent_id TYPE text")
    await other.close()
    assert (await browser.search_tasks(EVERYTHING, PageRequest())).rows == ()
    await browser.close()


async def test_a_whole_tree_may_take_longer_than_a_page_but_its_statements_not(
    migrated_url: str,
) -> None:
    browser = DatabaseBrowser(migrated_url, timeout=0.5, connections=1)

    async def take_long(session: object) -> None:
        await asyncio.sleep(0.8)

    await browser._call(take_long, long=True)
    with pytest.raises(QueryTimeoutError, match=r"stopped after 0\.5 s"):
        await browser._call(take_long)
    await browser.close()


async def test_what_the_server_is_told_of_the_time(migrated_postgres_url: str) -> None:
    browser = DatabaseBrowser(migrated_postgres_url, timeout=7, connections=1)
    seen: list[str] = []

    async def look(session: object) -> None:
        seen.append(await session.scalar(text("SHOW statement_timeout")))  # type: ignore[attr-defined]  # an AsyncSession

    for long in (False, True):
        await browser._call(look, long=long)
    await browser._call(look, seconds=0.4)
    assert seen == ["7s", "7s", "400ms"]
    await browser.close()


async def test_answers_come_before_their_connections_are_given_back(migrated_url: str) -> None:
    browser = DatabaseBrowser(migrated_url, connections=1)
    # One connection for all: each call waits for the one before to have left it in order.
    pages = await asyncio.gather(
        *(browser.search_tasks(EVERYTHING, PageRequest()) for _ in range(20))
    )
    assert [page.rows for page in pages] == [()] * 20
    await browser.close()
    assert not browser._runner._running


@pytest.mark.parametrize("code", ["40001", "40P01"])
async def test_what_the_server_stopped_for_something_else_is_asked_three_times_more(
    migrated_postgres_url: str, code: str
) -> None:
    browser = DatabaseBrowser(migrated_postgres_url, connections=1)
    tries = 0
    refused = f"DO $$ BEGIN RAISE 'conflict with recovery' USING ERRCODE = '{code}'; END $$"

    async def work(session: AsyncSession, refusals: int) -> int:
        nonlocal tries
        tries += 1
        if tries <= refusals:
            await session.execute(text(refused))
        found: int = (await session.execute(text("SELECT 7"))).scalar_one()
        return found

    assert await browser._call(lambda session: work(session, 1)) == 7
    assert tries == 2
    tries = 0
    with pytest.raises(ConflictError, match="conflict with recovery"):
        await browser._call(lambda session: work(session, 9))
    assert tries == 4
    await browser.close()
