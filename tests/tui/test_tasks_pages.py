"""The list of tasks: pages, order, refresh, and going to a time."""

from __future__ import annotations

from datetime import timedelta

from support.fake_browser import FakeBrowser, tasks
from support.made_rows import NOW, make_task
from support.screens import numbers, running
from taskview_core.query.request import Place
from taskview_core.query.sort import Sort
from taskview_tui.screens.sort_picker import SortPicker
from taskview_tui.screens.time_dialog import TimeDialog
from taskview_tui.widgets.task_table import TaskTable


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
