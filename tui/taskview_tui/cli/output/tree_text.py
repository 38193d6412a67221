"""A tree as lines of text for people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from taskview_core.entities import Conversation, Ident, TaskRow, Usage
from taskview_core.tree.assemble import Mark, TaskTree
from taskview_core.tree.usage import TaskUsage
from taskview_tui.cli.output.paint import write_line
from taskview_tui.cli.output.task_cells import about, duration_cell, ident_text
from taskview_tui.cli.streams import Output
from taskview_tui.render.guides import guided
from taskview_tui.render.piece import Ink, Piece
from taskview_tui.text.amounts import cost_text, tokens_text
from taskview_tui.text.clean import clean
from taskview_tui.text.status_style import status_style

_MARKS = {
    Mark.ORPHAN: "its parent {parent} does not exist",
    Mark.ELSEWHERE: "its parent {parent} is in another conversation",
    Mark.ABOVE: "its parent is {parent}",
    Mark.CYCLE: "a cycle: its parent {parent} is among its descendants",
}


def write_tree(
    tree: TaskTree,
    conversation: Conversation | None,
    out: Output,
    now: datetime,
    used: Mapping[Ident, TaskUsage],
) -> None:
    """Write a line for each task, in preorder, below one for the conversation if one is given.

    `used` is what the tasks used; what is written is with all below them.
    """
    if conversation is not None:
        write_line(out, _heading(conversation, len(tree.tasks)))
    gap = Piece("  ")
    for guide, line in guided(tree):
        row = line.row
        status = status_style(row.status)
        pieces = [Piece(guide, Ink.GUIDE), Piece(status.text, status.ink), gap]
        pieces += [Piece(clean(row.agent_id), Ink.STRONG), gap]
        pieces += [Piece(duration_cell(row, now)), gap]
        if row.id in used:
            pieces += [Piece(_amounts(used[row.id].whole)), gap]
        pieces += [Piece(ident_text(row.id, out), Ink.DIM), gap]
        if line.mark is not None:
            pieces += [Piece(_words(line.mark, row, out), Ink.MARK), gap]
        write_line(out, [*pieces, *about(row)])


def _heading(conversation: Conversation, tasks: int) -> list[Piece]:
    title = clean(conversation.title) if conversation.title else "(no title)"
    count = "1 task" if tasks == 1 else f"{tasks} tasks"
    details = f"conversation {clean(str(conversation.id))}, {clean(conversation.user_id)}, {count}"
    return [Piece(title, Ink.HEADING), Piece(f"  {details}", Ink.DIM)]


def _amounts(used: Usage) -> str:
    tokens = "" if used.tokens is None else f"{tokens_text(used.tokens)} tokens"
    return ", ".join(each for each in (tokens, cost_text(used.cost)) if each)


def _words(mark: Mark, row: TaskRow, out: Output) -> str:
    if row.parent_task_id is None:
        return "[its parent is known from its metadata alone]"
    parent = ident_text(row.parent_task_id, out)
    return f"[{_MARKS[mark].format(parent=parent)}]"
