"""The cells of a conversation in a table: pieces by the key of the column."""

from __future__ import annotations

from datetime import datetime, tzinfo

from taskview_core.entities import ConversationRow
from taskview_tui.render.piece import Ink, Line, Piece
from taskview_tui.render.task_cells import is_odd
from taskview_tui.text.clean import clean_row
from taskview_tui.text.times import MISSING, ODD, TimeDisplay, short_time

NO_TITLE = "(no title)"


def conversation_cell(row: ConversationRow, key: str) -> Line:
    """Give a cell that does not change with the clock: title, user, tasks or failed."""
    if key == "title":
        title = clean_row(row.title or "")
        return [Piece(title)] if title.strip() else [Piece(NO_TITLE, Ink.DIM)]
    if key == "user":
        return [Piece(clean_row(row.user_id))]
    if key == "tasks":
        return [Piece(str(row.tasks), Ink.DIM if row.tasks.value == 0 else Ink.TEXT)]
    assert key == "failed", f"conversations have no column {key}"
    if row.failed.value == 0 and row.failed.exact:
        return [Piece(MISSING, Ink.DIM)]
    return [Piece(f"✗ {row.failed}", Ink.FAILED)]


def conversation_time(
    row: ConversationRow,
    key: str,
    times: TimeDisplay,
    now: datetime,
    zone: tzinfo | None = None,
) -> str:
    """Give the time of creation or of the last activity (`updated`)."""
    moment = row.created_at if key == "created" else row.updated_at
    if moment is None:
        return ODD if is_odd(row.oddities, f"{key}_at") else MISSING
    return short_time(moment, times, now, zone)
