"""How long a task took, for who reads of it later."""

from __future__ import annotations

from taskview_core.entities import TaskRow, TaskStatus
from taskview_tui.render.stored_columns import iso
from taskview_tui.text.times import duration_text


def took(row: TaskRow) -> str:
    """Give how long a task took; of one that runs, since when."""
    if row.duration is None and row.status == TaskStatus.RUNNING and row.started_at is not None:
        return f"since {iso(row.started_at)}"
    return duration_text(row.duration)
