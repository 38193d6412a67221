"""The columns of a task as other programs get them: the schema's, in the schema's order."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypeAlias

from taskview_core.entities import StoredJson, TaskDetail

Cell: TypeAlias = str | StoredJson | None
"""Text, a payload as stored, or NULL."""

FULL_COLUMNS = (
    "id",
    "conversation_id",
    "parent_task_id",
    "agent_id",
    "status",
    "input",
    "output",
    "error",
    "metadata",
    "created_at",
    "started_at",
    "completed_at",
    "updated_at",
)
PAYLOAD_COLUMNS = ("input", "output", "metadata")
LIST_COLUMNS = tuple(column for column in FULL_COLUMNS if column not in PAYLOAD_COLUMNS)

_TIMES = {"created_at", "started_at", "completed_at", "updated_at"}
_PARTS = {"input", "output", "error", "metadata"}


def cell(task: TaskDetail, column: str) -> Cell:
    """Give what a task has in a column; ids canonical, times as `iso` gives them."""
    value: object = getattr(task if column in _PARTS else task.row, column)
    if column in _TIMES:
        assert value is None or isinstance(value, datetime)
        return iso(value)
    if value is None or isinstance(value, StoredJson):
        return value
    return str(value)


def iso(moment: datetime | None) -> str | None:
    """Give a time as ISO 8601 in UTC with microseconds, ending in Z."""
    if moment is None:
        return None
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
