"""The columns that the two tables must have, by name."""

from __future__ import annotations

TASK_COLUMNS = (
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
CONVERSATION_COLUMNS = ("id", "user_id", "title", "metadata", "created_at", "updated_at")
