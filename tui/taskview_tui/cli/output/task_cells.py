"""What a printed line says of a task: its id, state, times and what it is about."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from taskview_core.entities import Ident, TaskRow
from taskview_tui.cli.streams import Output
from taskview_tui.render.piece import Ink, Piece
from taskview_tui.text.clean import clean
from taskview_tui.text.times import ODD, TimeDisplay, duration_text, running_text, short_time

_WIDE = 130
"""Cells from which on a terminal has room for whole ids."""


def ident_text(ident: Ident, out: Output) -> str:
    """Give an id whole, or on a narrow terminal its first 8 digits, which name it as well."""
    if isinstance(ident, UUID) and out.width is not None and out.width < _WIDE:
        return ident.hex[:8]
    return clean(str(ident))


def duration_cell(row: TaskRow, now: datetime) -> str:
    """Give how long a task took, or has been running."""
    if row.duration is None:
        elapsed = row.elapsed(now)
        if elapsed is not None:
            return running_text(elapsed)
    return duration_text(row.duration)


def created_cell(row: TaskRow, display: TimeDisplay, now: datetime) -> str:
    """Give when a task was created; `?` where what is stored is no time."""
    if row.created_at is None and any(odd.startswith("created_at") for odd in row.oddities):
        return ODD
    return short_time(row.created_at, display, now)


def about(row: TaskRow) -> list[Piece]:
    """Give what a task is about: its error first, where it has one, then its input."""
    preview = clean(row.preview)
    if not row.error_preview:
        return [Piece(preview)]
    return [
        Piece(clean(row.error_preview), Ink.ERROR),
        Piece(" · " if preview else ""),
        Piece(preview),
    ]
