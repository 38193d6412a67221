"""Behind a pooler that lends each transaction any of its sessions, without being told of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError

from support.cli_process import run_process
from support.pooler import transaction_pooler
from support.standby import execute, told
from support.stored import CONVERSATION, StoredTask, insert, number
from taskview_core.errors import CannotConnectError, TaskviewError
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.persistence.engine import create_engine
from taskview_core.persistence.late_browser import LateBrowser
from taskview_core.persistence.limited_connection import LimitedConnection
from taskview_core.persistence.url import parse_database_url
from taskview_core.query.request import PageRequest
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


_STRANGE = "elsewhere, public"


def _with(url: str, **query: str) -> str:
    return f"{url}?{urlencode(query, quote_via=quote)}"


@pytest.mark.parametrize(
    "query",
    [
        {"pgbouncer": "true", "schema": "elsewhere"},
        {"search_path": _STRANGE, "work_mem": "5MB"},
        {"options": r"-c search_path=elsewhere,\ public --work-mem=5MB"},
        {"options": "-csearch_path=public", "search_path": _STRANGE, "application_name": "x"},
    ],
    ids=["prisma", "settings", "options", "both"],
)
async def test_a_schema_and_options_hold_in_each_transaction(
    pooled: str, migrated_postgres_url: str, query: dict[str, str]
) -> None:
    """A pooler refuses them as a connection starts, so they are told with each transaction."""
    url = _with(pooled, **query)
    owner = await asyncpg.connect(migrated_postgres_url)
    await owner.execute("CREATE SCHEMA elsewhere")
    for table in ("tasks", "conversations", "alembic_version"):
        await owner.execute(f"CREATE TABLE elsewhere.{table} (LIKE public.{table} INCLUDING ALL)")
    await owner.execute(
        "INSERT INTO elsewhere.conversations SELECT * FROM public.conversations;"
        "INSERT INTO elsewhere.tasks SELECT * FROM public.tasks ORDER BY id LIMIT 4"
    )
    await owner.close()
    parsed = parse_database_url(url)
    assert parsed.notices == ()
    late = LateBrowser(parsed, lambda opened: DatabaseBrowser(parsed, opened=opened))
    await late.connect()
    assert len((await late.search_tasks(EVERYTHING, PageRequest())).rows) == 4
    assert (await late.count_tasks(EVERYTHING)).value == 4
    await late.close()
    browsers = [DatabaseBrowser(url) for _ in "123"]
    for each in browsers:
        counted = await asyncio.gather(*(each.count_tasks(EVERYTHING) for _ in range(4)))
        assert [count.value for count in counted] == [4] * 4
        await each.close()
    await _see_that_nothing_is_left(pooled)


async def _see_that_nothing_is_left(pooled: str) -> None:
    for _ in range(2 * _SESSIONS):
        other = await asyncpg.connect(pooled, statement_cache_size=0)
        assert await other.fetchval("SHOW search_path") == '"$user", public'
        assert await other.fetchval("SHOW work_mem") == "4MB"
        await other.close()


async def test_what_is_written_goes_to_the_schema_that_is_named(
    pooled: str, migrated_postgres_url: str, tmp_path: Path
) -> None:
    url = _with(pooled, pgbouncer="true", schema="elsewhere")
    await execute(migrated_postgres_url, "CREATE SCHEMA elsewhere")
    upgraded = await asyncio.to_thread(run_process, "db", "upgrade", url)
    assert upgraded.returncode == 0, upgraded.stderr
    rows = tmp_path / "tasks.ndjson"
    rows.write_text(
        f'{{"id": "{CONVERSATION}", "user_id": "u", "created_at": "2026-01-01T00:00:00Z"}}\n'
        f'{{"id": "{number(1)}", "conversation_id": "{CONVERSATION}", "agent_id": "a",'
        ' "status": "completed", "created_at": "2026-01-01T00:00:00Z"}\n'
    )
    loaded = await asyncio.to_thread(run_process, "load", url, str(rows))
    assert loaded.returncode == 0, loaded.stderr
    assert await told(migrated_postgres_url, "SELECT count(*) FROM elsewhere.tasks") == 1
    assert await told(migrated_postgres_url, "SELECT count(*) FROM public.tasks") == 30
    ran = await asyncio.to_thread(run_process, "db", "status", url)
    assert ran.returncode == 0, ran.stderr
    indexed = await asyncio.to_thread(run_process, "db", "index-text", url)
    assert indexed.returncode == 1
    assert b"name the server itself to make or drop the text index" in indexed.stderr
    await _see_that_nothing_is_left(pooled)


async def test_who_asks_to_only_read_does_so(pooled: str, tmp_path: Path) -> None:
    rows = tmp_path / "conversations.ndjson"
    rows.write_text(f'{{"id": "{CONVERSATION}", "user_id": "x"}}\n')
    url = _with(pooled, options="-c default_transaction_read_only=on")
    loaded = await asyncio.to_thread(run_process, "load", url, str(rows))
    assert loaded.returncode == 1
    assert b"takes no changes, and nothing was changed" in loaded.stderr


async def test_a_setting_that_cannot_be_spoils_no_session(pooled: str) -> None:
    browser = DatabaseBrowser(_with(pooled, role="no_such_role"), connections=1)
    for _ in range(3):
        with pytest.raises(TaskviewError, match="no_such_role"):
            await browser.count_tasks(EVERYTHING)
    await browser.close()
    other = DatabaseBrowser(pooled)
    assert (await other.count_tasks(EVERYTHING)).value == 30
    await other.close()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"options": "-e"}, "a pooler stands between, which does not take -e of the options"),
        ({"options": "-c"}, "which does not take -c of the options"),
    ],
)
async def test_options_that_no_transaction_can_have_are_told(
    pooled: str, query: dict[str, str], said: str
) -> None:
    browser = DatabaseBrowser(_with(pooled, **query))
    with pytest.raises(CannotConnectError, match=said):
        await browser.connect()
    await browser.close()


async def test_what_the_pooler_refuses_is_no_lost_connection(
    migrated_postgres_url: str,
) -> None:
    with transaction_pooler(migrated_postgres_url, 1, databases="only_this") as url:
        browser = DatabaseBrowser(url)
        with pytest.raises(
            CannotConnectError, match=r"the pooler there says: (bouncer config error|no such)"
        ):
            await browser.connect()
        await browser.close()
