"""The tables as they are read: columns without types, so that values come back as stored."""

from __future__ import annotations

from sqlalchemy import column, table

from taskview_core.persistence.sql.column_names import CONVERSATION_COLUMNS, TASK_COLUMNS

tasks = table("tasks", *(column(name) for name in TASK_COLUMNS))
conversations = table("conversations", *(column(name) for name in CONVERSATION_COLUMNS))
