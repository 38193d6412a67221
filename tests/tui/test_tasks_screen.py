"""The list of tasks: pages, order, refresh, counts, times, the pane, errors, lost connections."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from support.fake_browser import (
    NOW,
    FakeBrowser,
    conversation_id,
    make_conversation,
    make_task,
    task_id,
)
from support.screens import Running, running
from taskview_core.entities import TaskRow
from taskview_core.errors import (
    CannotConnectError,
    ConnectionLostError,
    EntityNotFoundError,
    QueryError,
    QueryTimeoutError,
)
from taskview_core.query.page import Cursor, Page, PageRequest, Partial, Place
from taskview_core.query.sort import Sort
from taskview_tui.screens.sort_picker import SortPicker
from taskview_tui.screens.time_dialog import TimeDialog
from taskview_tui.widgets.detail_pane import DetailPane
from taskview_tui.widgets.task_table import TaskTable


def tasks(count: int) -> FakeBrowser:
    return FakeBrowser([make_task(number) for number in range(1, count + 1)])


def numbers(run: Running) -> list[int]:
    return [int(preview.split()[1]) for preview in run.previews]


async def test_paging_forwards_and_back_visits_each_task_once() -> None:
    async with running(tasks(173)) as run:
        forwards = numbers(run)
        for _ in range(3):
            await run.press("]")
            await run.settled()
            forwards += numbers(run)
        assert forwards == list(range(173, 0, -1))
        assert "rows 151-173 of 173" in run.status
        await run.press("]")
        assert "this is the last page" in run.status
        backwards = numbers(run)
        for _ in range(3):
            await run.press("[")
            await run.settled()
            backwards = numbers(run) + backwards
        assert backwards == list(range(173, 0, -1))
        await run.press("[")
        assert "this is the first page" in run.status


async def test_other_keys_for_pages_and_the_ends_of_the_list() -> None:
    async with running(tasks(130)) as run:
        await run.press(">")
        await run.settled()
        assert numbers(run)[0] == 80
        await run.press("<")
        await run.settled()
        assert numbers(run)[0] == 130
        await run.press("}")
        await run.settled()
        assert numbers(run)[-1] == 1
        assert run.selected == "task 1"
        assert "of 130" in run.status
        await run.press("{")
        await run.settled()
        assert numbers(run)[0] == 130
        assert run.selected == "task 130"
        assert "rows 1-50 of 130" in run.status


async def test_a_page_key_pressed_while_a_page_is_coming_is_not_lost() -> None:
    browser = tasks(173)
    async with running(browser) as run:
        gate = browser.hold("search_tasks")
        await run.press("]")
        await run.press("]")
        gate.set()
        await run.until(lambda: numbers(run)[0] == 73)


async def test_refresh_keeps_the_cursor_on_its_task() -> None:
    browser = tasks(40)
    async with running(browser) as run:
        await run.press("j", "j", "j")
        assert run.selected == "task 37"
        browser.tasks += [make_task(number) for number in range(41, 46)]
        for key in ("r", "ctrl+r", "f5"):
            asked = len(browser.named("search_tasks"))
            await run.press(key)
            await run.settled()
            assert len(browser.named("search_tasks")) > asked
            assert run.selected == "task 37"
        assert numbers(run)[0] == 45
        assert "of 45" in run.status


async def test_refresh_follows_a_task_that_has_left_the_page() -> None:
    browser = tasks(60)
    async with running(browser) as run:
        await run.press("j", "j")
        assert run.selected == "task 58"
        browser.tasks += [make_task(number) for number in range(61, 261)]
        await run.press("r")
        await run.settled()
        assert run.selected == "task 58"
        assert numbers(run)[0] == 58
        await run.press("[")
        await run.settled()
        assert numbers(run)[-1] == 59


async def test_refresh_stays_on_the_page_where_the_task_is_no_longer_in_the_list() -> None:
    browser = tasks(60)
    async with running(browser) as run:
        await run.press("j", "j")
        browser.tasks = [task for task in browser.tasks if task.row.preview != "task 58"]
        await run.press("r")
        await run.settled()
        assert numbers(run)[0] == 60
        assert run.selected == "task 57"


async def test_sorting_by_the_picker_and_reversing() -> None:
    browser = FakeBrowser(
        [make_task(n, agent=f"agent {n % 7}", status="running") for n in range(1, 30)]
    )
    async with running(browser) as run:
        await run.press("s")
        assert isinstance(run.app.screen, SortPicker)
        assert "newest first" not in run.text().split("created")[1].split("\n")[0]
        await run.press("s")  # the same key again
        await run.settled()
        assert run.tasks.table.sort == Sort("created")
        assert numbers(run)[0] == 1
        await run.press("s", "down", "down", "down", "down", "down", "enter")
        await run.settled()
        assert run.tasks.table.sort == Sort("agent")
        assert [row.agent_id for row in run.tasks.table.rows] == sorted(
            row.agent_id for row in run.tasks.table.rows
        )
        await run.press("s", "enter")
        await run.settled()
        assert run.tasks.table.sort == Sort("agent", descending=True)
        await run.press("s", "escape")
        assert run.tasks.table.sort == Sort("agent", descending=True)


async def test_a_click_on_a_header_sorts_and_again_reverses() -> None:
    async with running(tasks(30)) as run:
        table = run.tasks.table
        at = run.lines()[table.region.y].index("duration")
        await run.pilot.click(TaskTable, offset=(at + 1, 0))
        await run.settled()
        assert table.sort == Sort("duration", descending=True)
        at = run.lines()[table.region.y].index("duration")
        await run.pilot.click(TaskTable, offset=(at + 1, 0))
        await run.settled()
        assert table.sort == Sort("duration")


async def test_going_to_a_time() -> None:
    browser = tasks(200)
    async with running(browser) as run:
        await run.press("@")
        assert isinstance(run.app.screen, TimeDialog)
        await run.type("2026-01-31T11:00:50Z")
        assert "= 2026-01-31 11:00:50 UTC" in run.text()
        await run.press("enter")
        await run.settled()
        assert numbers(run)[0] == 50
        cursor = run.tasks.ask.page.cursor
        assert cursor is not None
        assert cursor.place is Place.FROM
        await run.press("[")
        await run.settled()
        assert numbers(run)[-1] == 51


async def test_going_to_a_day_shows_that_day_and_a_wrong_time_says_why() -> None:
    days = [make_task(n, created_at=NOW - timedelta(days=10 - n)) for n in range(1, 11)]
    browser = FakeBrowser(days)
    async with running(browser) as run:
        await run.press("@")
        await run.type("2026-01-2")
        assert "is not a time" in run.text()
        await run.press("enter")
        assert isinstance(run.app.screen, TimeDialog)
        await run.type("5")
        await run.press("enter")
        await run.settled()
        first = run.tasks.table.rows[0].created_at
        assert first is not None
        assert first.date().isoformat() == "2026-01-25"
        await run.press("@")
        await run.type("3d")
        await run.press("enter")
        await run.settled()
        assert run.tasks.table.rows[0].created_at == NOW - timedelta(days=3)
        await run.press("@")
        await run.type("2020-01-01")
        await run.press("enter")
        await run.settled()
        assert "{ first page" in run.text()


async def test_a_long_list_is_counted_up_to_a_cap_and_exactly_on_demand() -> None:
    browser = tasks(60)
    async with running(browser) as run:
        assert browser.named("count_tasks")[-1][1] == 10_000
        assert "of 60" in run.status
    browser = tasks(10_050)
    async with running(browser) as run:
        assert "of 10,000+" in run.status
        gate = browser.hold("count_tasks")
        await run.press("#")
        await run.until(lambda: "counting all" in run.status)
        assert len(run.previews) == 50
        gate.set()
        await run.until(lambda: "of 10,050" in run.status)
        assert browser.named("count_tasks")[-1][1] is None
        assert run.said == ""
        counts = len(browser.named("count_tasks"))
        await run.press("#")
        assert run.said == "10,050 is the exact number already"
        assert len(browser.named("count_tasks")) == counts


async def test_what_is_counted_in_a_moment_replaces_the_cap_unasked() -> None:
    browser = tasks(10_050)
    browser.counts_quickly = True
    gate = browser.hold("count_quickly")
    async with running(browser) as run:
        assert "of 10,000+" in run.status
        gate.set()
        await run.until(lambda: "of 10,050" in run.status)
        assert [cap for _, cap in browser.named("count_tasks")] == [10_000]
        await run.press("r")
        await run.settled()
        assert browser.named("count_tasks")[-1][1] == 10_000, "nobody has asked for all"


async def test_counting_never_holds_up_the_page_and_its_failure_is_small() -> None:
    browser = tasks(60)
    gate = browser.hold("count_tasks")
    async with running(browser, settled=False) as run:
        await run.until(lambda: len(run.previews) == 50)
        assert "of …" in run.status
        await run.press("]")
        await run.until(lambda: len(run.previews) == 10)
        gate.set()
    browser = tasks(60)
    browser.failures["count_tasks"] = QueryTimeoutError("too slow", "15 s")
    async with running(browser) as run:
        await run.until(lambda: "too many to count" in run.status)
        assert run.banner == ""


async def test_a_page_that_is_the_whole_list_is_not_counted() -> None:
    browser = tasks(7)
    async with running(browser) as run:
        assert "rows 1-7 of 7" in run.status
        assert browser.named("count_tasks") == []


async def test_where_the_position_is_not_known_the_times_are_shown() -> None:
    async with running(tasks(200)) as run:
        await run.press("@")
        await run.type("2026-01-31T11:02:00Z")
        await run.press("enter")
        await run.settled()
        assert "50 rows of 200, 58m" in run.status
        await run.press("t", "t")
        assert "50 rows of 200, 01-31 11:02 UTC … 01-31 11:01 UTC" in run.status


async def test_times_are_shown_in_three_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(tasks(3)) as run:
        assert "times: age" in run.status
        assert "59m" in run.text()
        await run.press("t")
        assert "times: age" not in run.status
        await run.press("t")
        assert "times: UTC" in run.status
        assert "01-31 11:00 UTC" in run.text()
        await run.press("t")
        assert "times: age" in run.status


async def test_the_first_way_to_show_times_can_be_given() -> None:
    async with running(tasks(3), tz="utc") as run:
        assert "times: UTC" in run.status
        assert "01-31 11:00 UTC" in run.text()


async def test_a_partial_page_says_so() -> None:
    browser = tasks(5)
    browser.partial = Partial("stopped after 15 s: there may be more")
    async with running(browser) as run:
        assert "partial: stopped after 15 s" in run.status
        browser.tasks.clear()
        await run.press("r")
        await run.until(lambda: "nothing found so far" in run.text())


def so_far(request: PageRequest, *found: int, back_to: int) -> Page[TaskRow]:
    """Make what a search has told: these tasks, and the time that it has come back to."""
    sort = request.sort
    edge = Cursor(Place.AFTER, sort, (str(back_to), str(task_id(back_to))))
    rows = tuple(make_task(number).row for number in found)
    time = make_task(back_to).row.created_at
    partial = Partial("the search goes on", time, 4_000)
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


async def test_what_runs_is_said_with_its_seconds() -> None:
    browser = tasks(5)
    async with running(browser) as run:
        browser.hold("search_tasks")
        await run.press("r")
        await run.until(lambda: bool(browser.named("search_tasks")[1:]))
        assert "searching" not in run.status  # not for what takes no time
        run.ticks.now += 4
        run.tasks.update_lines()
        assert run.status.startswith("searching… 4 s")
        assert len(run.previews) == 5


async def test_an_error_shows_and_can_be_tried_again() -> None:
    browser = tasks(5)
    browser.failures["search_tasks"] = QueryError("the query failed", "disk I/O error [b]\x1b[2J")
    async with running(browser, settled=False) as run:
        await run.until(lambda: "the query failed" in run.banner)
        assert "disk I/O error [b]␛[2J" in run.banner
        assert "r: try again" in run.text()
        assert "disk I/O error" in run.text()
        del browser.failures["search_tasks"]
        await run.press("r")
        await run.until(lambda: run.banner == "" and len(run.previews) == 5)


async def test_an_error_after_a_good_page_keeps_it_and_says_that_it_is_old() -> None:
    browser = tasks(5)
    async with running(browser) as run:
        browser.failures["search_tasks"] = QueryError("the query failed")
        await run.press("slash")
        await run.type("zzz")
        await run.press("enter")
        await run.until(lambda: "what is shown is from before" in run.banner)
        assert len(run.previews) == 5
        del browser.failures["search_tasks"]
        await run.press("escape")
        await run.until(lambda: run.banner == "")


@pytest.mark.parametrize("kind", [ConnectionLostError, CannotConnectError])
async def test_a_lost_connection_shows_keeps_the_rows_and_comes_back(
    kind: type[CannotConnectError],
) -> None:
    browser = tasks(60)
    async with running(browser) as run:
        await run.press("j", "j")
        lost = kind("the connection was lost", "server closed it")
        browser.failures["search_tasks"] = lost
        browser.failures["count_tasks"] = lost
        await run.press("r")
        await run.until(lambda: "connection lost - retrying in 2 s (r: now)" in run.banner)
        assert len(run.previews) == 50
        asked = len(browser.named("search_tasks"))
        run.ticks.now += 1
        await run.until(lambda: "retrying in 1 s" in run.banner)
        assert len(browser.named("search_tasks")) == asked
        run.ticks.now += 1
        await run.until(lambda: len(browser.named("search_tasks")) == asked + 1)
        await run.until(lambda: "retrying in 2 s" in run.banner)
        run.ticks.now += 2
        await run.until(lambda: "retrying in 4 s" in run.banner)
        browser.failures.clear()
        run.ticks.now += 4
        await run.until(lambda: run.banner == "")
        await run.settled()
        assert run.selected == "task 58"
        assert "of 60" in run.status


async def test_r_tries_a_lost_connection_at_once() -> None:
    browser = tasks(5)
    async with running(browser) as run:
        browser.failures["search_tasks"] = ConnectionLostError("lost")
        await run.press("r")
        await run.until(lambda: "connection lost" in run.banner)
        browser.failures.clear()
        await run.press("r")
        await run.until(lambda: run.banner == "")


async def test_a_new_filter_takes_the_place_of_a_lost_request() -> None:
    browser = tasks(5)
    async with running(browser) as run:
        browser.failures["search_tasks"] = ConnectionLostError("lost")
        await run.press("r")
        await run.until(lambda: "connection lost" in run.banner)
        browser.failures.clear()
        await run.press("slash")
        await run.type("status:completed")
        await run.press("enter")
        await run.until(lambda: run.banner == "" and str(run.tasks.ask.filter) != "")
        asked = len(browser.named("search_tasks"))
        run.ticks.now += 60
        await run.pilot.pause(0.6)
        assert len(browser.named("search_tasks")) == asked


async def test_the_pane_shows_the_task_under_the_cursor() -> None:
    browser = FakeBrowser(
        [make_task(n, error=f"number {n}", error_start=None) for n in range(1, 20)]
    )
    async with running(browser) as run:
        assert not run.tasks.shows_pane
        assert browser.named("get_task") == []
        await run.press("i")
        await run.until(lambda: "number 19" in run.text())
        await run.press("j")
        await run.until(lambda: "number 18" in run.text())
        await run.press(*"jjjjjjjj")
        await run.until(lambda: "number 10" in run.text())
        assert len(browser.named("get_task")) < 10  # not for each row that was passed
        await run.press("tab")
        await run.until(lambda: run.app.focused is run.one(DetailPane))
        await run.press("escape")
        assert run.app.focused is run.tasks.table
        await run.press("i")
        assert not run.tasks.shows_pane
        asked = len(browser.named("get_task"))
        await run.press("j")
        await run.pilot.pause(0.2)
        assert len(browser.named("get_task")) == asked


async def test_details_that_come_late_are_dropped() -> None:
    browser = FakeBrowser(
        [make_task(n, error=f"number {n}", error_start=None) for n in range(1, 5)]
    )
    async with running(browser) as run:
        gate = browser.hold("get_task")
        await run.press("i")
        await run.until(lambda: len(browser.named("get_task")) == 1)
        del browser.gates["get_task"]
        await run.press("j")
        await run.until(lambda: "number 3" in run.text())
        gate.set()
        await run.pilot.pause(0.1)
        assert "number 4" not in run.text()


async def test_details_that_cannot_be_read_say_why() -> None:
    browser = tasks(3)
    async with running(browser) as run:
        browser.failures["get_task"] = EntityNotFoundError("task", "x[/]\x1b")
        await run.press("i")
        await run.until(lambda: "no task has the id x[/]␛" in run.text())
        browser.failures.clear()
        await run.press("r")
        await run.until(lambda: run.banner == "")
        await run.until(lambda: "planner" in str(run.one(DetailPane).detail))


async def test_copying_an_id(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(tasks(3)) as run:
        await run.press("y")
        assert run.app.clipboard == str(run.tasks.table.rows[0].id)


async def test_copying_an_odd_id_is_safe() -> None:
    browser = FakeBrowser([make_task(1, id="odd\x1b]52;\udc80")])
    async with running(browser) as run:
        await run.press("y")
        assert "\x1b" not in run.app.clipboard
        run.app.clipboard.encode()


async def test_switching_lists_keeps_each_as_it_was_left() -> None:
    browser = tasks(130)
    browser.conversations = [make_conversation(n) for n in range(1, 80)]
    async with running(browser) as run:
        await run.press("]")
        await run.settled()
        await run.press("j", "j")
        selected, page = run.selected, run.previews
        await run.press("2")
        await run.until(lambda: "last activity" in run.text())
        await run.settled()
        await run.press("G")
        await run.press("1")
        assert run.selected == selected
        assert run.previews == page
        await run.press("2")
        assert run.app.screen.main_widget.selected.id == conversation_id(30)  # type: ignore[attr-defined]  # a table of conversations


async def test_keys_do_nothing_bad_in_an_empty_list() -> None:
    async with running(FakeBrowser()) as run:
        for key in (
            "j",
            "k",
            "G",
            "enter",
            "i",
            "space",
            "equals_sign",
            "y",
            "c",
            "p",
            "b",
            "d",
            "]",
            "[",
            "}",
            "{",
        ):
            await run.press(key)
        await run.press("#", "r")
        await run.settled()
        assert run.app.screen is run.tasks
