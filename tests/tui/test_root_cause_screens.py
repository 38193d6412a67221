"""From a failure to its cause by one key: from the tree, both lists and the details."""

from __future__ import annotations

import pytest

from support.fake_browser import FakeBrowser
from support.made_rows import make_conversation, make_task, task_id
from support.screens import Running, running
from taskview_core.errors import QueryError
from taskview_tui.screens.conversations import ConversationsScreen
from taskview_tui.screens.detail import DetailScreen
from taskview_tui.screens.tree import TreeScreen
from taskview_tui.widgets.conversation_table import ConversationTable


def family() -> FakeBrowser:
    """1 failed by 2, which failed by 4 after 3, which it had coped with; 5 completed."""
    tasks = [
        make_task(1, status="failed", error=f"SubtaskFailed: {task_id(2)}"),
        make_task(2, parent=1, status="failed", error=f"SubtaskFailed: {task_id(4)}"),
        make_task(3, parent=2, status="failed", error="coped with", agent="tool:bash"),
        make_task(4, parent=2, status="failed", error="boom", agent="tool:sql"),
        make_task(5, parent=1),
        make_task(6, conversation=2),
    ]
    return FakeBrowser(tasks, [make_conversation(n) for n in (1, 2)])


def cursor(run: Running) -> str:
    task = run.tree.selected_task
    return task.preview if task else ""


async def open_from_table(run: Running, number: int, key: str) -> None:
    at = run.tasks.table.position(task_id(number))
    assert at is not None
    run.tasks.table.move_cursor(at)
    await run.press(key)
    await run.until(lambda: isinstance(run.app.screen, (TreeScreen, DetailScreen)))
    if key != "d":
        await run.settled()


async def test_from_the_table_to_the_cause_with_the_way_marked() -> None:
    async with running(family(), size=(200, 30)) as run:
        await open_from_table(run, 1, "f")
        assert cursor(run) == "task 4"
        lines = run.lines()
        marked = {
            mark: [line for line in lines if mark in line] for mark in ("◉ root cause", "↑ failed")
        }
        assert ["tool:sql" in line for line in marked["◉ root cause"]] == [True]
        assert len(marked["↑ failed"]) == 2
        assert "root cause 1 of 2 of planner: the error above names its id" in run.status
        await run.press("f")
        assert cursor(run) == "task 3"
        assert "2 of 2: failed below planner too, but does not explain it" in run.status
        assert "○ failed as well" in run.text()
        await run.press("f")
        assert cursor(run) == "task 4"
        await run.press("escape")  # takes the marks away, and only then goes back
        assert "root cause" not in run.text()
        assert "6 tasks" in run.status or "5 tasks" in run.status
        await run.press("escape")
        assert run.selected == "task 1"


async def test_one_that_failed_by_itself_says_so() -> None:
    async with running(family(), size=(200, 30)) as run:
        await open_from_table(run, 4, "f")
        assert cursor(run) == "task 4"
        assert "failed by itself: nothing below explains it" in run.status


async def test_of_a_long_error_it_is_said_how_much_was_looked_at() -> None:
    tasks = [
        make_task(1, status="failed", error_start="x" * 401),
        make_task(2, parent=1, status="failed", error="boom"),
        make_task(3, parent=1, status="failed", error_start="y" * 401),
    ]
    async with running(FakeBrowser(tasks, [make_conversation(1)]), size=(200, 30)) as run:
        await open_from_table(run, 1, "f")
        assert cursor(run) == "task 1"
        words = "failed by itself, as far as the first 400 characters of its error tell: nothing"
        assert words in run.status
        run.tree.go_to(task_id(3))
        await run.press("f")
        assert "failed by itself: nothing below explains it" in run.status


async def test_what_was_found_is_said_only_on_its_way() -> None:
    tasks = [
        make_task(1, agent="root"),
        make_task(2, parent=1, status="failed", error="boom", agent="left"),
        make_task(3, parent=1, status="failed", error="bang", agent="right"),
    ]
    async with running(FakeBrowser(tasks, [make_conversation(1)]), size=(200, 30)) as run:
        await open_from_table(run, 2, "f")
        assert "failed by itself" in run.status
        await run.press("e")
        assert cursor(run) == "task 3"
        assert "failed 2 of 2" in run.status
        await run.press("E")
        assert "failed by itself" in run.status


async def test_the_only_cause_stays_marked_when_another_is_asked_for() -> None:
    tasks = [
        make_task(1, status="failed", error=f"SubtaskFailed: {task_id(2)}"),
        make_task(2, parent=1, status="failed", error="boom", agent="tool:sql"),
    ]
    async with running(FakeBrowser(tasks, [make_conversation(1)]), size=(200, 30)) as run:
        await open_from_table(run, 1, "f")
        assert cursor(run) == "task 2"
        status = run.status
        await run.press("f")
        assert run.status == status
        assert "root cause of planner" in status
        assert "↑ failed" in run.text()
        assert [note.message for note in run.app._notifications] == ["there is no other candidate"]


async def test_hidden_causes_are_opened_to_and_a_refresh_keeps_the_marks() -> None:
    browser = family()
    async with running(browser, size=(200, 30)) as run:
        await open_from_table(run, 1, "enter")
        await run.press("O", "g", "f")
        assert cursor(run) == "task 4"
        await run.press("r")
        await run.settled()
        assert cursor(run) == "task 4"
        assert "◉ root cause" in run.text()
        await run.press("g", "l")
        await run.press("f")
        assert "root cause 1 of 2" in run.status


async def test_from_a_task_that_completed_and_where_nothing_failed() -> None:
    browser = family()
    browser.tasks[0] = make_task(1)
    async with running(browser, size=(200, 30)) as run:
        await open_from_table(run, 1, "f")
        assert cursor(run) == "task 3"  # the first to fail, whatever came of it
        assert "failure 1 of 2 inside planner, the earliest first" in run.status
        await run.press("f")
        assert cursor(run) == "task 4"
        await run.press("G", "f")
        assert cursor(run) == "task 5"
        await run.until(lambda: "neither this task nor any below it failed" in run.said, "a word")


async def test_from_a_conversation_and_from_the_details() -> None:
    async with running(family(), size=(200, 30)) as run:
        await open_from_table(run, 2, "d")
        await run.until(lambda: str(task_id(2)) in run.status)
        await run.press("f")
        await run.until(lambda: isinstance(run.app.screen, TreeScreen))
        await run.settled()
        assert cursor(run) == "task 4"
        await run.press("2")
        await run.settled()
        table = run.one(ConversationTable)
        while table.selected is None or table.selected.title != "conversation 1":
            await run.press("j")
        await run.press("f")
        await run.settled()
        assert cursor(run) == "task 3"
        assert "failure 1 of 2 here, the earliest first" in run.status
        await run.press("q", "k", "f")
        assert "nothing in this conversation failed" in run.said
        assert isinstance(run.app.screen, ConversationsScreen), "there is nothing to go to"


@pytest.mark.parametrize("key", ["", "d"])
async def test_where_nothing_failed_that_is_said_and_one_stays(key: str) -> None:
    async with running(family(), size=(200, 30)) as run:
        run.tasks.table.move_cursor(run.tasks.table.position(task_id(5)) or 0)
        if key:
            await run.press(key)
            await run.until(lambda: str(task_id(5)) in run.status)
        screen = run.app.screen
        await run.press("f")
        await run.until(lambda: run.said != "", "a word")
        assert run.said == "neither this task nor any below it failed"
        assert run.app.screen is screen


async def test_where_it_cannot_be_looked_that_is_said() -> None:
    browser = family()
    async with running(browser, size=(200, 30)) as run:
        run.tasks.table.move_cursor(run.tasks.table.position(task_id(5)) or 0)
        browser.failures["subtree"] = QueryError("no", "not today")
        await run.press("f")
        await run.until(lambda: run.said != "", "a word")
        assert "not known whether anything below failed: no: not today" in run.said
        assert run.selected == "task 5"


async def test_a_task_in_no_conversation_is_looked_into_by_itself() -> None:
    tasks = [
        make_task(1, conversation_id="", conversation_title=None, status="failed", error="boom"),
    ]
    async with running(FakeBrowser(tasks), size=(200, 30)) as run:
        await run.press("f")
        await run.settled()
        assert cursor(run) == "task 1"
        assert "failed by itself" in run.status


async def test_the_marks_go_when_what_was_found_has_gone() -> None:
    browser = family()
    async with running(browser, size=(200, 30)) as run:
        await open_from_table(run, 1, "f")
        assert "root cause" in run.status
        del browser.tasks[3]
        await run.press("r")
        await run.settled()
        assert "root cause" not in run.text()
        assert "root cause" not in run.status


def scattered() -> FakeBrowser:
    """1 failed by 2, which failed by 3 in another conversation; so completed 5, above 6 there."""
    tasks = [
        make_task(1, status="failed", error=f"SubtaskFailed: {task_id(2)}"),
        make_task(2, parent=1, status="failed", error=f"boom: {task_id(3)}", agent="courier"),
        make_task(3, parent=2, conversation=2, status="failed", error="no route"),
        make_task(4, parent=2, conversation=2),
        make_task(5),
        make_task(6, parent=5, conversation=2, status="failed", error="bang"),
        make_task(7, parent=1, status="failed", error="coped with"),
    ]
    return FakeBrowser(tasks, [make_conversation(n) for n in (1, 2)])


@pytest.mark.parametrize("start", [1, 2])
async def test_what_may_explain_it_in_another_conversation_is_said_and_led_to(start: int) -> None:
    async with running(scattered(), size=(200, 30)) as run:
        await open_from_table(run, start, "f")
        assert cursor(run) == "task 2"
        other = "; 1 failed child in another conversation may explain it: b shows it"
        await run.until(lambda: other in run.status, "the other")
        assert "nothing below explains it" not in run.status
        assert ("nothing in this conversation explains it" in run.status) is (start == 2)
        await run.press("b")
        await run.settled()
        assert cursor(run) == "task 3"
        await run.press("k", "f")
        assert cursor(run) == "task 3"
        assert "root cause of courier: the error above names its id" in run.status
        await run.press("escape", "escape")
        if start == 1:
            await run.press("f")
            assert cursor(run) == "task 7"
            assert "another conversation" not in run.status


@pytest.mark.parametrize("first", ["f", "enter"])
async def test_a_failure_in_another_conversation_below_one_that_completed_is_gone_to(
    first: str,
) -> None:
    async with running(scattered(), size=(200, 30)) as run:
        await open_from_table(run, 5, first)
        if first == "enter":
            assert cursor(run) == "task 5"
            await run.press("f")
        await run.until(lambda: cursor(run) == "task 6", "the failure")
        assert "failure 1 of 1 inside planner" in run.status
        assert run.said == ""


async def test_of_ids_that_no_filter_can_ask_for_the_other_conversations_are_known_too() -> None:
    tasks = [
        make_task(1, id="one", conversation_id="here", status="failed", error="boom"),
        make_task(2, parent_task_id="one", conversation_id="there", status="failed", error="x"),
        make_task(3, parent_task_id="one", conversation_id="there"),
        make_task(4, parent_task_id="one", conversation_id="here", status="failed", error="y"),
    ]
    async with running(FakeBrowser(tasks), size=(200, 30)) as run:
        await run.until(lambda: run.tasks.table.selected is not None, "rows")
        while run.tasks.table.selected is None or run.tasks.table.selected.id != "one":
            await run.press("j")
        await run.press("f")
        await run.until(lambda: "1 failed child in another" in run.status, "the other")
