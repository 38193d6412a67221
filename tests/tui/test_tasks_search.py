"""The list of tasks while a search goes on: hits as they come, stopped, failed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from support.fake_browser import FakeBrowser, tasks
from support.made_rows import make_task, task_id
from support.screens import Running, numbers, running
from taskview_core.entities import TaskRow
from taskview_core.errors import (
    QueryError,
)
from taskview_core.query.page import Page, Partial
from taskview_core.query.request import Cursor, PageRequest, Place


def so_far(request: PageRequest, *found: int, back_to: int, hinted: int = 0) -> Page[TaskRow]:
    """Make what a search has told: these tasks, and the time that it has come back to.

    So many of the tasks are `hinted` by an index and lie beyond.
    """
    sort = request.sort
    edge = Cursor(Place.AFTER, sort, (str(back_to), str(task_id(back_to))))
    rows = tuple(make_task(number).row for number in found)
    time = make_task(back_to).row.created_at
    partial = Partial("the search goes on", time, 4_000, hinted)
    ends = Cursor(Place.FIRST, sort), Cursor(Place.LAST, sort)
    return Page(rows, request, edge, None, *ends, offset=0, partial=partial)


@asynccontextmanager
async def searching(browser: FakeBrowser) -> AsyncIterator[tuple[Running, PageRequest]]:
    """Show a list, and begin a search in it that goes on until the gate is opened."""
    async with running(browser) as run:
        browser.hold("search_tasks")
        await run.press("slash")
        await run.type("needle")
        await run.press("enter")
        await run.until(lambda: str(browser.named("search_tasks")[-1][0]) == "needle")
        yield run, browser.named("search_tasks")[-1][1]


async def test_hits_show_as_they_come_and_how_far_back_the_search_has_got() -> None:
    browser = tasks(100)
    async with searching(browser) as (run, request):
        browser.tell(so_far(request, 90, back_to=60))
        await run.until(lambda: numbers(run) == [90])
        run.ticks.now += 4
        browser.tell(so_far(request, 90, 50, 40, back_to=30))
        await run.until(lambda: numbers(run) == [90, 50, 40])
        assert run.status.startswith("searched back to 59m … 4 s")
        await run.press("down")
        assert run.selected == "task 50"
        browser.tell(so_far(request, 90, 50, 40, 20, back_to=10))
        await run.until(lambda: numbers(run) == [90, 50, 40, 20])
        assert run.selected == "task 50"  # whoever reads is not disturbed
        browser.tasks[:] = [make_task(number, error="needle") for number in (90, 50, 40, 20, 5)]
        browser.gates["search_tasks"].set()
        await run.settled()
        assert "searched" not in run.status
        assert run.selected == "task 50"


async def test_what_an_index_knows_shows_before_the_search_has_come_there() -> None:
    browser = tasks(100)
    async with searching(browser) as (run, request):
        run.ticks.now += 4
        browser.tell(so_far(request, 90, 40, 20, back_to=60, hinted=2))
        await run.until(lambda: numbers(run) == [90, 40, 20])
        assert run.status.startswith("searched back to 59m, 2 beyond by the index alone … 4 s")
        # Of two that it knew one was no more, and one that it did not know has been found.
        browser.tell(so_far(request, 90, 50, 20, back_to=30, hinted=1))
        await run.until(lambda: numbers(run) == [90, 50, 20])
        run.tasks.table.focus()
        await run.press("escape")
        assert "stopped, searched back to" in run.status
        assert "1 beyond by the index alone" in run.status


async def test_nothing_found_yet_is_said_only_after_a_moment() -> None:
    browser = tasks(100)
    async with searching(browser) as (run, request):
        browser.tell(so_far(request, back_to=99))
        await run.pilot.pause()
        assert len(run.previews) == 50
        run.ticks.now += 1
        browser.tell(so_far(request, back_to=60))
        await run.until(lambda: "nothing found yet" in run.text())
        assert "Esc stops the search" in run.text()


async def test_esc_stops_a_search_and_the_next_page_goes_on_from_there() -> None:
    browser = tasks(100)
    async with searching(browser) as (run, request):
        run.ticks.now += 1
        browser.tell(so_far(request, 90, back_to=60))
        await run.until(lambda: numbers(run) == [90])
        run.tasks.table.focus()
        before = browser.cancelled.count("search_tasks")
        await run.press("escape")
        assert browser.cancelled.count("search_tasks") == before + 1
        assert "partial: stopped, searched back to 59m" in run.status
        assert str(run.tasks.ask.filter) == "needle"
        assert not run.tasks.is_busy
        await run.press("]")
        await run.until(lambda: browser.named("search_tasks")[-1][1].cursor is not None)
        assert browser.named("search_tasks")[-1][1].cursor == so_far(request, back_to=60).next
        run.ticks.now += 1
        browser.tell(so_far(browser.named("search_tasks")[-1][1], back_to=20))
        await run.until(lambda: "nothing found yet" in run.text())
        await run.press("escape")
        assert "] searches on" in run.text()
        await run.press("escape")  # only now it clears the filter
        await run.until(lambda: str(run.tasks.ask.filter) == "")


async def test_the_next_page_is_turned_to_when_the_page_is_full() -> None:
    browser = tasks(100)
    async with searching(browser) as (run, request):
        browser.tell(so_far(request, 90, back_to=60))
        await run.until(lambda: numbers(run) == [90])
        asked = len(browser.named("search_tasks"))
        run.tasks.table.focus()
        await run.press("]")
        assert "turns as soon as the page is full" in run.status
        assert len(browser.named("search_tasks")) == asked
        browser.tasks[:] = [make_task(number, error="needle") for number in range(1, 101)]
        browser.gates["search_tasks"].set()
        await run.until(lambda: len(browser.named("search_tasks")) > asked)
        cursor = browser.named("search_tasks")[-1][1].cursor
        assert cursor is not None
        assert cursor.place is Place.AFTER


async def test_who_stops_a_search_is_not_told_any_more_that_the_page_will_turn() -> None:
    browser = tasks(100)
    async with searching(browser) as (run, request):
        browser.tell(so_far(request, 90, back_to=60))
        await run.until(lambda: numbers(run) == [90])
        run.tasks.table.focus()
        await run.press("]", "escape")
        assert "turns as soon" not in run.status
        assert "partial: stopped" in run.status


async def test_a_search_that_fails_keeps_what_it_found() -> None:
    browser = tasks(100)
    async with searching(browser) as (run, request):
        browser.tell(so_far(request, 90, back_to=60))
        await run.until(lambda: numbers(run) == [90])
        browser.failures["search_tasks"] = QueryError("the query failed")
        browser.gates["search_tasks"].set()
        await run.until(lambda: "the query failed" in run.banner)
        assert numbers(run) == [90]
        assert "partial: failed, searched back to 59m" in run.status
        assert not run.tasks.is_busy
