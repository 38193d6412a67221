"""A task or conversation as one JSON object, payloads letter for letter as they are stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from taskview_core.entities import ConversationDetail, StoredJson, TaskDetail
from taskview_tui.render.stored_columns import cell, iso
from taskview_tui.text.json_text import json_string, payload_text


class JsonObjects:
    """Makes JSON objects of tasks, and counts the payloads that are no JSON."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = columns
        self.not_json = 0
        self.formulas = 0

    def of(self, task: TaskDetail, more: Mapping[str, str] | None = None) -> str:
        """Give a task as a JSON object; `more` holds further members, as JSON text."""
        members = {column: self._value(task, column) for column in self._columns}
        members.update(more or {})
        return "{" + ", ".join(f'"{name}": {value}' for name, value in members.items()) + "}"

    def _value(self, task: TaskDetail, column: str) -> str:
        value = cell(task, column)
        if not isinstance(value, StoredJson):
            return json_string(value)
        text, was_json = payload_text(value)
        self.not_json += not was_json
        return text


def conversation_json(conversation: ConversationDetail) -> str:
    """Give a conversation as a JSON object."""
    members = {
        "id": json_string(str(conversation.id)),
        "user_id": json_string(conversation.user_id),
        "title": json_string(conversation.title),
        "metadata": payload_text(conversation.metadata)[0],
        "created_at": json_string(iso(conversation.created_at)),
        "updated_at": json_string(iso(conversation.updated_at)),
    }
    return "{" + ", ".join(f'"{name}": {value}' for name, value in members.items()) + "}"
