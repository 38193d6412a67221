"""The page beside the one on the screen is there before its key is pressed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from support.fake_browser import FakeBrowser
from support.made_rows import make_conversation, make_task
from support.screens import Running, running
from taskview_core.entities import Count, TaskRow
from taskview_core.errors import QueryError
from taskview_core.interfaces.limits import ReadingLimits
from taskview_core.query.page import Page, Partial
from taskview_core.query.request import PageRequest, Place
from taskview_tui.screens import ahead
from taskview_tui.screens.conversations import ConversationsScreen


def tasks(count: int) -> FakeBrowser:
    return FakeBrowser([make_task(number) for number in range(1, count + 1)])


def asked(browser: FakeBrowser) -> list[PageRequest]:
    return [request for _filter, request in browser.named("search_tasks")]


def first(run: Running) -> str:
    return run.previews[0]


@asynccontextmanager
async def reading_ahead(browser: FakeBrowser) -> AsyncIterator[Running]:
    """Show the first page, with the second read ahead."""
    async with running(browser) as run:
        await run.until(lambda: run.tasks._ahead is not None and run.tasks._ahead.page is not None)
        yield run


async def test_a_page_that_was_read_ahead_shows_without_asking_the_database() -> None:
    browser = tasks(200)
    async with reading_ahead(browser) as run:
        assert len(asked(browser)) == 2
        browser.hold("search_tasks")
        await run.press("]")
        await run.until(lambda: first(run) == "task 150")
        assert not run.tasks.is_busy
        assert "rows 51-100 of 200" in run.status
        # Meanwhile the page after that one is read, and nothing else.
        await run.until(lambda: len(asked(browser)) == 3)


async def test_a_key_pressed_while_its_page_is_being_read_waits_for_that() -> None:
    browser = tasks(200)
    async with reading_ahead(browser) as run:
        gate = browser.hold("search_tasks")
        await run.press("]")
        await run.until(lambda: len(asked(browser)) == 3)
        await run.press("]")
        assert run.tasks.is_waiting
        gate.set()
        await run.until(lambda: first(run) == "task 100")
        await run.until(lambda: len(asked(browser)) == 4)
        assert len(set(asked(browser))) == 4  # none was asked for twice
        assert browser.cancelled == []


async def test_it_goes_the_way_the_user_goes() -> None:
    browser = tasks(200)
    async with reading_ahead(browser) as run:
        await run.press("}")
        await run.until(lambda: len(asked(browser)) == 4)
        cursor = asked(browser)[-1].cursor
        assert cursor is not None
        assert cursor.place is Place.BEFORE


async def test_a_failure_is_shown_only_to_who_asks() -> None:
    browser = tasks(200)
    async with reading_ahead(browser) as run:
        browser.failures["search_tasks"] = QueryError("it broke", "somehow")
        await run.press("]")
        await run.until(lambda: len(asked(browser)) == 3)
        await run.until(lambda: run.tasks._ahead is None)
        assert first(run) == "task 150"
        assert run.banner == ""
        await run.press("]")
        await run.until(lambda: "it broke" in run.banner)
        assert len(asked(browser)) == 4


async def test_a_failure_while_somebody_waits_for_the_page_asks_again() -> None:
    browser = tasks(200)
    async with reading_ahead(browser) as run:
        gate = browser.hold("search_tasks")
        await run.press("]")
        await run.until(lambda: len(asked(browser)) == 3)
        await run.press("]")
        browser.failures["search_tasks"] = QueryError("it broke", "somehow")
        gate.set()
        await run.until(lambda: "it broke" in run.banner)
        assert len(asked(browser)) == 4
        browser.failures.clear()
        await run.press("r")
        await run.until(lambda: first(run) == "task 100")


async def test_reading_again_drops_it() -> None:
    browser = tasks(200)
    async with reading_ahead(browser) as run:
        browser.tasks = [task for task in browser.tasks if task.row.preview != "task 150"]
        await run.press("r")
        await run.settled()
        await run.press("]")
        await run.until(lambda: first(run) == "task 149")


async def test_another_filter_or_order_drops_it() -> None:
    browser = tasks(200)
    async with reading_ahead(browser) as run:
        await run.press("s", "s")  # the order reversed
        await run.settled()
        assert first(run) == "task 1"
        await run.press("]")
        await run.until(lambda: first(run) == "task 51")


async def test_an_old_page_is_read_anew() -> None:
    browser = tasks(200)
    async with reading_ahead(browser) as run:
        browser.tasks = [task for task in browser.tasks if task.row.preview != "task 150"]
        run.ticks.now += ahead.FRESH + 1
        await run.press("]")
        await run.until(lambda: first(run) == "task 149")


async def test_nothing_is_read_ahead_of_a_slow_page() -> None:
    browser = tasks(200)
    async with reading_ahead(browser) as run:
        gate = browser.hold("search_tasks")
        await run.press("r")
        await run.until(lambda: len(asked(browser)) == 3)
        run.ticks.now += ahead.QUICK + 0.1
        gate.set()
        await run.settled()
        await run.pilot.pause(0.05)
        assert len(asked(browser)) == 3
        assert run.tasks._ahead is None


@asynccontextmanager
async def searching_on(browser: FakeBrowser) -> AsyncIterator[Running]:
    """Show a page that was searched for in windows; the search for the next one goes on."""
    async with reading_ahead(browser) as run:
        gate = browser.hold("search_tasks")
        await run.press("r")
        await run.until(lambda: len(asked(browser)) == 3)
        browser.tell(shown_page(run))
        await run.until(lambda: run.tasks._was_heard)
        browser.hold("search_tasks")
        gate.set()
        await run.until(lambda: len(asked(browser)) == 4)
        assert not run.tasks.is_busy
        yield run


def shown_page(run: Running) -> Page[TaskRow]:
    assert run.tasks._shown is not None
    return run.tasks._shown.page


def found_so_far(run: Running, rows: int) -> Page[TaskRow]:
    page = shown_page(run)
    return replace(page, rows=page.rows[:rows], partial=Partial("time", rows_read=7_000))


async def test_a_search_in_windows_goes_on_while_its_hits_are_read() -> None:
    browser = tasks(200)
    async with searching_on(browser) as run:
        browser.tell(found_so_far(run, 3))
        await run.until(lambda: "7,000 rows searched, goes on" in run.status)
        run.ticks.now += ahead.QUICK + ahead.FRESH
        browser.gates["search_tasks"].set()
        await run.until(lambda: "goes on" not in run.status)
        browser.hold("search_tasks")
        await run.press("]")
        await run.until(lambda: first(run) == "task 150")
        # It goes on behind that page too.
        await run.until(lambda: len(asked(browser)) == 5)


async def test_esc_stops_a_search_that_goes_on() -> None:
    browser = tasks(200)
    async with searching_on(browser) as run:
        browser.tell(found_so_far(run, 3))
        await run.until(lambda: "goes on" in run.status)
        await run.press("escape")
        await run.until(lambda: browser.cancelled == ["search_tasks"])
        assert "the search has stopped" in run.status
        assert first(run) == "task 200"


async def test_who_turns_the_page_before_it_is_full_sees_what_was_found_by_then() -> None:
    browser = tasks(200)
    async with searching_on(browser) as run:
        three, five = found_so_far(run, 3), found_so_far(run, 5)
        browser.tell(three)
        await run.until(lambda: "goes on" in run.status)
        await run.press("]")
        await run.until(lambda: len(run.previews) == 3)
        browser.tell(five)
        await run.until(lambda: len(run.previews) == 5)
        assert len(asked(browser)) == 4
        await run.press("escape")
        await run.until(lambda: browser.cancelled == ["search_tasks"])
        assert "stopped, 7,000 rows searched" in run.status


async def test_a_page_goes_before_a_count_where_there_is_one_connection() -> None:
    browser = tasks(200)
    browser.reading = ReadingLimits(connections=1)
    async with reading_ahead(browser) as run:
        browser.counts_quickly = False
        run.tasks.counting = run.tasks.counting._replace(total=Count(100, exact=False))
        gate = browser.hold("count_tasks")
        await run.press("#")
        await run.until(lambda: run.tasks.counting.running)
        await run.press("]")
        await run.until(lambda: "count_tasks" in browser.cancelled)
        await run.until(lambda: first(run) == "task 150")
        await run.until(lambda: run.tasks.counting.running)
        gate.set()
        await run.until(lambda: "of 200" in run.status)
        assert browser.named("count_tasks")[-1][1] is None, "it is counted exactly all the same"


async def test_nothing_is_read_ahead_while_rows_are_counted() -> None:
    browser = tasks(200)
    gate = browser.hold("count_tasks")
    async with running(browser, settled=False) as run:
        await run.until(lambda: len(run.previews) == 50)
        await run.pilot.pause(0.05)
        assert len(asked(browser)) == 1
        gate.set()
        await run.until(lambda: len(asked(browser)) == 2)


async def test_nothing_is_read_ahead_of_a_list_that_follows_its_database() -> None:
    browser = tasks(200)
    async with reading_ahead(browser) as run:
        await run.press("a")
        assert run.tasks.is_following
        await run.press("]")
        await run.until(lambda: first(run) == "task 150")
        await run.pilot.pause(0.05)
        assert len(asked(browser)) == 2


async def test_it_is_given_up_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    browser = tasks(200)
    async with reading_ahead(browser) as run:
        monkeypatch.setattr(ahead, "_LIMIT", 0.01)
        gate = browser.hold("search_tasks")
        await run.press("]")
        await run.until(lambda: browser.cancelled == ["search_tasks"])
        await run.until(lambda: run.tasks._ahead is None)
        gate.set()
        await run.press("]")
        await run.until(lambda: first(run) == "task 100")


async def test_conversations_are_read_ahead_as_well() -> None:
    browser = FakeBrowser([], [make_conversation(number) for number in range(1, 121)])
    async with running(browser) as run:
        await run.press("2")
        await run.until(lambda: isinstance(run.app.screen, ConversationsScreen))
        screen = run.app.screen
        assert isinstance(screen, ConversationsScreen)
        await run.until(lambda: screen._ahead is not None and screen._ahead.page is not None)
        browser.hold("search_conversations")
        await run.press("]")
        await run.until(lambda: screen.table.rows[0].title == "conversation 70")


async def test_going_back_from_the_last_page_says_where_it_is() -> None:
    async with reading_ahead(tasks(173)) as run:
        await run.press("}")
        await run.until(lambda: first(run) == "task 50")
        assert "rows 124-173 of 173" in run.status
        await run.press("[")
        await run.until(lambda: first(run) == "task 100")
        assert "rows 74-123 of 173" in run.status
