"""The tree of tasks, as a person uses it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from rich.cells import cell_len

from taskview_core.entities import TaskRow, TaskStatus
from taskview_core.tree.assemble import TaskTree
from taskview_core.tree.rows import TreeRows
from taskview_tui.widgets.task_tree import TaskTreeView

Make = Callable[..., Any]


def _tree(rows: Iterable[TaskRow]) -> TaskTree:
    return TaskTree.assemble(TreeRows(tuple(rows)))


def _family(task: Make) -> TaskTree:
    """9 over 8 (over 7 and 6, which failed) and 5; and 4, another root."""
    return _tree(
        [
            task(9),
            task(8, parent=9),
            task(7, parent=8),
            task(6, parent=8, status=TaskStatus.FAILED, error_start="boom"),
            task(5, parent=9),
            task(4),
        ]
    )


def _agents(shown: Any) -> list[str]:
    return [
        next(word for word in line.split() if word.startswith("agent-"))
        for line in shown.lines()[1:]
        if line
    ]


def _at(view: TaskTreeView) -> int:
    assert view.selected is not None
    assert isinstance(view.selected.id, UUID)
    return view.selected.id.int


async def test_a_line_is_drawn_for_the_width_it_is_asked_in(stage: Make, task: Make) -> None:
    """The screen draws in a new size before it tells of it."""
    view = TaskTreeView()
    async with stage(view) as shown:
        view.show(_family(task))
        shown.lines()
        for width in (60, 75, 60):
            drawn = view.render_content(0, width)
            assert sum(cell_len(piece.text) for piece in drawn) == width


async def test_a_small_tree_shows_whole(stage: Make, task: Make) -> None:
    view = TaskTreeView()
    async with stage(view) as shown:
        view.show(_family(task))

        lines = shown.lines()
        assert lines[0].split() == ["agent", "status", "task", "0──────────5h00m", "duration"]
        assert [line.split("  ")[0].rstrip() for line in lines[1:7]] == [
            "▾ ✓ agent-9",
            "├─▾ ✓ agent-8",
            "│ ├── ✓ agent-7",
            "│ └── ✗ agent-6",
            "└── ✓ agent-5",
            "",
        ]
        assert lines[6].startswith("  ✓ agent-4")
        assert "failed" in lines[4]
        assert "boom │ do the thing" in lines[4]
        assert lines[4].endswith("1.2s")
        assert all(strip.cell_length == 80 for strip in shown.strips())


async def test_keys_open_and_close_and_walk(stage: Make, task: Make) -> None:
    view = TaskTreeView()
    async with stage(view) as shown:
        view.show(_family(task))
        await shown.press("j", "h")
        assert _agents(shown) == ["agent-9", "agent-8", "agent-5", "agent-4"]
        assert "+2 ✗ 1 failed" in shown.lines()[2]

        await shown.press("l")
        assert len(_agents(shown)) == 6
        await shown.press("right")
        assert _at(view) == 7
        await shown.press("left")
        assert _at(view) == 8
        await shown.press("left", "left")
        assert _at(view) == 9
        await shown.press("o")
        assert _agents(shown) == ["agent-9", "agent-4"]
        await shown.press("o")
        assert _agents(shown) == ["agent-9", "agent-8", "agent-5", "agent-4"]

        await shown.press("O")
        assert len(_agents(shown)) == 6
        await shown.press("O")
        assert _agents(shown) == ["agent-9", "agent-4"]
        await shown.press("G", "l", "h", "o")
        assert _agents(shown) == ["agent-9", "agent-4"]


async def test_closing_all_leaves_the_cursor_on_what_hides_its_task(
    stage: Make, task: Make
) -> None:
    view = TaskTreeView()
    async with stage(view) as shown:
        view.show(_family(task), cursor=UUID(int=6))
        await shown.pilot.pause()
        shown.posted.clear()
        await shown.press("O")

        assert _at(view) == 9
        assert [m.row.id.int for m in shown.posted_of(TaskTreeView.Selected)] == [9]


async def test_messages_name_the_task(stage: Make, task: Make) -> None:
    view = TaskTreeView()
    async with stage(view) as shown:
        view.show(_family(task), cursor=UUID(int=8))
        await shown.press("j", "enter")
        await shown.pilot.click(view, offset=(3, 1))
        await shown.pilot.click(view, offset=(3, 1))
        await shown.pilot.click(view, offset=(3, 0))

        told = [
            (type(message).__name__, message.row.id.int)
            for message in shown.posted
            if isinstance(message, TaskTreeView.Selected | TaskTreeView.Chosen)
        ]
        assert told == [
            ("Selected", 8),
            ("Selected", 7),
            ("Chosen", 7),
            ("Selected", 9),
            ("Chosen", 9),
        ]


async def test_a_large_tree_opens_to_the_cursor_and_no_further(stage: Make, task: Make) -> None:
    rows = [task(number) for number in range(100, 250)]
    rows += [task(number, parent=100 + number % 150) for number in range(1000, 2000)]
    rows += [task(3000, parent=1275)]
    view = TaskTreeView()
    async with stage(view) as shown:
        view.show(_tree(rows), cursor=UUID(int=3000))
        await shown.pilot.pause()

        assert _at(view) == 3000
        assert any("agent-3000" in line for line in shown.lines())
        # The roots, the children of one of them, and the one below.
        assert view.line_count == 150 + sum(1 for n in range(1000, 2000) if n % 150 == 75) + 1
        # It stands in the middle, with what is around it.
        assert 5 < view.cursor_line - view.top_line < 17


async def test_the_children_of_an_only_root_show_however_many(stage: Make, task: Make) -> None:
    view = TaskTreeView()
    async with stage(view):
        view.show(_tree([task(1), *(task(number, parent=1) for number in range(2, 500))]))

        assert view.line_count == 499


async def test_a_tree_comes_back_as_it_was(stage: Make, task: Make) -> None:
    view, other = TaskTreeView(), TaskTreeView()
    async with stage(view, (80, 6)) as shown:
        view.show(_family(task))
        await shown.press("j", "h", "j")
        state = view.expanded_state()
        lines = shown.text()

    async with stage(other, (80, 6)) as shown:
        other.restore(_family(task), state)
        await shown.pilot.pause()

        assert shown.text() == lines
        assert _at(other) == 5


async def test_what_has_changed_meanwhile_is_put_up_with(stage: Make, task: Make) -> None:
    view = TaskTreeView()
    async with stage(view) as shown:
        view.show(_family(task), cursor=UUID(int=6))
        state = view.expanded_state()
        view.restore(_tree([task(9), task(3, parent=9), task(2, parent=3)]), state)
        await shown.pilot.pause()

        # 3 is new, and so it is closed; 6 is gone.
        assert _agents(shown) == ["agent-9", "agent-3"]
        assert _at(view) == 9
        view.restore(_tree([]), state)
        assert view.selected is None
        await shown.press("l", "h", "o", "O", "j", "enter", "G")
        assert view.line_count == 0


async def test_a_task_is_found_wherever_it_is_hidden(stage: Make, task: Make) -> None:
    view = TaskTreeView()
    async with stage(view) as shown:
        view.show(_family(task))
        await shown.press("O")

        assert view.select(UUID(int=6))
        assert _at(view) == 6
        assert len(_agents(shown)) == 6
        assert not view.select(UUID(int=77))
        assert _at(view) == 6


async def test_a_tree_that_is_two_thousand_deep(stage: Make, task: Make) -> None:
    count = 2000
    rows = [
        task(count - number, parent=None if number == 0 else count - number + 1)
        for number in range(count)
    ]
    view = TaskTreeView()
    async with stage(view) as shown:
        view.show(_tree(rows), cursor=UUID(int=1))
        await shown.pilot.pause()
        assert _at(view) == 1
        assert view.line_count == count
        assert "⋯1999" in shown.text()
        assert "✓ agent-1 " in shown.text()

        await shown.press("h", "h", "h")
        assert _at(view) == 3
        await shown.press("h", "o", "O", "O", "l", "l")
        assert _at(view) == count - 1
        assert "+1,998" in shown.text()


async def test_the_time_of_a_running_task_goes_on(stage: Make, task: Make) -> None:
    view = TaskTreeView()
    async with stage(view) as shown:
        view.show(_tree([task(1, status=TaskStatus.RUNNING, completed_at=None)]))
        assert shown.lines()[1].endswith("2h00m+")

        shown.clock.now += timedelta(minutes=1)
        view.refresh_changed()
        assert shown.lines()[1].endswith("2h01m+")
