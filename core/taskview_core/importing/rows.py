"""The rows that facts give, as the loader takes them."""

from __future__ import annotations

import json
from typing import NamedTuple
from uuid import UUID


class ImportedConversation(NamedTuple):
    """A row of `conversations`. Times are ISO 8601 with a zone; `metadata` is JSON text."""

    id: UUID
    user_id: str
    title: str | None
    metadata: str | None
    created_at: str | None
    updated_at: str | None

    def to_line(self) -> str:
        """Give the row as one line of NDJSON, without its end."""
        return (
            f'{{"id":"{self.id}","user_id":{_text(self.user_id)},"title":{_text(self.title)},'
            f'"metadata":{self.metadata or "null"},"created_at":{_text(self.created_at)},'
            f'"updated_at":{_text(self.updated_at)}}}'
        )


class ImportedTask(NamedTuple):
    """A row of `tasks`. Times are ISO 8601 with a zone; the payloads are JSON text.

    `parent_task_id` may be the id of a task that is not imported yet, or never will be.
    """

    id: UUID
    conversation_id: UUID
    parent_task_id: UUID | None
    agent_id: str
    status: str
    input: str | None
    output: str | None
    error: str | None
    metadata: str | None
    created_at: str | None
    started_at: str | None
    completed_at: str | None
    updated_at: str | None

    def to_line(self) -> str:
        """Give the row as one line of NDJSON, without its end."""
        parent = "null" if self.parent_task_id is None else f'"{self.parent_task_id}"'
        return (
            f'{{"id":"{self.id}","conversation_id":"{self.conversation_id}",'
            f'"parent_task_id":{parent},"agent_id":{_text(self.agent_id)},'
            f'"status":{_text(self.status)},"input":{self.input or "null"},'
            f'"output":{self.output or "null"},"error":{_text(self.error)},'
            f'"metadata":{self.metadata or "null"},"created_at":{_text(self.created_at)},'
            f'"started_at":{_text(self.started_at)},"completed_at":{_text(self.completed_at)},'
            f'"updated_at":{_text(self.updated_at)}}}'
        )


def _text(value: str | None) -> str:
    return "null" if value is None else json.dumps(value)
