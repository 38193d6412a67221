"""A piece of drawn text in its ink, and lines of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

from rich.cells import cell_len

from taskview_tui.text.cells import clip
from taskview_tui.text.ink import Ink as Ink


class Piece(NamedTuple):
    """Cleaned text in one ink.

    `at` says where it begins in the text of its line that can be searched; -1 where it is no part
    of that.
    """

    text: str
    ink: Ink = Ink.TEXT
    at: int = -1


Line: TypeAlias = Sequence[Piece]
"""One line of a screen, from left to right."""


ROOM_FOR_WORDS = 40
"""Cells of a column from which on marks are written out; in fewer they are a sign alone."""


def marked(width: int) -> Piece:
    """Give what stands in a cell of this width before what is said of a line marked to compare."""
    return Piece("● marked  " if width >= ROOM_FOR_WORDS else "● ", Ink.STRONG)


def line_width(line: Iterable[Piece]) -> int:
    """Count the cells that a line takes."""
    return sum(cell_len(piece.text) for piece in line)


def fit_line(line: Iterable[Piece], width: int, *, right: bool = False) -> list[Piece]:
    """Give a line in exactly `width` cells: clipped with `…`, or filled up with spaces.

    `right` aligns it there.
    """
    fitted: list[Piece] = []
    left = width
    for piece in line:
        size = cell_len(piece.text)
        if size > left:
            _clip_into(fitted, piece, left)
            left = width - line_width(fitted)
            break
        fitted.append(piece)
        left -= size
    if left > 0:
        fitted.insert(0 if right else len(fitted), Piece(" " * left))
    return fitted


def _clip_into(fitted: list[Piece], piece: Piece, left: int) -> None:
    """Add what fits of a piece that does not, or say by `…` that it is left out."""
    if left > 0:
        fitted.append(piece._replace(text=clip(piece.text, left)))
        return
    while fitted:
        before = fitted.pop()
        size = cell_len(before.text)
        if size:
            # One cell too many, so that clipping has something to cut.
            fitted.append(before._replace(text=clip(before.text + "  ", size)))
            return
