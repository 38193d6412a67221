"""How long tasks ran, in the words of each engine: the same in queries and in an index."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from sqlalchemy import BigInteger, ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from taskview_core.persistence.sql.sqlite_time import microseconds_text


class TaskDuration(FunctionElement[int]):
    """Completed minus started, in whole microseconds; NULL where either is none or infinite.

    An index over it is used where a query has the very same words, so both are made here.
    It is a function because of any other element of ours SQLAlchemy would not know that it is the
    same each time, and so would write every statement that has it anew.
    """

    inherit_cache = True
    type = BigInteger()


def task_duration() -> ColumnElement[int]:
    """Give the duration of a row of `tasks`."""
    return TaskDuration()


@compiles(TaskDuration, "sqlite")
def _sqlite(
    _element: TaskDuration, _compiler: SQLCompiler, include_table: bool = True, **_: Any
) -> str:
    owner = "tasks." if include_table else ""
    ended, started = (
        microseconds_text(owner + column) for column in ("completed_at", "started_at")
    )
    return f"CAST({ended} - {started} AS INTEGER)"


@compiles(TaskDuration, "postgresql")
def _postgres(
    _element: TaskDuration, _compiler: SQLCompiler, include_table: bool = True, **_: Any
) -> str:
    return postgres_duration("tasks." if include_table else "")


def postgres_duration(owner: str, naive: Set[str] = frozenset()) -> str:
    """Give the duration where the times in `naive` have no time zone.

    The server would read one naive end by its own time zone; two differ by themselves.
    """
    ended, began = (
        f"({owner}{end} AT TIME ZONE 'UTC')" if naive == {end} else f"{owner}{end}"
        for end in ("completed_at", "started_at")
    )
    return (
        f"(CASE WHEN isfinite({owner}completed_at) AND isfinite({owner}started_at) THEN"
        f" (extract(epoch FROM {ended} - {began}) * 1000000)::bigint END)"
    )
