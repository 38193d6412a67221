"""How long a statement may run, how many connections there are, and how long idle ones stay."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text

from support.stored import CONVERSATION, StoredTask, insert_async, number
from taskview_core.errors import LockedError, StatementTimeoutError
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.persistence.engine import create_engine
from taskview_core.persistence.faults import translated
from taskview_core.persistence.limited_connection import LimitedConnection
from taskview_core.query.request import PageRequest
from taskview_core.query.sort import Sort
from taskview_core.query.task_filter import EVERYTHING, TaskFilter

_FOR_EVER = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
_OURS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)


async def test_the_database_itself_stops_a_statement(migrated_url: str) -> None:
    """Nothing of ours interrupts it: SQLite asks the clock, the server its own."""
    engine = create_engine(migrated_url, read_only=True, statement_timeout=0.2)
    with pytest.raises(StatementTimeoutError, match="--timeout allows more"):
        with translated("it"):
            async with engine.connect() as connection:
                await connection.execute(text(_FOR_EVER))
    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT 1"))).scalar_one() == 1
    await engine.dispose()


async def test_no_limit_where_it_is_nought(migrated_url: str) -> None:
    await insert_async(migrated_url, [StoredTask.numbered(n) for n in range(10)])
    browser = DatabaseBrowser(migrated_url, timeout=0, connections=1)
    page = await browser.search_tasks(
        TaskFilter.parse("status:completed,failed,running,pending"), PageRequest(5)
    )
    assert len(page.rows) == 5
    assert (await browser.count_tasks(EVERYTHING, None)).value == 10
    await browser.close()


async def test_a_table_that_stays_locked_is_told(
    migrated_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server waits for LOCK_SECONDS, and is not asked to do so again."""
    browser = DatabaseBrowser(migrated_postgres_url)
    await browser.connect()
    asked: list[object] = []
    run = browser._runner.run

    async def counted(*words: Any) -> Any:
        asked.append(words)
        return await run(*words)

    monkeypatch.setattr(browser._runner, "run", counted)
    other = await asyncpg.connect(migrated_postgres_url)
    async with other.transaction():
        await other.execute("LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(LockedError, match=r"a table of .* is locked by another program"):
            await browser.search_tasks(EVERYTHING, PageRequest(5))
        assert len(asked) == 1
        waiting = await other.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted")
        assert waiting == 0, "nobody has to wait behind us"
    await browser.search_tasks(EVERYTHING, PageRequest(5))
    await other.close()
    await browser.close()


async def test_a_lock_that_is_given_back_is_waited_for(migrated_postgres_url: str) -> None:
    browser = DatabaseBrowser(migrated_postgres_url)
    await browser.connect()
    other = await asyncpg.connect(migrated_postgres_url)
    transaction = other.transaction()
    await transaction.start()
    await other.execute("LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE")
    asked = asyncio.ensure_future(browser.search_tasks(EVERYTHING, PageRequest(5)))

    async def is_waiting() -> bool:
        return bool(await other.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"))

    await _until(is_waiting)
    await transaction.commit()
    assert (await asked).rows == ()
    await other.close()
    await browser.close()


async def _hammer(browser: DatabaseBrowser) -> None:
    asked = [
        asyncio.ensure_future(each)
        for _ in range(4)
        for each in (
            browser.search_tasks(TaskFilter.parse("nowhere"), PageRequest(5)),
            browser.search_tasks(EVERYTHING, PageRequest(5, Sort("duration"))),
            browser.count_tasks(EVERYTHING, None),
            browser.facets(EVERYTHING),
            browser.conversation_tree(CONVERSATION),
            browser.get_task(number(3)),
        )
    ]
    await asyncio.sleep(0.01)
    for each in asked[::3]:
        each.cancel()
    await asyncio.gather(*asked, return_exceptions=True)


@pytest.mark.parametrize("connections", [1, 3])
async def test_never_more_connections(
    migrated_postgres_url: str, connections: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where questions are given up, which costs their connection.

    Ours are counted at each look. The server counts one that has hung up for a moment more, until
    it has seen that: on a machine that has much to do, as long as it takes to look twice.
    """
    made: list[LimitedConnection] = []
    make = LimitedConnection.__init__

    def noted(self: LimitedConnection, *args: Any, **options: Any) -> None:
        make(self, *args, **options)
        made.append(self)

    monkeypatch.setattr(LimitedConnection, "__init__", noted)
    await insert_async(migrated_postgres_url, [StoredTask.numbered(n) for n in range(200)])
    browser = DatabaseBrowser(migrated_postgres_url, connections=connections)
    watcher = await asyncpg.connect(migrated_postgres_url)
    looks: list[int] = []
    hammering = asyncio.ensure_future(_rounds(browser))
    while not hammering.done():
        assert sum(not each.is_closed() for each in made) <= connections
        looks.append(await watcher.fetchval(_OURS))
        await asyncio.sleep(0.001)
    await hammering
    assert made
    lasting = [min(several) for several in zip(looks, looks[1:], looks[2:], strict=False)]
    assert 1 <= max(lasting) <= connections
    await watcher.close()
    await browser.close()


async def _rounds(browser: DatabaseBrowser) -> None:
    for _ in range(8):
        await _hammer(browser)


async def test_idle_connections_are_let_go(migrated_url: str) -> None:
    await insert_async(migrated_url, [StoredTask.numbered(n) for n in range(10)])
    browser = DatabaseBrowser(migrated_url, idle=0.1)
    await asyncio.gather(*(browser.search_tasks(EVERYTHING, PageRequest(5)) for _ in range(8)))
    await _until(lambda: _none_is_open(migrated_url))
    assert len((await browser.search_tasks(EVERYTHING, PageRequest(5))).rows) == 5
    await browser.close()
    await _until(lambda: _none_is_open(migrated_url))


async def test_those_in_use_stay(migrated_url: str) -> None:
    """One that is asked again and again is the same all the time, and the others go."""
    browser = DatabaseBrowser(migrated_url, idle=0.3)
    await asyncio.gather(*(browser.search_tasks(EVERYTHING, PageRequest(5)) for _ in range(8)))
    while await _open(migrated_url) != 1:
        await browser.search_tasks(EVERYTHING, PageRequest(5))
        await asyncio.sleep(0.01)
    await browser.close()


async def _until(holds: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(2_000):
        if await holds():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never came")


async def _none_is_open(url: str) -> bool:
    return await _open(url) == 0


async def _open(url: str) -> int:
    """Count the connections that are open to a database."""
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        return sum(_is(each, path) for each in Path("/proc/self/fd").iterdir())
    watcher = await asyncpg.connect(url)
    found: int = await watcher.fetchval(_OURS)
    await watcher.close()
    return found


def _is(descriptor: Path, path: Path) -> bool:
    try:
        return descriptor.readlink() == path
    except FileNotFoundError:
        return False  # It was the one that lists them.
