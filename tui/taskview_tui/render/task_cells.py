"""The cells of a task in a table: pieces by the key of the column."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from taskview_tui.render.piece import Ink, Line, Piece
from taskview_tui.render.preview import preview_pieces
from taskview_tui.text.clean import clean_row
from taskview_tui.text.status_style import status_style
from taskview_tui.text.times import (
    MISSING,
    ODD,
    TimeDisplay,
    duration_text,
    running_text,
    short_time,
)

if TYPE_CHECKING:
    from taskview_core.entities import TaskRow

TIME_KEYS = ("created", "started", "completed", "updated")
"""The times of a task; a list that is sorted by one of them shows that one."""


def task_cell(row: TaskRow, key: str, width: int) -> Line:
    """Give a cell that does not change with the clock: status, agent, preview, conversation."""
    if key == "status":
        style = status_style(row.status)
        return [Piece(clean_row(style.text), style.ink)]
    if key == "agent":
        return [Piece(clean_row(row.agent_id))]
    if key == "preview":
        return preview_pieces(row, width)
    assert key == "conversation", f"tasks have no column {key}"
    if row.conversation_title:
        return [Piece(clean_row(row.conversation_title), Ink.DIM)]
    return [Piece(str(row.conversation_id)[:8], Ink.DIM)]


def time_cell(
    row: TaskRow, key: str, times: TimeDisplay, now: datetime, zone: tzinfo | None = None
) -> str:
    """Give one of the times in TIME_KEYS as text; `?` where what is stored is no time."""
    moments = {
        "created": row.created_at,
        "started": row.started_at,
        "completed": row.completed_at,
        "updated": row.updated_at,
    }
    moment = moments[key]
    if moment is None:
        return ODD if is_odd(row.oddities, f"{key}_at") else MISSING
    return short_time(moment, times, now, zone)


def duration_cell(row: TaskRow, now: datetime) -> str:
    """Give the duration, or for a task that is running the time since it was started, marked."""
    if row.duration is not None:
        return duration_text(row.duration)
    return running_text(row.elapsed(now))


def is_odd(oddities: tuple[str, ...], column: str) -> bool:
    """Say whether the value that is stored in a column could not be read."""
    return any(
        text.startswith(column) and not text[len(column) :][:1].isidentifier() for text in oddities
    )
