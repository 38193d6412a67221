"""The tables as they are read: columns without types, so that values come back as stored."""

from __future__ import annotations

from sqlalchemy import column, table

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

tasks = table("tasks", *(column(name) for name in TASK_COLUMNS))
conversations = table("conversations", *(column(name) for name in CONVERSATION_COLUMNS))
