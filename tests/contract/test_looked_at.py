"""Filters that no index leads to: windows give the rows for which one statement takes too long."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterator

import pytest

from support.databases import DatabaseMaker
from support.haystack import (
    LOOKED_AT,
    ROWS,
    make_windows_small,
)
from support.heard import heard
from support.hurried import Hurry
from support.stored import (
    StoredConversation,
    StoredTask,
    insert,
    insert_async,
    number,
)
from support.walking import walk_backwards, walk_forwards
from taskview_core.entities import Count, Facets, TaskRow
from taskview_core.errors import QueryTimeoutError
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.persistence.sql.counts import count_rows
from taskview_core.persistence.sql.scanned import by_ways
from taskview_core.query.page import Page
from taskview_core.query.request import PageRequest
from taskview_core.query.sort import NEWEST_FIRST, Sort
from taskview_core.query.stuck import RunLimits
from taskview_core.query.task_filter import TaskFilter


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


@pytest.mark.parametrize("words", LOOKED_AT)
@pytest.mark.parametrize("sort", [NEWEST_FIRST, Sort("completed")], ids=str)
async def test_where_one_statement_takes_too_long_a_list_is_read_in_windows(
    filled: DatabaseBrowser, words: str, sort: Sort
) -> None:
    task_filter = TaskFilter.parse(words)
    expected = await filled.search_tasks(task_filter, PageRequest(500, sort))
    count, facets = await filled.count_tasks(task_filter, None), await filled.facets(task_filter)
    Hurry(filled)

    async def search(request: PageRequest) -> Page[TaskRow]:
        return await filled.search_tasks(task_filter, request)

    for walk in (walk_forwards, walk_backwards):
        assert tuple((await walk(search, PageRequest(40, sort))).rows) == expected.rows
    told: list[Count] = []
    assert await filled.count_tasks(task_filter, None, heard=told.append) == count
    assert [each.value for each in told] == sorted(each.value for each in told)
    assert len(told) > 1, "the number grows"
    offered: list[Facets] = []
    assert await filled.facets(task_filter, heard=offered.append) == facets
    assert [each.complete for each in offered] == [*([False] * (len(offered) - 1)), True]


async def test_a_count_stops_where_it_is_far_enough_and_says_what_it_has_in_time(
    filled: DatabaseBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    Hurry(filled)
    words = TaskFilter.parse("-status:odd")
    told: list[Count] = []
    assert await filled.count_tasks(words, 30, heard=told.append) == Count(30, exact=False)
    assert told[0].value < 30
    told.clear()

    def out_of_time(count: Count) -> None:
        told.append(count)
        raise QueryTimeoutError("the time is up")

    assert await filled.count_tasks(words, heard=out_of_time) == told[0]
    assert not told[0].exact


async def test_from_the_few_conversations_of_a_user_an_index_leads_to_their_tasks(
    migrated_url: str,
) -> None:
    """In whatever form a task names its conversation."""
    mine, other = number(2**70), number(2**71)
    rows = [
        StoredTask.numbered(index, conversation_id=mine if index % 40 == 0 else other)
        for index in range(400)
    ]
    there = [StoredConversation(id=mine, user_id="ana"), StoredConversation(id=other, user_id="b")]
    await insert_async(migrated_url, rows, there)
    if migrated_url.startswith("sqlite"):
        with sqlite3.connect(migrated_url.removeprefix("sqlite:///")) as connection:
            dashed = (str(mine).upper(), mine.hex)
            changed = "UPDATE tasks SET conversation_id = ? WHERE conversation_id = ?"
            connection.execute(f"{changed} AND rowid % 80 = 1", dashed)
    browser = DatabaseBrowser(migrated_url)
    await browser.connect()
    Hurry(browser)
    told: list[Page[TaskRow]] = []
    with heard(browser._engine) as sent:
        page = await browser.search_tasks(
            TaskFilter.parse("user:ana"), PageRequest(), heard=told.append
        )
    lists = browser._lists
    led = by_ways(await lists._made(TaskFilter.parse("user:ana"), RunLimits()))
    if led is not None:
        way = led
        count = await lists._asker.ask(lambda session: count_rows(session, way, None))
        assert count == Count(10)
    assert (led is not None) == migrated_url.startswith("sqlite")
    await browser.close()
    assert {row.id for row in page.rows} == {row.id for row in rows if row.conversation_id == mine}
    assert page.partial is None
    assert told
    assert len(told) < 10, "not window after window"
    if migrated_url.startswith("sqlite"):
        assert any("UNION ALL" in statement for statement, _ in sent)
