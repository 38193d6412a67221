"""Cursors name places and not rows: rows may come and go between two pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncEngine

from support.stored import START, StoredTask, insert_async, number
from taskview_core.entities import TaskRow
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.persistence.models import TaskModel
from taskview_core.query.page import Page
from taskview_core.query.request import PageRequest
from taskview_core.query.sort import Sort
from taskview_core.query.task_filter import EVERYTHING

OLDEST_FIRST = Sort("created")


async def _delete(engine: AsyncEngine, numbers: Sequence[int]) -> None:
    async with engine.begin() as connection:
        ids = [number(each) for each in numbers]
        await connection.execute(delete(TaskModel).where(TaskModel.id.in_(ids)))


def _numbers(page: Page[TaskRow]) -> list[int]:
    return [int(str(row.id)[-8:], 16) for row in page.rows]


@pytest.fixture
async def _twenty(migrated_url: str) -> None:
    await insert_async(migrated_url, [StoredTask.numbered(each) for each in range(0, 40, 2)])


@pytest.mark.usefixtures("_twenty")
async def test_the_row_that_a_cursor_was_made_of_may_go(
    browser: DatabaseBrowser, engine: AsyncEngine
) -> None:
    first = await browser.search_tasks(EVERYTHING, PageRequest(5, OLDEST_FIRST))
    assert _numbers(first) == [0, 2, 4, 6, 8]
    await _delete(engine, [6, 8, 10])
    second = await browser.search_tasks(EVERYTHING, PageRequest(5, OLDEST_FIRST, first.next))
    assert _numbers(second) == [12, 14, 16, 18, 20]
    before = await browser.search_tasks(EVERYTHING, PageRequest(5, OLDEST_FIRST, second.previous))
    assert _numbers(before) == [0, 2, 4]


@pytest.mark.usefixtures("_twenty")
async def test_rows_that_come_are_seen_where_they_belong(
    browser: DatabaseBrowser, migrated_url: str
) -> None:
    first = await browser.search_tasks(EVERYTHING, PageRequest(5, OLDEST_FIRST))
    new = [StoredTask.numbered(each) for each in (1, 9, 11)]
    await insert_async(migrated_url, new, conversations=())
    second = await browser.search_tasks(EVERYTHING, PageRequest(5, OLDEST_FIRST, first.next))
    assert _numbers(second) == [9, 10, 11, 12, 14]
    before = await browser.search_tasks(EVERYTHING, PageRequest(5, OLDEST_FIRST, second.previous))
    assert _numbers(before) == [2, 4, 6, 8][-5:] or _numbers(before) == [1, 2, 4, 6, 8]
    assert before.previous is not None, "row 0 lies before"


@pytest.mark.usefixtures("_twenty")
async def test_nothing_left_beyond_the_cursor_says_so(
    browser: DatabaseBrowser, engine: AsyncEngine
) -> None:
    first = await browser.search_tasks(EVERYTHING, PageRequest(15, OLDEST_FIRST))
    await _delete(engine, range(30, 40, 2))
    second = await browser.search_tasks(EVERYTHING, PageRequest(15, OLDEST_FIRST, first.next))
    assert second.rows == ()
    assert second.next is None
    assert second.previous is not None, "one can still go back"
    back = await browser.search_tasks(EVERYTHING, PageRequest(15, OLDEST_FIRST, second.previous))
    assert _numbers(back) == _numbers(first)


async def test_a_row_that_loses_its_end_moves_to_the_nulls(
    browser: DatabaseBrowser, migrated_url: str, engine: AsyncEngine
) -> None:
    rows = [
        StoredTask.numbered(each, completed_at=START + timedelta(seconds=each)) for each in range(6)
    ]
    await insert_async(migrated_url, rows)
    sort = Sort("completed", descending=True)
    first = await browser.search_tasks(EVERYTHING, PageRequest(2, sort))
    async with engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE tasks SET completed_at = NULL")
    second = await browser.search_tasks(EVERYTHING, PageRequest(10, sort, first.next))
    assert sorted(_numbers(second)) == [0, 1, 2, 3, 4, 5], "all of them are NULL now, and come last"
