"""The header of a table: the titles of its columns, and an arrow at the one it is sorted by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len

from taskview_tui.render.piece import Ink, Line, Piece
from taskview_tui.text.cells import pad

if TYPE_CHECKING:
    from taskview_core.query.sort import Sort
    from taskview_tui.text.columns import Column, Slot

_ARROWS = {False: "▲", True: "▼"}


def heading(column: Column, sort: Sort | None) -> str:
    """Give a column's title, with the arrow of the order where that is its own."""
    if sort is None or column.sort_key is None or sort.key != column.sort_key:
        return column.title
    return f"{column.title} {_ARROWS[sort.descending]}"


def header_line(
    slots: Sequence[Slot], sort: Sort | None, titles: Mapping[str, str] | None = None
) -> Line:
    """Give the header over these slots; `titles` has those that are not always the same."""
    pieces: list[Piece] = []
    x = 0
    for slot in slots:
        pieces.append(Piece(" " * (slot.x - x), Ink.HEADER))
        title = titles.get(slot.column.key) if titles else None
        text = heading(slot.column, sort) if title is None else title
        ink = Ink.HEADER if text in (slot.column.title, title) else Ink.SORTED
        pieces.append(Piece(pad(text, slot.width, right=slot.column.right), ink))
        x = slot.x + slot.width
    return pieces


def heading_width(column: Column, sort: Sort | None) -> int:
    """Count the cells of a column's heading."""
    return cell_len(heading(column, sort))


def column_at(slots: Sequence[Slot], x: int) -> Column | None:
    """Give the column at a cell of the header; the gap after one is still its own."""
    found: Column | None = None
    for slot in slots:
        if x < slot.x:
            break
        found = slot.column
    return found
