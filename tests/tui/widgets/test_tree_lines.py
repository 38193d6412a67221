"""The lines of a tree: guides, what is hidden, and why a task stands where it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from taskview_core.entities import TaskRow, TaskStatus
from taskview_core.tree.assemble import Mark, TaskTree
from taskview_core.tree.rows import TreeRows
from taskview_tui.render.piece import Line, fit_line, line_width
from taskview_tui.render.task_outline import TaskOutline
from taskview_tui.render.trail import Trail
from taskview_tui.render.tree_line import guides, indent_room, tree_cell, tree_preview, tree_width

Make = Callable[..., Any]


def _outline(*rows: TaskRow, **elsewhere: Any) -> TaskOutline:
    return TaskOutline(TaskTree.assemble(TreeRows(rows, **elsewhere)))


def _text(line: Line) -> str:
    return "".join(piece.text for piece in line).rstrip()


def _family(task: Make) -> TaskOutline:
    """One root with two children, of which the first has two; older numbers come later."""
    failed = {"status": TaskStatus.FAILED}
    return _outline(
        task(9),
        task(8, parent=9),
        task(7, parent=8),
        task(6, parent=8, **failed),
        task(5, parent=9),
    )


def test_guides_lead_from_parents_to_children(task: Make) -> None:
    outline = _family(task)

    assert [_text(tree_cell(outline, number, False, 60)) for number in range(5)] == [
        "▾ ✓ agent-9",
        "├─▾ ✓ agent-8",
        "│ ├── ✓ agent-7",
        "│ └── ✗ agent-6",
        "└── ✓ agent-5",
    ]


def test_the_outline_counts_what_is_below(task: Make) -> None:
    outline = _family(task)

    assert [outline.below(number) for number in range(5)] == [4, 2, 0, 0, 0]
    assert [outline.failed_below(number) for number in range(5)] == [1, 1, 0, 0, 0]
    assert [outline.above(number) for number in range(5)] == [-1, 0, 1, 1, 0]
    assert outline.number(UUID(int=6)) == 3
    assert outline.number(UUID(int=99)) is None
    assert outline.number(None) is None


def test_a_closed_task_says_what_it_hides(task: Make) -> None:
    outline = _family(task)

    assert _text(tree_preview(outline, 0, True, 60)).startswith("+4 ✗ 1 failed  do the thing")
    assert _text(tree_preview(outline, 0, False, 60)) == "do the thing number 9"
    assert _text(tree_cell(outline, 0, True, 60)) == "▸ ✓ agent-9"


def test_marks_are_words(task: Make) -> None:
    outline = _outline(
        task(9, parent=99), task(8, parent=98), task(7, parent=7), elsewhere={UUID(int=98): 1}
    )

    assert outline.marks == {0: Mark.ORPHAN, 1: Mark.ELSEWHERE, 2: Mark.CYCLE}
    shown = [_text(tree_preview(outline, number, False, 60)).split("]")[0] for number in range(3)]
    assert shown == ["[orphan", "[parent elsewhere", "[cycle"]


def test_of_why_a_task_is_stuck_what_stands_in_brackets_is_left_out_first(task: Make) -> None:
    outline = _outline(task(9))
    why = "runs longer than an hour (nothing known)"
    shown = {
        width: _text(tree_preview(outline, 0, False, width, stuck=why)).split("]")[0]
        for width in (70, 60, 40)
    }
    assert shown == {70: f"[stuck: {why}", 60: "[stuck: runs longer than an hour", 40: "[stuck"}


def test_the_top_of_a_subtree_says_that_it_has_a_parent(task: Make) -> None:
    tree = TaskTree.assemble(TreeRows((task(9, parent=99),)), UUID(int=9))

    assert _text(tree_preview(TaskOutline(tree), 0, False, 60)).startswith("[parent above]")


def test_deep_tasks_stay_in_view_with_their_depth(task: Make) -> None:
    count = 3000
    rows = [task(count, agent_id="root")]
    rows += [
        task(count - number, parent=count - number + 1, agent_id="deep")
        for number in range(1, count)
    ]
    outline = _outline(*rows)
    width = tree_width(outline, 40)

    for number in (0, 5, 12, 13, 500, count - 1):
        cell = tree_cell(outline, number, False, indent_room(40))
        assert line_width(cell) <= width <= 40
        assert _text(cell).endswith("root" if number == 0 else "deep")
    assert guides(outline, count - 1, 20).startswith("⋯2999")
    assert guides(outline, 5, 20) == "        └─"


def test_guides_take_two_cells_a_level_or_what_there_is(task: Make) -> None:
    rows = [task(100)]
    rows += [task(100 - number, parent=100 - number + 1) for number in range(1, 50)]
    outline = _outline(*rows)

    for number in range(50):
        for room in (2, 4, 8, 20, 60):
            expected = min(outline.depths[number] * 2, room)
            assert len(guides(outline, number, room)) == expected or room < 4


def test_small_trees_open_whole_and_others_by_levels(task: Make) -> None:
    small = _family(task)
    wide = _outline(
        task(9000), *(task(number, parent=9000) for number in range(1, 300)), task(0, parent=1)
    )
    roots = _outline(
        *(task(number) for number in range(1, 150)),
        *(task(number, parent=1) for number in range(200, 299)),
    )

    def opened(outline: TaskOutline) -> set[int]:
        leafs = outline.leafs
        assert all(
            is_open >= leaf for is_open, leaf in zip(outline.openings(200), leafs, strict=True)
        )
        return {at for at, is_open in enumerate(outline.openings(200)) if is_open > leafs[at]}

    assert all(small.openings(200))
    assert opened(wide) == {0}
    assert opened(roots) == set()


def test_marks_leave_a_narrow_cell_to_the_words_of_the_task(task: Make) -> None:
    outline = _family(task)
    cause, above = outline.rows[3].id, outline.rows[1].id
    trail = Trail(cause, frozenset({above}))

    def cell(number: int, width: int, stuck: str = "") -> str:
        line = tree_preview(outline, number, False, width, trail, stuck=stuck)
        return _text(fit_line(line, width))

    assert cell(3, 60).startswith("◉ root cause do the thing")
    assert cell(1, 60).startswith("↑ failed by it do the thing")
    assert cell(3, 24) == "◉ do the thing number 6"
    assert cell(1, 24) == "↑ do the thing number 8"
    assert cell(2, 60, "its parent has failed").startswith("[stuck: its parent has failed] do the")
    assert cell(2, 24, "its parent has failed") == "[stuck] do the thing nu…"
