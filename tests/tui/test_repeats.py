"""Repeats in a tree: one line for many, opened and folded, and opened for whatever goes there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.fake_browser import FakeBrowser
from support.made_rows import conversation_id, make_conversation, make_task, task_id
from support.screens import Running, running
from support.trees import T, ident, preorder_of
from taskview_core.entities import StoredJson, TaskStatus
from taskview_core.entities.preview import INPUT_START
from taskview_core.errors import QueryError
from taskview_core.tree.repeats import find_repeats
from taskview_tui.screens import tree_repeats
from taskview_tui.widgets.finding_tree import FindingTree

LONG = "x" * (INPUT_START + 1)


def test_runs_are_of_siblings_in_a_row_with_the_same_agent_and_input() -> None:
    tree = preorder_of(
        [
            T(0),
            T(1, "search", input="q"),
            T(1, "search", input="q", status="failed"),
            T(2, "deep", input="q"),
            T(1, "search", input="q"),
            T(1, "fetch", input="q"),
            T(1, "search", input="q"),
            T(1, "search", input="r"),
            T(0, "search", input="r"),
        ]
    )
    repeats = find_repeats(tree)
    assert dict(repeats.ends) == {1: 5}
    assert list(repeats.heads) == [-1, 1, 1, -1, 1, -1, -1, -1, -1]
    assert repeats.outcome(tree, 1) == {TaskStatus.COMPLETED: 2, TaskStatus.FAILED: 1}


def test_long_inputs_are_only_the_same_where_all_of_them_is_known_to_be() -> None:
    tree = preorder_of([T(0), *(T(1, "llm", input=LONG) for _ in range(4))])
    repeats = find_repeats(tree)
    assert not repeats.ends
    assert set(repeats.unknown) == {ident(n) for n in (1, 2, 3, 4)}
    digests = {ident(1): b"a", ident(2): b"b", ident(3): b"b"}
    known = find_repeats(tree, digests)
    assert dict(known.ends) == {2: 4}


def repeated(*, long: bool = False) -> FakeBrowser:
    """A root with five searches, one of which failed with a task below, and one task after."""
    tasks = [make_task(1, agent="root")]
    for n in range(2, 7):
        status = "failed" if n == 4 else "completed"
        task = make_task(n, parent=1, agent="search", status=status, input_start="again")
        if long:
            # The fourth differs behind what a row holds.
            stored = StoredJson(LONG + ("other" if n == 5 else ""))
            task = replace(task, row=task.row._replace(input_start=LONG), input=stored)
        tasks.append(task)
    tasks += [make_task(8, parent=4, agent="deep"), make_task(7, parent=1, agent="last")]
    return FakeBrowser(tasks, [make_conversation(1)])


async def open_tree(run: Running, number: int = 1) -> FindingTree:
    await run.until(lambda: not run.tasks.is_busy)
    run.app.open_conversation(conversation_id(1), task_id(number))
    await run.until(lambda: isinstance(run.app.screen.focused, FindingTree))
    await run.settled()
    return run.one(FindingTree)


def shown(view: FindingTree) -> list[str]:
    rows = view._outline.rows
    return [rows[view._folding.line(line)].agent_id for line in range(view.line_count)]


async def test_repeats_are_one_line_with_their_outcome_and_o_opens_and_folds_them() -> None:
    async with running(repeated(), size=(170, 30)) as run:
        view = await open_tree(run)
        assert shown(view) == ["root", "search", "last"]
        assert "×5  4 completed, 1 failed" in run.text()
        line = next(line for line in run.lines() if "×5" in line)
        assert "├─▸ ✗ search" in line
        await run.press("j", "o")
        assert shown(view) == ["root", *["search"] * 3, "deep", *["search"] * 2, "last"]
        await run.press("o")
        assert shown(view) == ["root", "search", "last"]
        await run.press("l", "j", "o")
        assert shown(view) == ["root", "search", "last"]
        assert view.selected is not None
        assert view.selected.id == task_id(2)


async def test_going_to_a_repeat_opens_the_line_that_hides_it() -> None:
    for keys, found in ((("e",), 4), (("f",), 4), (("slash", *"deep", "enter", "escape"), 8)):
        async with running(repeated(), size=(120, 30)) as run:
            view = await open_tree(run)
            await run.press(*keys)
            assert view.selected is not None
            assert view.selected.id == task_id(found)
            assert shown(view).count("search") == 5
            await run.press("r")
            await run.settled()
            assert shown(view).count("search") == 5
    async with running(repeated(), size=(120, 30)) as run:
        view = await open_tree(run, 3)
        assert view.selected is not None
        assert view.selected.id == task_id(3)


async def test_long_inputs_are_read_before_their_tasks_are_one_line() -> None:
    async with running(repeated(long=True), size=(120, 30)) as run:
        view = await open_tree(run)
        await run.until(lambda: "×3" in run.text())
        assert shown(view) == ["root", "search", "search", "search", "last"]


async def test_long_inputs_that_are_not_compared_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree_repeats, "MOST", 2)
    async with running(repeated(long=True), size=(150, 30)) as run:
        await open_tree(run)
        await run.until(lambda: "4 long inputs not compared for repeats" in run.status)
        monkeypatch.setattr(tree_repeats, "MOST", 1_000)
        await run.press("r")
        await run.until(lambda: "×3" in run.text())
        await run.until(lambda: "not compared" not in run.status)


async def test_long_inputs_that_cannot_be_read_are_said() -> None:
    browser = repeated(long=True)
    browser.failures["get_tasks"] = QueryError("no", "not today")
    async with running(browser, size=(150, 30)) as run:
        await open_tree(run)
        await run.until(lambda: run.said != "", "a word")
        words = "which tasks with long inputs are repeats is not known: no: not today"
        assert run.said == words


async def test_all_opens_and_folds_repeats_too() -> None:
    async with running(repeated(), size=(120, 30)) as run:
        view = await open_tree(run)
        await run.press("O")
        assert len(shown(view)) == 8
        await run.press("O")
        assert shown(view) == ["root"]
        await run.press("o")
        assert shown(view) == ["root", "search", "last"]
