"""Tasks and conversations as tests of screens make them, by number."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from taskview_core.entities import (
    Conversation,
    ConversationDetail,
    StoredJson,
    TaskDetail,
    TaskRow,
    TaskStatus,
)

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


def task_id(number: int) -> UUID:
    """Give a task's id that ends in a number."""
    return UUID(int=(0xA << 124) | number)


def conversation_id(number: int) -> UUID:
    """Give a conversation's id that ends in a number."""
    return UUID(int=(0xC << 124) | number)


def make_task(
    number: int, *, parent: int | None = None, conversation: int = 1, **columns: Any
) -> TaskDetail:
    """Make a task; `columns` are those of the row, or payloads as JSON text."""
    payloads = {
        name: StoredJson(columns.pop(name, None)) for name in ("input", "output", "metadata")
    }
    error: str | None = columns.pop("error", None)
    agent = columns.pop("agent", "planner")
    status = columns.pop("status", "completed")
    created = columns.pop("created_at", NOW - timedelta(hours=1, seconds=-number))
    values: dict[str, Any] = {
        "id": task_id(number),
        "conversation_id": conversation_id(conversation),
        "parent_task_id": None if parent is None else task_id(parent),
        "agent_id": agent,
        "status": TaskStatus.from_string(status),
        "input_start": f"task {number}",
        "error_start": None if error is None else error[:200],
        "created_at": created,
        "started_at": created,
        "completed_at": created + timedelta(seconds=1) if created else None,
        "updated_at": created,
        "conversation_title": f"conversation {conversation}",
        **columns,
    }
    return TaskDetail(row=TaskRow(**values), error=error, **payloads)


def make_conversation(number: int, **columns: Any) -> Conversation:
    """Make a conversation."""
    values: dict[str, Any] = {
        "id": conversation_id(number),
        "user_id": "alice",
        "title": f"conversation {number}",
        "created_at": NOW - timedelta(days=1, seconds=-number),
        "updated_at": NOW - timedelta(hours=1, seconds=-number),
        **columns,
    }
    return Conversation(**values)


def as_stored(each: Conversation) -> ConversationDetail:
    """Give a conversation as it is read to be handed on."""
    return ConversationDetail(
        id=each.id,
        user_id=each.user_id,
        title=each.title,
        metadata=StoredJson(None if each.metadata is None else json.dumps(each.metadata)),
        created_at=each.created_at,
        updated_at=each.updated_at,
    )
