"""Stored values become entities; a value that is not what it should be is named, not raised."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from taskview_core.entities import (
    ConversationDetail,
    Ident,
    StoredJson,
    TaskContents,
    TaskDetail,
    TaskRow,
    TaskStatus,
)
from taskview_core.entities.ident import parse_ident
from taskview_core.persistence.far_time import FarTime
from taskview_core.persistence.stored_time import is_usual, read_time, usual_time


def ident_of(value: Any) -> Ident:
    """Give an id as stored: a UUID, or text."""
    if isinstance(value, UUID):
        return UUID(int=value.int)
    return _parsed(value if isinstance(value, str) else str(value))


_parsed = lru_cache(maxsize=8192)(parse_ident)
"""A row's parent and conversation are mostly those of a row before it."""


def conversation_of(value: Any, oddities: list[str]) -> Ident:
    """Give the id of a task's conversation; where another program wrote none, an empty one."""
    if value is None:
        oddities.append("conversation_id is missing")
        return ""
    return ident_of(value)


def text_of(value: Any) -> str:
    """Give a text that may be stored as something else."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return "" if value is None else str(value)


def optional_text(value: Any) -> str | None:
    """Give a text that may be NULL."""
    return None if value is None else text_of(value)


def stored_json(value: Any) -> StoredJson:
    """Give a payload as stored."""
    return StoredJson(optional_text(value))


def time_of(value: Any, name: str, oddities: list[str]) -> datetime | None:
    """Give a time; what is none becomes None, and an oddity that names it."""
    if value is None:
        return None
    if type(value) is str and is_usual(value):
        usual = usual_time(value)
        if usual is not None:
            return usual
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, FarTime):
        oddities.append(f"{name} is a time too far away: {value.in_words()}")
        return None
    moment = read_time(value)
    if moment is None:
        oddities.append(f"{name} is no time: {text_of(value)[:80]}")
    return moment


RowValues = Any
"""A row of a result, whose columns are read by name."""


def task_row(row: Sequence[Any]) -> TaskRow:
    """Give the list row of a task, which begins with `task_columns.row_columns`.

    A tree has 100,000 of them: they are taken by their places, and what is usual is done here.
    """
    ident, conversation, parent, agent, status = row[:5]
    created, begun, completed, updated, start, error, title = row[5:12]
    oddities: list[str] = []
    return TaskRow(
        ident_of(ident),
        conversation_of(conversation, oddities),
        None if parent is None else ident_of(parent),
        agent if type(agent) is str else text_of(agent),
        TaskStatus.from_string(status if type(status) is str else text_of(status)),
        start if type(start) is str else text_of(start),
        None if error is None else text_of(error),
        None if created is None else time_of(created, "created_at", oddities),
        None if begun is None else time_of(begun, "started_at", oddities),
        None if completed is None else time_of(completed, "completed_at", oddities),
        None if updated is None else time_of(updated, "updated_at", oddities),
        None if title is None else text_of(title),
        tuple(oddities) if oddities else (),
    )


def task_detail(row: RowValues) -> TaskDetail:
    """Give a whole task from the columns of `select_task_details`."""
    return TaskDetail(
        row=task_row(row),
        input=stored_json(row.input),
        output=stored_json(row.output),
        error=optional_text(row.error),
        metadata=stored_json(row.metadata),
    )


def task_contents(row: Sequence[Any]) -> tuple[Ident, TaskContents]:
    """Give a task's id and contents from the columns of `contents_columns`."""
    ident, given, came, error = row
    return ident_of(ident), TaskContents(
        stored_json(given), stored_json(came), optional_text(error)
    )


def conversation_detail(row: RowValues) -> ConversationDetail:
    """Give a whole conversation from the columns of `conversation_columns`."""
    oddities: list[str] = []
    return ConversationDetail(
        id=ident_of(row.id),
        user_id=text_of(row.user_id),
        title=optional_text(row.title),
        metadata=stored_json(row.metadata),
        created_at=time_of(row.created_at, "created_at", oddities),
        updated_at=time_of(row.updated_at, "updated_at", oddities),
        oddities=tuple(oddities),
    )


Mapper = Callable[[RowValues], Any]
