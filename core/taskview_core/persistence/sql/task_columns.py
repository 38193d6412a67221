"""The columns that lists, trees and details read."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Text, and_, case, cast, func, literal, select

from taskview_core.entities.preview import ERROR_START, INPUT_START, TRACE
from taskview_core.persistence.sql.expressions import Expressions
from taskview_core.persistence.sql.tables import conversations, tasks

_PLAIN = (
    "id",
    "conversation_id",
    "parent_task_id",
    "agent_id",
    "status",
    "created_at",
    "started_at",
    "completed_at",
    "updated_at",
)


def row_columns(engine: Expressions, *, titles: bool = True) -> list[ColumnElement[Any]]:
    """Give the columns of a list row: no payload, but the beginning of the input."""
    title: ColumnElement[Any] = (
        select(conversations.c.title).where(engine.of_conversation()).limit(1).scalar_subquery()
        if titles
        else func.nullif("", "")
    )
    return [
        *(tasks.c[name] for name in _PLAIN),
        func.substr(cast(tasks.c.input, Text), 1, INPUT_START + 1).label("input_start"),
        _error_start(engine).label("error_start"),
        title.label("conversation_title"),
    ]


def _error_start(engine: Expressions) -> ColumnElement[Any]:
    """Give `start_of_error` of the stored error."""
    error = tasks.c.error
    is_trace = func.substr(error, 1, len(TRACE)) == TRACE
    end = engine.ending(error, ERROR_START + 1 - len(TRACE))
    return case(
        (and_(is_trace, func.length(error) > ERROR_START), literal(TRACE, Text).concat(end)),
        else_=func.substr(error, 1, ERROR_START + 1),
    )


def detail_columns(engine: Expressions, *, titles: bool = True) -> list[ColumnElement[Any]]:
    """Give the columns of a whole task."""
    return [*row_columns(engine, titles=titles), *payload_columns()]


def payload_columns() -> list[ColumnElement[Any]]:
    """Give the payloads as the text that is stored, and the error."""
    return [
        cast(tasks.c.input, Text).label("input"),
        cast(tasks.c.output, Text).label("output"),
        tasks.c.error,
        cast(tasks.c.metadata, Text).label("metadata"),
    ]


def contents_columns() -> list[ColumnElement[Any]]:
    """Give what `mapping.task_contents` reads: the id, input, output and error."""
    given, came, error, _metadata = payload_columns()
    return [tasks.c.id, given, came, error]


def conversation_columns() -> list[ColumnElement[Any]]:
    """Give the columns of a whole conversation, its metadata as the text that is stored."""
    plain = ("id", "user_id", "title", "created_at", "updated_at")
    return [
        *(conversations.c[name] for name in plain),
        cast(conversations.c.metadata, Text).label("metadata"),
    ]
