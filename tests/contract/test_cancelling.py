"""A query can be stopped at any moment: nothing of it runs on, and its connection is whole."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator

import pytest

from support.endless import make_endless, make_quick, running_statements
from support.engines import long
from support.stored import CONVERSATION, StoredTask, insert_async, number
from taskview_core.errors import QueryTimeoutError
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.query.conversation_filter import ConversationFilter
from taskview_core.query.request import PageRequest
from taskview_core.query.task_filter import EVERYTHING, TaskFilter

PATIENCE = 10.0
"""Seconds after which what is to stop has not: these queries never end by themselves, and a server
gives them 15. How fast they stop is the benchmark's to say."""


async def _nothing_is_left(url: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while left := await running_statements(url):
        assert time.monotonic() < deadline, f"still running: {left}"
        await asyncio.sleep(0.05)


async def _cancel_after(delay: float, work: asyncio.Task[object]) -> None:
    await asyncio.sleep(delay)
    assert not work.done(), "the query was to be slow"
    work.cancel()
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(asyncio.CancelledError):
            await work


@pytest.fixture
async def slow(migrated_url: str) -> AsyncIterator[DatabaseBrowser]:
    """A browser whose conversations answer at once, and whose tasks never do."""
    await insert_async(migrated_url, [StoredTask.numbered(n) for n in range(20)])
    browser = DatabaseBrowser(migrated_url)
    await browser.connect()
    await browser.search_tasks(EVERYTHING, PageRequest(5))
    await make_endless(migrated_url)
    yield browser
    await browser.close()


@pytest.mark.parametrize("delay", [0.0, 0.001, 0.005, 0.02, 0.1, 0.5])
async def test_cancelling_stops_the_query_and_keeps_the_connection(
    slow: DatabaseBrowser, migrated_url: str, delay: float
) -> None:
    work = asyncio.create_task(slow.search_tasks(EVERYTHING, PageRequest(5)))
    await _cancel_after(delay, work)
    await _nothing_is_left(migrated_url)
    await make_quick(migrated_url)
    page = await asyncio.wait_for(slow.search_tasks(EVERYTHING, PageRequest(5)), PATIENCE)
    assert len(page.rows) == 5


CALLS = {
    "search": lambda browser: browser.search_tasks(TaskFilter.parse("hello"), PageRequest(5)),
    "count": lambda browser: browser.count_tasks(EVERYTHING, None),
    "facets": lambda browser: browser.facets(EVERYTHING),
    "task": lambda browser: browser.get_task(number(1)),
    "tree": lambda browser: browser.conversation_tree(CONVERSATION),
    "subtree": lambda browser: browser.subtree(number(1)),
    "resolve": lambda browser: browser.resolve_id("a000"),
    "conversations": lambda browser: browser.search_conversations(
        ConversationFilter(), PageRequest(5)
    ),
}


@pytest.mark.parametrize("name", sorted(CALLS))
async def test_every_call_can_be_cancelled(
    slow: DatabaseBrowser, migrated_url: str, name: str
) -> None:
    work = asyncio.create_task(CALLS[name](slow))
    await _cancel_after(0.1, work)
    await _nothing_is_left(migrated_url)


async def test_a_hundred_superseded_queries_leave_the_newest_free(
    slow: DatabaseBrowser, migrated_url: str
) -> None:
    for turn in range(100):
        work = asyncio.create_task(slow.search_tasks(EVERYTHING, PageRequest(5)))
        await _cancel_after(0.002 * (turn % 5), work)
    await make_quick(migrated_url)
    async with asyncio.timeout(PATIENCE):
        assert len((await slow.search_tasks(EVERYTHING, PageRequest(5))).rows) == 5
    await _nothing_is_left(migrated_url)


async def test_cancelling_one_leaves_its_neighbours_alone(
    slow: DatabaseBrowser, migrated_url: str
) -> None:
    await make_quick(migrated_url)
    quick = [asyncio.create_task(slow.search_tasks(EVERYTHING, PageRequest(5))) for _ in range(3)]
    other = asyncio.create_task(slow.search_tasks(EVERYTHING, PageRequest(5)))
    other.cancel()
    for page in await asyncio.gather(*quick):
        assert len(page.rows) == 5


async def test_a_second_cancellation_changes_nothing(
    slow: DatabaseBrowser, migrated_url: str
) -> None:
    work = asyncio.create_task(slow.search_tasks(EVERYTHING, PageRequest(5)))
    await asyncio.sleep(0.1)
    for _ in range(5):
        work.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(work, PATIENCE)
    await _nothing_is_left(migrated_url)
    await make_quick(migrated_url)
    assert len((await slow.search_tasks(EVERYTHING, PageRequest(5))).rows) == 5


async def test_more_queries_than_connections_wait_and_can_be_cancelled(
    slow: DatabaseBrowser, migrated_url: str
) -> None:
    works = [asyncio.create_task(slow.search_tasks(EVERYTHING, PageRequest(5))) for _ in range(10)]
    await asyncio.sleep(0.2)
    for work in works:
        work.cancel()
    async with asyncio.timeout(PATIENCE):
        ends = await asyncio.gather(*works, return_exceptions=True)
    assert all(isinstance(end, asyncio.CancelledError) for end in ends)
    await _nothing_is_left(migrated_url)


async def test_the_time_limit_stops_the_query(migrated_url: str) -> None:
    await insert_async(migrated_url, [StoredTask.numbered(n) for n in range(20)])
    browser = DatabaseBrowser(migrated_url, timeout=0.3)
    await browser.connect()
    await make_endless(migrated_url)
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(QueryTimeoutError) as caught:
            await browser.search_tasks(EVERYTHING, PageRequest(5))
    assert caught.value.detail
    await _nothing_is_left(migrated_url)
    await make_quick(migrated_url)
    assert len((await browser.search_tasks(EVERYTHING, PageRequest(5))).rows) == 5
    await browser.close()


async def test_closing_stops_what_runs(migrated_url: str) -> None:
    await insert_async(migrated_url, [StoredTask.numbered(n) for n in range(20)])
    browser = DatabaseBrowser(migrated_url)
    await browser.connect()
    await make_endless(migrated_url)
    works = [
        asyncio.create_task(browser.search_tasks(EVERYTHING, PageRequest(5))) for _ in range(3)
    ]
    await asyncio.sleep(0.2)
    async with asyncio.timeout(PATIENCE):
        await browser.close()
    ends = await asyncio.wait_for(asyncio.gather(*works, return_exceptions=True), PATIENCE)
    assert all(isinstance(end, BaseException) for end in ends)
    await _nothing_is_left(migrated_url)


async def test_a_query_that_computes_is_stopped_on_the_server(migrated_postgres_url: str) -> None:
    await insert_async(migrated_postgres_url, [StoredTask.numbered(n) for n in range(20)])
    browser = DatabaseBrowser(migrated_postgres_url)
    await browser.connect()
    await make_endless(migrated_postgres_url, "counting")
    work = asyncio.create_task(browser.search_tasks(EVERYTHING, PageRequest(5)))
    await _cancel_after(0.2, work)
    await _nothing_is_left(migrated_postgres_url)
    await browser.close()


_QUIT = """
import asyncio, sys, time
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.query.request import PageRequest
from taskview_core.query.task_filter import EVERYTHING

async def main():
    browser = DatabaseBrowser(sys.argv[1])
    await browser.connect()
    {before}
    print("connected", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    work = asyncio.create_task(browser.search_tasks(EVERYTHING, PageRequest(5)))
    await asyncio.sleep(0.5)
    assert not work.done()
    print("quitting", flush=True)
    {how}

asyncio.run(main())
"""


_ASKED_BEFORE = "for _ in range(3): await browser.search_tasks(EVERYTHING, PageRequest(5))"
_NO_PATIENCE = "from taskview_core.persistence import running; running._PATIENCE = 0.0"


@pytest.mark.parametrize(
    ("how", "before"),
    [
        ("await browser.close()", ""),
        ("return", ""),
        ("return", _ASKED_BEFORE),
        ("return", _NO_PATIENCE),
        ("work.cancel(); await asyncio.wait({work})", _NO_PATIENCE),
        *(long(how, "") for how in ("raise SystemExit(0)", "work.cancel()")),
    ],
)
async def test_quitting_during_a_query_ends_the_process(
    migrated_url: str, how: str, before: str
) -> None:
    await insert_async(migrated_url, [StoredTask.numbered(n) for n in range(20)])
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _QUIT.replace("{how}", how).replace("{before}", before),
        migrated_url,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        said = await asyncio.wait_for(process.stdout.readline(), 30)
        assert said == b"connected\n", await process.stderr.read()
        await make_endless(migrated_url)
        process.stdin.write(b"go\n")
        said = await asyncio.wait_for(process.stdout.readline(), 30)
        assert said == b"quitting\n", await process.stderr.read()
        assert await asyncio.wait_for(process.wait(), PATIENCE) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    await _nothing_is_left(migrated_url)
