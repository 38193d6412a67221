"""One task of a tree as a line: guides, fold marker, glyph and agent; and what is said of it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from taskview_core.entities import TaskStatus
from taskview_core.tree.assemble import Mark
from taskview_tui.render.holding import Holding
from taskview_tui.render.piece import Ink, Line, Piece
from taskview_tui.render.preview import preview_pieces
from taskview_tui.render.task_outline import TaskOutline
from taskview_tui.render.trail import Trail
from taskview_tui.text.clean import clean_row
from taskview_tui.text.status_style import status_style

MARK_WORDS = {
    Mark.ORPHAN: "orphan",
    Mark.ELSEWHERE: "parent elsewhere",
    Mark.ABOVE: "parent above",
    Mark.CYCLE: "cycle",
}
"""Why a task with a parent stands at the left edge, in words."""

_STEP = 2
"""Cells by which a level is indented."""
_MARKER = 2 + 2
"""Cells of the fold marker and the glyph."""
_AGENT = 12
"""Cells that guides leave to the agent at least."""
_IN_BRACKETS = re.compile(r" \([^)]*\)")
_PREVIEW = 16
"""Cells that the reason why a task is stuck leaves to its preview at least."""


def indent_room(width: int) -> int:
    """Give how many cells the guides may take where the column is `width` wide at most."""
    return max((width - _MARKER - _AGENT) // _STEP, 1) * _STEP


def tree_width(outline: TaskOutline, most: int) -> int:
    """Count the cells that the widest task takes with guides and agent, up to `most`."""
    room = indent_room(most)
    # Counted in characters: the column is bounded, and agents are rarely wide.
    widths = (min(depth * _STEP, room) + len(clean_row(agent)) for depth, agent in outline.shapes)
    return min(max(widths, default=0) + _MARKER, most)


def tree_cell(
    outline: TaskOutline,
    number: int,
    closed: bool,
    room: int,
    last: Sequence[int] | None = None,
    *,
    found: bool = False,
    status: TaskStatus | None = None,
    run_end: int | None = None,
) -> Line:
    """Give guides in at most `room` cells, fold marker, glyph and agent of a task.

    `last` is true where no sibling that shows comes after, if not all of them do; `found` marks
    what was looked for. The line of a run up to the task before `run_end` has the guides of its
    last task, and the `status` given.
    """
    row = outline.rows[number]
    style = status_style(status or row.status)
    marker = "  "
    if run_end is not None or outline.below(number):
        marker = "▸ " if closed else "▾ "
    elif outline.depths[number]:
        marker = "─ "
    ink = Ink.ERROR if style.ink is Ink.FAILED else Ink.TEXT
    if found:
        ink = Ink.MATCH
    return [
        Piece(guides(outline, number, room, last, run_end) + marker, Ink.GUIDE),
        Piece(f"{style.glyph} ", style.ink),
        Piece(clean_row(row.agent_id), ink),
    ]


def guides(
    outline: TaskOutline,
    number: int,
    room: int,
    last: Sequence[int] | None = None,
    run_end: int | None = None,
) -> str:
    """Give the lines that lead to a task, two cells a level, in at most `room` cells.

    Where there are more levels, the depth stands in place of the first ones, as `⋯27`.
    """
    last = outline.last if last is None else last
    depth = outline.depths[number]
    label = ""
    if depth * _STEP > room:
        label = f"⋯{depth}"
        label += " " * (len(label) % _STEP)
    levels = min(depth, (room - len(label)) // _STEP)
    parts: list[str] = []
    around = number
    for level in range(levels):
        if level == 0:
            ends = run_end == _end_of_siblings(outline, number) if run_end else last[around]
            parts.append("└─" if ends else "├─")
        else:
            parts.append("  " if last[around] else "│ ")
        around = outline.parents[around]
    return label + "".join(reversed(parts))


def _end_of_siblings(outline: TaskOutline, number: int) -> int:
    parent = outline.parents[number]
    return outline.ends[parent] if parent >= 0 else len(outline)


def tree_preview(
    outline: TaskOutline,
    number: int,
    closed: bool,
    width: int,
    trail: Trail | None = None,
    *,
    holds: Holding | None = None,
    stuck: str = "",
    run: Line = (),
    is_orphan: bool = False,
) -> Line:
    """Give what is odd about a task, what is hidden below it, and its preview.

    `trail` is the way of a failure, where one is to be seen; its mark comes first. `holds` says
    what the task had to do with a value that is followed, `stuck` why it will hardly end, `run` how
    often it was done where its line stands for more than itself, `is_orphan` that its metadata
    names a parent.
    """
    pieces: list[Piece] = []
    on_trail = None if trail is None else trail.piece(outline.rows[number].id, width)
    if on_trail is not None:
        pieces.append(on_trail)
    if holds is not None:
        pieces.append(Piece(f"◆ {holds.value}  ", Ink.STRONG))
    mark = outline.marks.get(number, Mark.ORPHAN if is_orphan else None)
    if mark is not None:
        pieces.append(Piece(f"[{MARK_WORDS[mark]}] ", Ink.MARK))
    if stuck:
        # The details say why, too.
        ways = (f"[stuck: {why}] " for why in (stuck, _IN_BRACKETS.sub("", stuck)))
        words = next((way for way in ways if len(way) + _PREVIEW <= width), "[stuck] ")
        pieces.append(Piece(words, Ink.MARK))
    if run:
        pieces.extend(run)
    elif closed:
        pieces.append(Piece(f"+{outline.below(number):,}", Ink.MARK))
        failed = outline.failed_below(number)
        if failed:
            pieces.append(Piece(f" ✗ {failed:,} failed", Ink.FAILED))
        pieces.append(Piece("  "))
    left = width - sum(len(piece.text) for piece in pieces)
    return [*pieces, *preview_pieces(outline.rows[number], max(left, 0))]
