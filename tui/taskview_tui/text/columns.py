"""The columns of tables as data, and how they share the width there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

WIDE = 110
"""From this width on, columns stand two cells apart instead of one."""
_ROOMY = 20
"""Cells that are wanted for the flexible column in narrow tables."""


class Column(NamedTuple):
    """One column. Widths are in cells.

    A column wants as much as its widest cell, but not more than `most` and `share` hundredths of
    the table. The one that is `flexible` takes what the others leave, and at least `least`; columns
    that are `optional` only stand beside it where it has `roomy` cells, or a quarter of the table.
    Where there is too little, an `optional` column goes, then those aligned to the left are
    narrowed, and then the one with the highest `rank` goes; rank 0 stays.
    """

    key: str
    title: str
    least: int
    most: int = 0
    roomy: int = 0
    share: int = 100
    rank: int = 0
    right: bool = False
    flexible: bool = False
    optional: bool = False
    sort_key: str | None = None


class Slot(NamedTuple):
    """A column in its place: where it begins, and how wide it is."""

    column: Column
    x: int
    width: int


TASK_COLUMNS = (
    Column("status", "status", 8, 14, sort_key="status"),
    Column("agent", "agent", 8, 28, share=22, rank=1, sort_key="agent"),
    Column("preview", "task", 30, flexible=True),
    Column("conversation", "conversation", 14, 36, share=20, rank=4, optional=True),
    Column("created", "created", 7, 26, rank=2, right=True, sort_key="created"),
    Column("duration", "duration", 8, 10, rank=3, right=True, sort_key="duration"),
)
"""Of a list of tasks."""

CONVERSATION_COLUMNS = (
    Column("title", "title", 24, flexible=True, sort_key="title"),
    Column("user", "user", 6, 30, share=25, rank=2, sort_key="user"),
    Column("tasks", "tasks", 5, 8, rank=1, right=True),
    Column("failed", "failed", 6, 10, right=True),
    Column("updated", "last activity", 13, 26, rank=3, right=True, sort_key="updated"),
)
"""Of a list of conversations."""

TREE_COLUMNS = (
    Column("tree", "agent", 18, 80, share=42),
    Column("word", "status", 9, 11, rank=8, optional=True),
    Column("preview", "task", 12, roomy=36, flexible=True),
    Column("own_tokens", "own tok", 7, 7, rank=7, right=True, optional=True),
    Column("tokens", "tokens", 6, 6, rank=4, right=True, optional=True),
    Column("own_cost", "own $", 6, 7, rank=6, right=True, optional=True),
    Column("cost", "cost", 6, 7, rank=5, right=True, optional=True),
    Column("bar", "", 16, 72, share=22, rank=2),
    Column("duration", "duration", 8, 10, rank=1, right=True),
)
"""Of a tree of tasks; the title over the bars is that of their axis.

The word of a status says what its glyph says: it is the first to leave its room to the text.
Tokens and cost are with all below a task, but where they are its own.
"""

USAGE_KEYS = frozenset({"own_tokens", "tokens", "own_cost", "cost"})
"""The columns that a tree has only where something is known of what was used."""


def place_columns(
    columns: Sequence[Column], natural: Mapping[str, int], width: int
) -> tuple[Slot, ...]:
    """Share `width` cells among the columns; `natural` is how wide each one's widest cell is.

    The slots fill the width exactly, unless it is less than the columns of rank 0 need at least.
    """
    gap = 2 if width >= WIDE else 1
    kept = list(columns)
    while True:
        may_go = any(column.optional for column in kept)
        widths = {column.key: _wanted(column, natural, width, may_go) for column in kept}
        left = width - gap * (len(kept) - 1) - sum(widths.values())
        for column in sorted(kept, key=lambda each: (not each.optional, -each.rank)):
            if left >= 0 or (not column.optional and may_go):
                break
            if not column.right:
                given = min(-left, widths[column.key] - column.least)
                widths[column.key] -= given
                left += given
        last = max(kept, key=lambda column: (column.optional, column.rank))
        if left >= 0 or last.rank == 0:
            break
        kept.remove(last)
    slots: list[Slot] = []
    x = 0
    for column in kept:
        size = widths[column.key] + (max(left, 0) if column.flexible else 0)
        slots.append(Slot(column, x, size))
        x += size + gap
    return tuple(slots)


def _wanted(column: Column, natural: Mapping[str, int], width: int, may_go: bool) -> int:
    if column.flexible:
        roomy = min(column.roomy, max(width // 4, _ROOMY))
        return max(column.least, roomy) if may_go else column.least
    most = min(column.most, width * column.share // 100)
    return max(column.least, min(natural.get(column.key, 0), most))
