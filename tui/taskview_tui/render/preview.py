"""The preview of a task: what was asked of it, and for one that failed, first what went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from taskview_tui.render.piece import Ink, Line, Piece
from taskview_tui.text.cells import clip
from taskview_tui.text.clean import clean

if TYPE_CHECKING:
    from taskview_core.entities import TaskRow

_BETWEEN = Piece(" │ ", Ink.GUIDE)
_ROOM_FOR_BOTH = 50
"""From this width on, a long error leaves room for some of the input."""
_ERROR_SHARE = 65
_LEAST_TEXT = 8
"""Cells of the input after an error; it is left out where there are fewer."""


def preview_pieces(row: TaskRow, width: int) -> Line:
    """Give the preview for a cell of `width` cells; it may be wider.

    Who looks through failures asks why before what: the error comes first in every row that has
    one, and the input after it as far as there is room.
    """
    text = clean(row.preview)
    if not row.error_preview:
        return [Piece(text)]
    error = clean(row.error_preview)
    if not text:
        return [Piece(error, Ink.ERROR)]
    # An error may take all but what the input needs.
    most = width
    if width >= _ROOM_FOR_BOTH:
        needed = cell_len(_BETWEEN.text) + cell_len(text[:width])
        most = max(width * _ERROR_SHARE // 100, width - needed)
    first = Piece(clip(error, most), Ink.ERROR)
    left = width - cell_len(first.text) - cell_len(_BETWEEN.text)
    return [first, _BETWEEN, Piece(text)] if left >= _LEAST_TEXT else [first]
