"""A tree that takes a while to read begins with its first tasks, and is whole when it is there."""

from __future__ import annotations

from support.fake_browser import FakeBrowser
from support.made_rows import make_conversation, make_task, task_id
from support.screens import Running, running
from taskview_core.entities import Ident
from taskview_core.errors import ConnectionLostError


def _family() -> FakeBrowser:
    """A root with ten children, one of which has children of its own, and a second root."""
    tasks = [make_task(1, agent="root"), make_task(2, agent="other root")]
    tasks += [make_task(n, parent=1) for n in range(10, 20)]
    tasks += [make_task(n, parent=13, status="failed", error="boom") for n in range(30, 33)]
    return FakeBrowser(tasks, [make_conversation(1, title="Slow")])


async def _opened(run: Running, number: int = 1) -> None:
    await run.settled()
    at = run.tasks.table.position(task_id(number))
    assert at is not None
    run.tasks.table.move_cursor(at)
    await run.press("enter")


def _selected(run: Running) -> Ident | None:
    task = run.tree.selected_task
    return None if task is None else task.id


async def test_its_first_tasks_are_there_while_it_is_read() -> None:
    browser = _family()
    gate = browser.hold("conversation_tree")
    async with running(browser, size=(100, 40)) as run:
        await _opened(run)
        await run.until(lambda: "other root" in run.text(), "the roots show")
        assert run.tree.is_busy
        assert "the first of its tasks" in run.status
        assert "reading…" in run.status
        assert len(run.tree.view._outline) == 12
        await run.press("j", "j")
        chosen = run.tree.selected_task
        assert chosen is not None
        gate.set()
        await run.settled()
        assert len(run.tree.view._outline) == 15
        assert _selected(run) == chosen.id
        assert "15 tasks, 3 failed" in run.status
        assert "the first of its tasks" not in run.status


async def test_what_needs_all_of_it_waits_for_that() -> None:
    browser = _family()
    gate = browser.hold("conversation_tree")
    async with running(browser, size=(100, 40)) as run:
        await _opened(run)
        await run.until(lambda: "other root" in run.text(), "the roots show")
        await run.press("f")
        gate.set()
        await run.settled()
        await run.until(lambda: "boom" in run.text(), "it is where something failed")
        task = run.tree.selected_task
        assert task is not None
        assert task.parent_task_id == task_id(13)


async def test_the_tree_of_a_task_begins_with_what_is_below_it() -> None:
    browser = _family()
    async with running(browser, size=(100, 40)) as run:
        await _opened(run)
        await run.settled()
        run.tree.view.select(task_id(13))
        gate = browser.hold("subtree")
        await run.press("b")
        await run.until(lambda: len(run.tree.view._outline) == 4, "the task and its children")
        task = run.tree.selected_task
        assert task is not None
        assert task.parent_task_id == task_id(13)
        assert run.tree.is_busy
        gate.set()
        await run.settled()
        assert _selected(run) == task.id


async def test_a_tree_that_cannot_be_read_says_so() -> None:
    browser = _family()
    async with running(browser, size=(100, 40)) as run:
        await run.settled()
        browser.failures["conversation_tree"] = ConnectionLostError("the line is cut")
        await _opened(run)
        await run.until(lambda: "the line is cut" in run.text(), "it is said")
