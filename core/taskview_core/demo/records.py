"""What the generator yields: rows in the order of the schema's columns."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

CLOCK = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)
"""The moment at which the demo stands still unless another is given: nothing in it is later."""

ROOT_CAUSE_KEY = "demo.root_cause"
"""In the metadata of every failed task: the id of the task whose own fault it was."""

ODD_KEY = "demo.odd"
"""In the metadata of tasks whose times are wrong on purpose: a word for what is wrong."""


class DemoConversation(NamedTuple):
    """A row of `conversations`: `id` is 32 hex digits, `metadata` JSON text, times are UTC."""

    id: str
    user_id: str
    title: str | None
    metadata: str | None
    created_at: datetime
    updated_at: datetime


class DemoTask(NamedTuple):
    """A row of `tasks`: ids are 32 hex digits, payloads JSON text or None, times are UTC."""

    id: str
    conversation_id: str
    parent_task_id: str | None
    agent_id: str
    status: str
    input: str | None
    output: str | None
    error: str | None
    metadata: str | None
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    updated_at: datetime
