"""Without an index for the order, the first rows are gathered from the whole table."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterator

import pytest

from support.databases import DatabaseMaker
from support.foreign import make_guide_database
from support.haystack import (
    FILTERS,
    LOOKED_AT,
    ROWS,
    expected_ids,
    make_windows_small,
)
from support.heard import heard
from support.hurried import Hurry
from support.stored import (
    insert,
)
from support.walking import walk_backwards, walk_forwards
from taskview_core.entities import Count, TaskRow
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.query.page import Page
from taskview_core.query.request import PageRequest
from taskview_core.query.sort import NEWEST_FIRST, Sort
from taskview_core.query.task_filter import TaskFilter


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the rows fill many windows."""
    make_windows_small(monkeypatch)


@pytest.fixture(scope="module")
def unsorted_url(engine_label: str, databases: DatabaseMaker) -> Iterator[str]:
    """The guide's own tables: by no time an index leads to their rows."""
    url = databases.empty(engine_label)
    make_guide_database(url, {})
    insert(url, ROWS)
    yield url
    databases.drop(url)


@pytest.fixture
async def unsorted(unsorted_url: str) -> AsyncIterator[DatabaseBrowser]:
    browser = DatabaseBrowser(unsorted_url)
    await browser.connect()
    yield browser
    await browser.close()


@pytest.mark.parametrize("words", [*FILTERS, "is:leaf needle"])
@pytest.mark.parametrize("sort", [NEWEST_FIRST, Sort("completed"), Sort("agent", True)], ids=str)
async def test_without_an_index_the_first_rows_are_gathered_from_the_whole_table(
    unsorted: DatabaseBrowser, words: str, sort: Sort
) -> None:
    task_filter = TaskFilter.parse(words)

    async def search(request: PageRequest) -> Page[TaskRow]:
        return await unsorted.search_tasks(task_filter, request)

    expected = await expected_ids(unsorted, words, sort)
    assert expected
    for walk in (walk_forwards, walk_backwards):
        assert [row.id for row in (await walk(search, PageRequest(9, sort))).rows] == expected
    told: list[Count] = []
    count = await unsorted.count_tasks(task_filter, None, heard=told.append)
    assert count == Count(len(expected))
    assert len(told) > 2


async def test_what_is_gathered_shows_as_it_comes_in_the_lists_order(
    unsorted: DatabaseBrowser,
) -> None:
    told: list[Page[TaskRow]] = []
    words = TaskFilter.parse("needle")
    page = await unsorted.search_tasks(words, PageRequest(20), heard=told.append)
    assert len(page.rows) == 20
    assert page.partial is None
    partly = [each for each in told if each.rows]
    assert len(partly) > 3
    read = [each.partial.rows_read for each in told if each.partial is not None]
    assert read == sorted(set(read))
    assert len(read) == len(told)
    for each in partly:
        assert each.partial is not None
        assert each.partial.searched_to is None
        assert not each.partial.in_order
        times = [row.created_at for row in each.rows]
        assert times == sorted(times, reverse=True)  # type: ignore[type-var]  # all have one
    later = await unsorted.search_tasks(words, PageRequest(20, cursor=page.next))
    assert later.has_previous
    told.clear()
    again = PageRequest(20, cursor=page.next)
    await unsorted.search_tasks(words, again, heard=told.append)
    for each in told:
        assert each.next == again.cursor, "nothing is sure: it is searched once more"
        assert each.previous is not None
        before = await unsorted.search_tasks(words, PageRequest(20, cursor=each.previous))
        assert before.rows == page.rows[:-1]


@pytest.mark.parametrize("words", LOOKED_AT)
async def test_without_an_index_rows_that_have_to_be_looked_at_are_gathered_too(
    unsorted: DatabaseBrowser, words: str
) -> None:
    task_filter = TaskFilter.parse(words)
    expected = await unsorted.search_tasks(task_filter, PageRequest(500))
    Hurry(unsorted)

    async def search(request: PageRequest) -> Page[TaskRow]:
        return await unsorted.search_tasks(task_filter, request)

    for walk in (walk_forwards, walk_backwards):
        assert tuple((await walk(search, PageRequest(40))).rows) == expected.rows


async def test_a_table_that_sqlite_does_not_number_is_searched_by_its_key(
    sqlite_url: str,
) -> None:
    make_guide_database(sqlite_url, {})
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as connection:
        (made,) = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'tasks'"
        ).fetchone()
        connection.execute("DROP TABLE tasks")
        connection.execute(f"{made} WITHOUT ROWID")
    insert(sqlite_url, ROWS)
    browser = DatabaseBrowser(sqlite_url)
    with heard(browser._engine) as sent:
        page = await browser.search_tasks(TaskFilter.parse("needle"), PageRequest(200))
    assert [row.id for row in page.rows] == await expected_ids(browser, "needle", NEWEST_FIRST)
    await browser.close()
    assert not any("tasks.rowid" in statement for statement, _ in sent)
    assert any("tasks.id AS place" in statement for statement, _ in sent)
