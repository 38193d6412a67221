"""Searches for text go through a list in windows: nothing is lost between them or found twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

import pytest

from support.databases import DatabaseMaker
from support.endless import make_plain_view
from support.haystack import (
    FILTERS,
    ROWS,
    SORTS,
    expected_ids,
    make_windows_small,
)
from support.stored import (
    insert,
    insert_async,
)
from support.walking import as_text_and_back, walk_backwards, walk_forwards
from taskview_core.entities import TaskRow
from taskview_core.errors import QueryTimeoutError
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.persistence.sql import judged, windows
from taskview_core.query.page import Page
from taskview_core.query.request import PageRequest
from taskview_core.query.sort import NEWEST_FIRST, Sort
from taskview_core.query.task_filter import EVERYTHING, TaskFilter


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the rows fill many windows."""
    make_windows_small(monkeypatch)


@pytest.fixture(scope="module")
def filled_url(engine_label: str, databases: DatabaseMaker) -> Iterator[str]:
    url = databases.migrated(engine_label)
    insert(url, ROWS)
    yield url
    databases.drop(url)


@pytest.fixture
async def filled(filled_url: str) -> AsyncIterator[DatabaseBrowser]:
    browser = DatabaseBrowser(filled_url)
    await browser.connect()
    yield browser
    await browser.close()


def _pairs() -> Iterator[pytest.ParameterSet]:
    """Give each order with each filter; usually each order with one filter."""
    for place, sort in enumerate(SORTS):
        for number_of_words, words in enumerate(FILTERS):
            marks = (pytest.mark.long,) if (place + place // 4 + number_of_words) % 4 else ()
            yield pytest.param(sort, words, marks=marks, id=f"{sort}-{words}")


@pytest.mark.parametrize(("sort", "words"), [*_pairs()])
async def test_pages_of_a_search_are_complete_both_ways(
    filled: DatabaseBrowser, sort: Sort, words: str
) -> None:
    task_filter = TaskFilter.parse(words)

    async def search(request: PageRequest) -> Page[TaskRow]:
        return await filled.search_tasks(task_filter, request)

    expected = await expected_ids(filled, words, sort)
    assert expected
    for walk in (walk_forwards, walk_backwards):
        walked = await walk(search, PageRequest(9, sort))
        assert [row.id for row in walked.rows] == expected
    assert (await filled.count_tasks(task_filter, None)).value == len(expected)


@pytest.mark.parametrize("sort", SORTS, ids=str)
async def test_each_order_that_has_an_index_is_searched_in_it(
    filled: DatabaseBrowser, sort: Sort
) -> None:
    told: list[Page[TaskRow]] = []
    words = TaskFilter.parse("needle")
    page = await filled.search_tasks(words, PageRequest(5, sort), heard=told.append)
    assert len(page.rows) == 5
    assert told
    assert all(each.partial is not None and each.partial.in_order for each in told)
    last = told[-1].partial
    assert last is not None
    assert last.rows_read < len(ROWS) / 2, "no further than to the page"


@pytest.mark.parametrize("words", ["needle", "-needle", "nothing-has-this"])
async def test_a_search_tells_what_it_has_found_and_how_far_it_has_come(
    filled: DatabaseBrowser, words: str
) -> None:
    told: list[Page[TaskRow]] = []
    request = PageRequest(200)
    page = await filled.search_tasks(TaskFilter.parse(words), request, heard=told.append)
    assert page.partial is None
    assert len(told) > 4
    times, read = [], []
    for before in told:
        assert before.rows == page.rows[: len(before.rows)]
        assert before.partial is not None
        times.append(before.partial.searched_to)
        read.append(before.partial.rows_read)
    assert all(time is not None for time in times)
    assert times == sorted(times, reverse=True)  # type: ignore[type-var]  # none is None
    assert read == sorted(set(read))
    assert read[-1] <= len(ROWS)


async def test_a_search_that_was_stopped_goes_on_from_where_it_was(
    filled: DatabaseBrowser,
) -> None:
    expected = await expected_ids(filled, "needle", NEWEST_FIRST)
    found: list[object] = []
    request = PageRequest(200)
    while True:
        page, stopped = await _stopped_at_once(filled, request)
        found += [row.id for row in page.rows]
        if not stopped:
            break
        assert page.next is not None
        request = PageRequest(200, cursor=as_text_and_back(page.next))
    assert found == expected


async def _stopped_at_once(
    browser: DatabaseBrowser, request: PageRequest
) -> tuple[Page[TaskRow], bool]:
    """Search until the first word of it, and stop it then."""
    first: asyncio.Future[Page[TaskRow]] = asyncio.get_running_loop().create_future()

    def heard(page: Page[TaskRow]) -> None:
        if not first.done():
            first.set_result(page)

    work = asyncio.ensure_future(
        browser.search_tasks(TaskFilter.parse("needle"), request, heard=heard)
    )
    await asyncio.wait({work, first}, return_when=asyncio.FIRST_COMPLETED)
    if not first.done():
        return await work, False
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    return await first, True


async def test_where_every_window_takes_too_long_the_rows_are_found_all_the_same(
    filled: DatabaseBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(windows, "MOST_SECONDS", 1e-9)
    page = await filled.search_tasks(TaskFilter.parse("needle"), PageRequest(200))
    assert page.partial is None
    assert [row.id for row in page.rows] == await expected_ids(filled, "needle", NEWEST_FIRST)


async def test_views_are_searched_too(migrated_url: str) -> None:
    await insert_async(migrated_url, ROWS)
    await make_plain_view(migrated_url)
    browser = DatabaseBrowser(migrated_url)
    page = await browser.search_tasks(TaskFilter.parse("needle"), PageRequest(200))
    assert [row.id for row in page.rows] == await expected_ids(browser, "needle", NEWEST_FIRST)
    await browser.close()


async def test_out_of_time_a_command_gets_the_part_that_was_found(
    filled_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = DatabaseBrowser(filled_url)
    await browser.search_tasks(EVERYTHING, PageRequest(1))
    real = windows.Windows.next

    async def slow(self: windows.Windows, reads: object, want: int | None) -> windows.Window:
        if self.stretch.start is not None:
            await asyncio.sleep(30)
        return await real(self, reads, want)  # type: ignore[arg-type]  # what it was called with

    monkeypatch.setattr(windows.Windows, "next", slow)
    monkeypatch.setattr(browser._asker, "seconds", 1.0)
    page = await browser.search_tasks(TaskFilter.parse("-nothing"), PageRequest(50))
    assert page.partial is not None
    assert "stopped after 1 s" in page.partial.reason
    assert len(page.rows) == 3
    assert page.next is not None
    with pytest.raises(QueryTimeoutError):
        await browser.search_tasks(TaskFilter.parse("-nothing"), PageRequest(50, cursor=page.next))
    await browser.close()


async def test_out_of_time_within_a_window_nothing_is_shown_twice(
    filled_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = DatabaseBrowser(filled_url)
    expected = await expected_ids(browser, "needle", NEWEST_FIRST)
    real = judged.Judged._fitting
    given = 0

    async def slow(self: judged.Judged[TaskRow], rows: Sequence[Any]) -> AsyncIterator[Any]:
        nonlocal given
        async for row in real(self, rows):
            if given == 10:
                await asyncio.sleep(30)
            given += 1
            yield row

    with monkeypatch.context() as slowly:
        slowly.setattr(judged.Judged, "_fitting", slow)
        slowly.setattr(browser._asker, "seconds", 2.0)
        page = await browser.search_tasks(TaskFilter.parse("needle"), PageRequest(50))
    assert page.partial is not None
    assert [row.id for row in page.rows] == expected[:10]
    assert page.next is not None
    after = await browser.search_tasks(
        TaskFilter.parse("needle"), PageRequest(50, cursor=page.next)
    )
    assert [row.id for row in after.rows] == expected[10:]
    await browser.close()
