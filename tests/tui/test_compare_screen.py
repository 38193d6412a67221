"""Marking, and what differs between what is marked and something else."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from support.fake_browser import FakeBrowser
from support.made_rows import conversation_id, make_conversation, make_task, task_id
from support.screens import Running, running
from taskview_core.compare.trees import Comparison
from taskview_core.entities import TaskDetail
from taskview_core.entities.preview import INPUT_START
from taskview_core.errors import QueryError
from taskview_tui.comparing import Compared, progress_words
from taskview_tui.export.scope import Below, Whole
from taskview_tui.screens.compare import CompareScreen
from taskview_tui.screens.detail import DetailScreen
from taskview_tui.widgets.compare_pane import ComparePane
from taskview_tui.widgets.compare_tree import CompareTree

HOSTILE = "\x1b]0;x\x07[/nope][@click=app.quit]\u202e"


def runs() -> FakeBrowser:
    """Two conversations of one root each; in the second much went another way."""
    tasks = [
        make_task(1, agent="root", input_start="same", input='{"q": 1}'),
        make_task(2, parent=1, agent="search", input_start="same", input='{"n": 1, "b": 2}'),
        make_task(3, parent=1, agent="writer", input_start="same"),
        make_task(4, parent=3, agent="speller", input_start="same"),
        make_task(5, parent=1, agent="judge", input_start="same", output='{"ok": true}'),
        make_task(11, conversation=2, agent="root", input_start="same", input='{"q":1}'),
        make_task(
            12,
            conversation=2,
            parent=11,
            agent="search",
            input_start="same",
            input='{"b": 2, "n": 1.0}',
            status="failed",
            error=f"boom {HOSTILE}",
        ),
        make_task(14, conversation=2, parent=11, agent="editor", input_start="same"),
        make_task(
            15, conversation=2, parent=11, agent="judge", input_start="same", output='{"ok": false}'
        ),
    ]
    return FakeBrowser(tasks, [make_conversation(1), make_conversation(2)])


async def go_to(run: Running, number: int) -> None:
    at = run.tasks.table.position(task_id(number))
    assert at is not None
    run.tasks.table.move_cursor(at)
    await run.pilot.pause()


async def compare(run: Running, left: int, right: int) -> CompareScreen:
    await go_to(run, left)
    await run.press("space")
    await go_to(run, right)
    await run.press("equals_sign")
    return await compared(run)


async def compared(run: Running) -> CompareScreen:
    screen = run.app.screen
    assert isinstance(screen, CompareScreen)
    await run.until(
        lambda: screen._compared is not None and screen._compared.done == screen._compared.both,
        "everything is compared",
    )
    await run.pilot.pause()
    return screen


def shown(run: Running) -> list[str]:
    """Give sign and agent of each line, and what is said of it."""
    view = run.one(CompareTree)
    lines = [view.render_content(at, 100) for at in range(view.line_count)]
    return [re.sub(r"\s+", " ", "".join(piece.text for piece in line)).strip() for line in lines]


async def test_two_tasks_are_compared_with_all_below_them() -> None:
    async with running(runs(), size=(120, 40)) as run:
        await compare(run, 1, 11)
        assert shown(run) == [
            "✓ root",
            "~ ✗ search ✓ completed → ✗ failed error, input",
            "- ✓ writer only on the left, with 1 below",
            "+ ✓ editor only on the right",
            "~ ✓ judge output",
        ]
        assert "2 differ, 2 missing, 1 added, of 6" in run.status
        # The cursor begins at the first difference, which is told beside the tree by its paths.
        await run.until(lambda: "input.n" in run.text())
        assert "1.0" in run.text()
        assert "boom ␛]0;x␇[/nope]" in run.text()
        await run.press("n")
        assert run.one(CompareTree).selected == 2
        await run.until(lambda: "it is only on the left" in run.text())
        await run.press("n", "n")
        await run.until(lambda: "output.ok" in run.text())
        await run.press("n")
        assert run.one(CompareTree).selected == 1
        await run.press("N")
        assert run.one(CompareTree).selected == 5
        await run.press("escape")
        assert run.app.screen is run.tasks


async def test_it_is_said_which_tasks_of_which_conversations_are_compared() -> None:
    async with running(runs(), size=(120, 40)) as run:
        await compare(run, 1, 11)
        left, right = (re.sub(r"\s+", " ", line).strip() for line in run.lines()[1:3])
        assert left == (
            "left ✓ completed root a0000000 · 59m ago (2026-01-31 11:00:01 UTC) · 5 tasks "
            '· in "conversation 1"'
        )
        assert right == (
            "right ✓ completed root a0000000 · 59m ago (2026-01-31 11:00:11 UTC) · 4 tasks "
            '· in "conversation 2"'
        )
        await run.press("t", "t")
        await run.until(lambda: "2026-01-31 11:00:01 UTC" in run.lines()[1])
        assert "ago" not in run.lines()[1]
        await run.press("t", "escape", "2")
        await run.until(lambda: "last activity" in run.text())
        await run.settled()
        await run.press("space", "j", "equals_sign")
        await compared(run)
        assert 'left   conversation "conversation 2" c0000000  ·  59m ago' in run.lines()[1]
        assert 'right  conversation "conversation 1" c0000000  ·  59m ago' in run.lines()[2]
    # Where there are few lines, they are for what differs.
    async with running(runs(), size=(120, 15)) as run:
        await compare(run, 1, 11)
        assert "left → right" in run.lines()[1]


async def test_everything_can_be_seen_and_a_task_with_itself_shows_nothing() -> None:
    async with running(runs(), size=(120, 40)) as run:
        await compare(run, 1, 11)
        await run.press("w")
        assert [line.split()[-1] for line in shown(run)[3:4]] == ["left"]
        assert len(shown(run)) == 6
        await run.press("w")
        assert len(shown(run)) == 5
        await run.press("escape")
        run.browser.tasks += [
            make_task(21, conversation=1, agent="root", input_start="same", input='{ "q": 1 }')
        ]
        await run.press("r")
        await run.settled()
        del run.browser.tasks[1:5]
        await go_to(run, 21)
        await run.press("equals_sign")  # what was marked still is
        await compared(run)
        assert shown(run) == []
        assert "nothing differs" in run.text()
        assert "no differences, of 1" in run.status


async def test_without_a_mark_it_is_said_what_to_do() -> None:
    async with running(runs()) as run:
        await run.press("equals_sign")
        assert "nothing is marked: space marks" in run.said
        assert run.app.screen is run.tasks
        await run.press("space", "equals_sign")
        assert "this is what is marked" in run.said
        assert run.app.screen is run.tasks


async def test_the_mark_is_seen_on_every_screen_and_goes_away_again() -> None:
    async with running(runs(), size=(120, 30)) as run:
        await go_to(run, 2)
        await run.press("space")
        assert [line for line in run.lines() if "● marked" in line and "search" in line]
        await run.press("enter")
        await run.settled()
        assert [line for line in run.lines() if "●" in line and "search" in line]
        await run.press("G", "space")
        (line,) = [line for line in run.lines() if "●" in line]
        assert "judge" in line
        await run.press("space")
        assert "●" not in run.text()
        await run.press("escape")
        assert "●" not in run.text()


async def test_conversations_are_compared_by_their_roots() -> None:
    async with running(runs(), size=(120, 40)) as run:
        await run.press("2")
        await run.until(lambda: "last activity" in run.text())
        await run.settled()
        await run.press("space", "j")
        assert "● marked" in run.text()
        await run.press("equals_sign")
        await compared(run)
        # The later conversation comes first, so here it is the left one.
        assert "+ ✓ writer only on the right, with 1 below" in shown(run)
        # A mark of a conversation is none on a task.
        await run.press("escape", "1")
        assert "● marked" not in run.text()


async def test_one_of_the_two_tasks_can_be_opened_and_copied() -> None:
    async with running(runs(), size=(120, 40)) as run:
        screen = await compare(run, 1, 11)
        for key, number in (("<", 2), (">", 12), ("enter", 12)):
            await run.press(key)
            assert isinstance(run.app.screen, DetailScreen)
            assert run.app.screen._task_id == task_id(number)
            await run.press("escape")
            assert run.app.screen is screen
        await run.press("y")
        assert run.app.clipboard == str(task_id(12))
        await run.until(lambda: "input.n" in run.text())
        await run.press("Y")
        await run.press("j", "j", "enter")
        expected = f"taskview diff '/data/my memory.db' {task_id(2)} {task_id(12)}"
        await run.until(lambda: run.app.clipboard == expected)
        await run.press("Y", "j", "j", "j", "enter")
        await run.until(lambda: "input.n\n- 1\n+ 1.0" in run.app.clipboard)
        assert "\x1b" not in run.app.clipboard


async def test_what_is_compared_can_be_exported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with running(runs(), size=(120, 40)) as run:
        screen = await compare(run, 1, 11)
        assert screen.export_choices() == [
            ("the left task of this pair and all below it", Below(task_id(2))),
            ("the right task of this pair and all below it", Below(task_id(12))),
            ("all on the left: root a0000000", Below(task_id(1))),
            ("all on the right: root a0000000", Below(task_id(11))),
        ]
        await run.press("x", "j", "enter", "enter", "enter")
        file = tmp_path / "taskview-task-a0000000.ndjson"
        await run.until(file.exists, "the file")
        lines = [json.loads(line) for line in file.read_text().splitlines()]
        assert [line["id"] for line in lines if "agent_id" in line] == [str(task_id(12))]
        # Of what is only on one side there is one task; a whole side is offered once.
        await run.press("n")
        assert screen.export_choices()[0][0].startswith("the left task")
        assert len(screen.export_choices()) == 3


async def test_conversations_that_are_compared_can_be_exported() -> None:
    async with running(runs(), size=(120, 40)) as run:
        await run.press("2")
        await run.until(lambda: "last activity" in run.text())
        await run.settled()
        await run.press("space", "j", "equals_sign")
        screen = await compared(run)
        scopes = [scope for _, scope in screen.export_choices()]
        assert scopes[-2:] == [Whole(conversation_id(2)), Whole(conversation_id(1))]


async def test_what_cannot_be_read_is_said_and_read_again() -> None:
    async with running(runs(), size=(120, 40)) as run:
        run.browser.failures["subtree"] = QueryError("no luck [/]", "\x1b[31m")
        await go_to(run, 1)
        await run.press("space")
        await go_to(run, 11)
        await run.press("equals_sign")
        await run.until(lambda: run.banner != "")
        assert "no luck [/]: ␛[31m" in run.text()
        del run.browser.failures["subtree"]
        await run.press("r")
        await compared(run)
        assert run.banner == ""
        assert len(shown(run)) == 5


async def test_payloads_are_told_as_they_are_compared() -> None:
    browser = runs()
    async with running(browser, size=(120, 40)) as run:
        gate = browser.hold("get_contents")
        await go_to(run, 1)
        await run.press("space")
        await go_to(run, 11)
        await run.press("equals_sign")
        await run.until(lambda: "compared 0 of 3 payloads…" in run.status)
        assert "judge" not in " ".join(shown(run))
        await run.press("n")  # no key waits meanwhile
        gate.set()
        await compared(run)
        assert "~ ✓ judge output" in shown(run)


async def test_tasks_that_look_alike_are_told_apart_and_the_cursor_stays_on_its_task() -> None:
    prompt = "You are a careful assistant. " * 50

    def call(number: int, conversation: int, asked: str) -> TaskDetail:
        given = f'"{prompt}{asked}"'
        return make_task(
            number,
            parent=10 * conversation,
            conversation=conversation,
            agent=f"llm {asked}" if asked == "last" else "llm",
            input=given,
            input_start=given[: INPUT_START + 1],
        )

    tasks = [
        make_task(10 * side, conversation=side, agent="root", input_start="same") for side in (1, 2)
    ]
    tasks += [call(11 + at, 1, asked) for at, asked in enumerate(["a", "b", "last"])]
    tasks += [call(21 + at, 2, asked) for at, asked in enumerate(["b", "c", "last"])]
    browser = FakeBrowser(tasks, [make_conversation(1), make_conversation(2)])
    async with running(browser, size=(120, 40)) as run:
        gate = browser.hold("get_contents")
        await go_to(run, 10)
        await run.press("space")
        await go_to(run, 20)
        await run.press("equals_sign", "w", "G")
        # By their rows all calls are the same.
        await run.until(lambda: "no differences, of 4" in run.status)
        screen = run.app.screen
        assert isinstance(screen, CompareScreen)
        assert run.one(CompareTree).selected == 3
        gate.set()
        await compared(run)
        assert [line for line in shown(run) if line[0] in "~+-"] == [
            "- ✓ llm only on the left",
            "+ ✓ llm only on the right",
        ]
        assert "1 missing, 1 added, of 5" in run.status
        assert run.one(CompareTree).selected == 4
        assert screen.pair is not None
        assert screen.pair.row.id == task_id(23)


def test_it_is_said_how_far_it_has_come() -> None:
    found = Compared(Comparison((), (), ()), (), (), done=0, both=5, read=1_200, alike=3_000)
    assert progress_words(found) == "read 1,200 of 3,000 that look alike…"
    assert progress_words(replace(found, read=3_000, done=1)) == "compared 1 of 5 payloads…"


@pytest.mark.parametrize("size", [(80, 24), (40, 10), (20, 5), (200, 50)])
async def test_it_draws_at_every_size(size: tuple[int, int]) -> None:
    browser = runs()
    for at, task in enumerate(browser.tasks):
        hostile = task.row._replace(agent_id=f"{HOSTILE}{at}")
        object.__setattr__(task, "row", hostile)
    async with running(browser, size=size) as run:
        await compare(run, 1, 11)
        await run.pilot.pause(0.2)
        for key in ("w", "n", "tab", "j", "G", "escape", "w"):
            await run.press(key)
            assert all(len(line) <= size[0] for line in run.lines())
            assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", run.text())
        assert run.one(ComparePane) is not None
