"""Filtering as one types: debounced, complete, never stale; faults, completion, the Esc ladder."""

from __future__ import annotations

from typing import Any

import pytest
from textual import events
from textual.keys import _character_to_key

from support.fake_browser import FakeBrowser
from support.filtered_list import filters, shows, some_tasks
from support.made_rows import make_conversation, make_task, task_id
from support.screens import running
from taskview_core.query.task_filter import TaskFilter
from taskview_tui.bars.slots import Slot
from taskview_tui.screens.tree import TreeScreen


async def test_the_list_follows_what_is_typed() -> None:
    browser = some_tasks()
    async with running(browser) as run:
        await run.press("slash")
        await run.pilot.press(*"apple")
        await shows(run, *range(1, 31, 2))
        assert all("apple".startswith(asked) for asked in filters(browser))
        assert run.input_text(Slot.QUERY) == "apple"


async def test_a_pause_is_waited_for_before_anything_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("taskview_tui.bars.filter_bar.DEBOUNCE", 3600)
    browser = some_tasks()
    async with running(browser) as run:
        await run.press("slash")
        await run.type("apple")
        assert filters(browser) == [""]
        await run.press("enter")
        await shows(run, *range(1, 31, 2))
        assert filters(browser) == ["", "apple"]


async def test_leaving_the_input_does_not_wait_for_the_pause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("taskview_tui.bars.filter_bar.DEBOUNCE", 3600)
    async with running(some_tasks()) as run:
        await run.press("slash")
        await run.type("apple")
        await run.press("escape")
        await shows(run, *range(1, 31, 2))


async def test_stale_answers_never_paint() -> None:
    """The first answer comes after the second: it is not on the screen at any time."""
    browser = some_tasks()
    painted: list[str] = []
    async with running(browser) as run:
        paint = run.tasks.paint_rows

        def record(rows: Any, ask: Any) -> None:
            painted.append(str(ask.filter))
            paint(rows, ask)

        run.tasks.paint_rows = record  # type: ignore[method-assign]  # watched, not replaced
        gate = browser.hold("search_tasks")
        await run.press("slash")
        await run.type("apple")
        await run.until(lambda: filters(browser)[-1] == "apple")
        del browser.gates["search_tasks"]
        await run.type(" 7")
        await run.until(lambda: painted == ["apple 7"], str(painted))
        gate.set()
        await run.pilot.pause(0.05)
        assert painted == ["apple 7"]
        assert set(browser.cancelled) == {"search_tasks"}
        await shows(run, 7, 17, 27)


async def test_an_answer_that_is_already_on_its_way_does_not_paint() -> None:
    """A message of an older request, delivered after the newer request was made, is dropped."""
    browser = some_tasks()
    async with running(browser) as run:
        screen = run.tasks
        before = run.previews
        old = screen.ask
        page = await browser.search_tasks(TaskFilter.parse("apple"), old.page)
        screen.go(old.with_filter(TaskFilter.parse("pear")))
        screen.post_message(screen.PageArrived(old, page, 0.1))
        await run.settled()
        assert run.previews != before
        assert all(int(preview.split()[1]) % 2 == 0 for preview in run.previews)


async def test_single_letters_are_text_in_an_input() -> None:
    browser = some_tasks()
    async with running(browser) as run:
        await run.press("slash")
        await run.type("qrst12?@#[]{}/:Tjk")
        assert run.input_text(Slot.QUERY) == "qrst12?@#[]{}/:Tjk"
        assert run.app.screen is run.tasks
        assert run.app.return_code is None


async def test_enter_then_enter_opens_the_task_that_was_filtered_for() -> None:
    """Also where the page is slow to come: Enter never opens a row of the list before."""
    browser = some_tasks()
    async with running(browser) as run:
        gate = browser.hold("search_tasks")
        await run.press("slash")
        await run.type("status:failed")
        await run.press("enter", "enter")
        assert run.app.screen is run.tasks
        gate.set()
        await run.until(lambda: run.app.screen is not run.app.screen_stack[0])
        await run.settled()
        await run.until(lambda: run.tree.selected_task is not None)
        task = run.tree.selected_task
        assert task is not None
        assert str(task.status) == "failed"
        assert task.id == task_id(30)
        await run.until(lambda: "boom [b]" in run.text())


@pytest.mark.usefixtures("slow_keys")
async def test_a_fault_keeps_the_last_good_list_and_names_the_place() -> None:
    browser = some_tasks()
    async with running(browser) as run:
        await run.press("slash")
        await run.type("apple")
        await run.until(lambda: filters(browser)[-1] == "apple")
        # Typed by a busy machine, `statsu` might be a word that is asked for.
        run.tasks.bar._input(Slot.QUERY).insert_text_at_cursor(" statsu:x")
        await run.until(lambda: "statsu" in run.fault)
        assert "did you mean status:x?" in run.fault
        await run.pilot.pause(0.3)
        assert filters(browser)[-1] == "apple"
        await shows(run, *range(1, 31, 2))
        line = next(line for line in run.lines() if "^" in line)
        box = run.tasks.bar._input(Slot.QUERY)
        assert line.index("^") == box.text_column + len("apple ")
        await run.press(*["backspace"] * 9)
        await run.until(lambda: run.fault == "")


async def test_tab_mends_what_is_wrong() -> None:
    async with running(some_tasks()) as run:
        await run.press("slash")
        await run.type("statsu:failed")
        await run.until(lambda: run.fault != "")
        await run.press("tab")
        assert run.input_text(Slot.QUERY) == "status:failed"
        assert run.fault == ""
        await run.until(lambda: len(run.previews) == 11 or "failed" in run.text())
        await run.settled()
        assert {str(row.status) for row in run.tasks.table.rows} == {"failed"}


@pytest.mark.usefixtures("slow_keys")
async def test_incomplete_text_never_searches_for_its_beginning() -> None:
    """On the way to status:failed, nothing is searched for the word status."""
    browser = some_tasks()
    async with running(browser) as run:
        await run.press("slash")
        await run.pilot.press(*"status:")
        await run.until(lambda: "status:" in run.fault)
        await run.pilot.pause(0.3)
        assert filters(browser) == [""]
        assert len(run.previews) == 30


async def test_esc_leaves_the_input_then_clears_the_filter_then_stays() -> None:
    async with running(some_tasks()) as run:
        await run.press("slash")
        await run.type("apple")
        await shows(run, *range(1, 31, 2))
        await run.press("escape")
        assert run.app.focused is run.tasks.table
        assert run.input_text(Slot.QUERY) == "apple"
        await run.press("escape")
        await run.until(lambda: len(run.previews) == 30)
        assert run.input_text(Slot.QUERY) == ""
        await run.press("escape")
        assert run.app.screen is run.tasks
        assert run.app.return_code is None


async def test_esc_clears_a_text_that_is_wrong() -> None:
    async with running(some_tasks()) as run:
        await run.press("slash")
        await run.type("is:nothing")
        await run.press("escape")
        assert run.fault != ""
        await run.press("escape")
        assert run.fault == ""
        assert run.input_text(Slot.QUERY) == ""


async def test_clearing_keeps_the_cursor_on_its_task() -> None:
    async with running(some_tasks()) as run:
        await run.press("slash")
        await run.type("apple")
        await run.press("enter")
        await shows(run, *range(1, 31, 2))
        await run.press("j", "j")
        selected = run.selected
        await run.press("escape")
        await run.until(lambda: len(run.previews) == 30)
        assert run.selected == selected


async def test_an_empty_list_says_why() -> None:
    async with running(some_tasks()) as run:
        await run.press("slash")
        await run.type("nowhere")
        await run.press("enter")
        await run.until(lambda: run.previews == [])
        assert "no task matches nowhere" in run.text()
        assert "Esc clears the filter" in run.text()


async def test_an_empty_database_says_what_to_do() -> None:
    async with running(FakeBrowser()) as run:
        assert "holds no tasks yet" in run.text()
        assert "taskview demo" in run.text()
        assert "taskview load" in run.text()


async def test_keys_that_arrive_together_are_typed_and_run_no_command() -> None:
    """As over a slow line: `/status:failed` and Enter in one piece, then Enter once more."""
    browser = some_tasks()
    async with running(browser) as run:
        before = run.tasks.table.sort
        for letter in "/status:failed":
            run.app.post_message(events.Key(_character_to_key(letter), letter))
        run.app.post_message(events.Key("enter", "\r"))
        await run.until(lambda: run.app.focused is run.tasks.table and len(run.previews) < 30)
        assert str(run.tasks.ask.filter) == "status:failed"
        assert run.tasks.table.sort == before
        assert run.app.screen is run.tasks


async def test_keys_that_arrive_together_in_the_inputs() -> None:
    async with running(some_tasks()) as run:
        for key, letter in (("slash", "/"), ("tab", None), ("x", "x"), ("q", "q"), ("1", "1")):
            run.app.post_message(events.Key(key, letter))
        await run.until(lambda: run.input_text(Slot.AGENT) == "xq1")
        assert run.app.screen is run.tasks


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        (("backspace", "x"), "abx"),
        (("backspace", "backspace", "x", "y", "backspace", "z"), "axz"),
        (("ctrl+u", "x", "y"), "xy"),
        (("home", "x", "end", "y"), "xabcy"),
        (("ctrl+w", "x", "left", "y"), "yx"),
        (("left", "delete", "x"), "abx"),
    ],
)
async def test_keys_that_arrive_together_edit_in_their_order(
    keys: tuple[str, ...], text: str
) -> None:
    """A backspace came behind the letters that were typed after it."""
    async with running(some_tasks()) as run:
        await run.press("slash", *"abc")
        await run.until(lambda: run.input_text(Slot.QUERY) == "abc")
        for key in keys:
            run.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await run.until(lambda: run.input_text(Slot.QUERY) == text, text)


async def test_keys_that_come_in_one_burst_open_the_task() -> None:
    """As over a slow line: the text, Enter to leave the input, and Enter to open what was found."""
    async with running(FakeBrowser([make_task(n, error=f"no {n}") for n in range(1, 30)])) as run:
        run.browser.conversations = [make_conversation(1)]
        held = run.browser.hold("search_tasks")
        await run.press("slash", *"17")
        for _ in range(2):
            run.app.post_message(events.Key("enter", "\r"))
        await run.pilot.pause()
        held.set()
        await run.until(lambda: isinstance(run.app.screen, TreeScreen), "the tree")
        await run.settled()
        task = run.tree.selected_task
        assert task is not None
        assert task.preview == "task 17"


async def test_a_status_that_is_nearly_a_known_one_is_asked_about() -> None:
    async with running(some_tasks()) as run:
        await run.press("slash")
        await run.type("status:faild")
        await run.until(lambda: "did you mean failed?" in run.fault)
        await run.press("enter")
        await run.until(lambda: run.previews == [])
        assert "did you mean status:failed?" in run.text()
        await run.press("slash")
        await run.type("x")
        await run.press("backspace")
        await run.until(lambda: run.fault != "")
        await run.press("tab", "enter")
        await run.until(lambda: len(run.previews) == 10)
        assert run.input_text(Slot.QUERY) == "status:failed"
