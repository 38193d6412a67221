"""Behind a pooler that lends each transaction any of its sessions, without being told of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError

from support.pooler import transaction_pooler
from support.stored import CONVERSATION, StoredTask, insert, number
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.persistence.engine import create_engine
from taskview_core.persistence.late_browser import LateBrowser
from taskview_core.persistence.limited_connection import LimitedConnection
from taskview_core.persistence.url import parse_database_url
from taskview_core.query.page import PageRequest
from taskview_core.query.task_filter import EVERYTHING, TaskFilter

pytestmark = pytest.mark.servers

_SESSIONS = 2


@pytest.fixture
def pooled(migrated_postgres_url: str) -> Iterator[str]:
    """A database with 30 tasks behind a pooler; all lie below the first."""
    insert(
        migrated_postgres_url,
        [StoredTask.numbered(n, parent_task_id=number(0) if n else None) for n in range(30)],
    )
    with transaction_pooler(migrated_postgres_url, _SESSIONS) as url:
        yield url


async def _is_direct(url: str) -> bool:
    engine = create_engine(url, read_only=True, statement_timeout=5)
    async with engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert isinstance(driver, LimitedConnection)
        direct = driver.is_direct
    await engine.dispose()
    return direct


async def test_a_session_is_ours_only_where_nothing_stands_between(
    pooled: str, migrated_postgres_url: str
) -> None:
    assert await _is_direct(migrated_postgres_url)
    assert not await _is_direct(pooled)


async def test_many_browsers_share_two_sessions(pooled: str) -> None:
    browsers = [DatabaseBrowser(pooled) for _ in range(8)]

    async def use(browser: DatabaseBrowser) -> None:
        for _ in range(10):
            page = await browser.search_tasks(EVERYTHING, PageRequest(20))
            assert page.next is not None
            rest = await browser.search_tasks(EVERYTHING, PageRequest(20, cursor=page.next))
            assert (len(page.rows), len(rest.rows)) == (20, 10)
            assert (await browser.count_tasks(TaskFilter.parse("status:completed"))).value == 30
            assert len((await browser.conversation_tree(CONVERSATION)).rows) == 30
            assert (await browser.get_task(number(7))).row.id == number(7)

    await asyncio.gather(*(use(browser) for browser in browsers for _ in range(3)))
    for browser in browsers:
        await browser.close()


async def test_the_sessions_are_left_as_they_were(pooled: str) -> None:
    """Others get them next, and must be able to write and to take their time."""
    browser = DatabaseBrowser(pooled, timeout=1)
    await browser.search_tasks(EVERYTHING, PageRequest(20))
    await browser.count_tasks(EVERYTHING, None)
    await browser.close()
    for _ in range(2 * _SESSIONS):
        other = await asyncpg.connect(pooled, statement_cache_size=0)
        assert await other.fetchval("SHOW statement_timeout") == "0"
        assert await other.fetchval("SHOW default_transaction_read_only") == "off"
        kept = "SELECT count(*) FROM pg_prepared_statements WHERE name <> ''"
        assert await other.fetchval(kept) == 0
        await other.execute("UPDATE tasks SET status = 'failed' WHERE false")
        await other.close()


async def test_nothing_can_be_written_through_it(pooled: str) -> None:
    engine = create_engine(pooled, read_only=True, statement_timeout=5)
    with pytest.raises(DBAPIError, match="read-only"):
        async with engine.begin() as connection:
            await connection.exec_driver_sql("DELETE FROM tasks")
    await engine.dispose()


async def test_the_first_page_comes_through_it(pooled: str) -> None:
    url = parse_database_url(pooled)
    browsers = [LateBrowser(url, lambda opened: DatabaseBrowser(url, opened=opened)) for _ in "123"]

    async def use(browser: LateBrowser) -> None:
        await browser.connect()
        assert len((await browser.search_tasks(EVERYTHING, PageRequest())).rows) == 30
        assert (await browser.count_tasks(EVERYTHING)).value == 30
        await browser.close()

    await asyncio.gather(*(use(browser) for browser in browsers))
