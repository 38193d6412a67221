"""The newest tasks of a Postgres database, read by the bare driver: what the browser begins with.

Behind the driver's import there is nothing to wait for but the server.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import MAXYEAR, MINYEAR
from importlib import import_module
from typing import Any

from taskview_core.entities import TaskRow
from taskview_core.errors import ConflictError, ConnectionLostError, TaskviewError
from taskview_core.persistence.database_url import DatabaseUrl
from taskview_core.persistence.first_page import CREATED, ID, first_page, newest
from taskview_core.persistence.limited_connection import LimitedConnection
from taskview_core.persistence.postgres_connection import POSTGRES_ERRORS, open_connection
from taskview_core.persistence.sql.column_names import CONVERSATION_COLUMNS, TASK_COLUMNS
from taskview_core.query.page import Page
from taskview_core.query.request import PageRequest

_PATIENCE = 2.0
"""Seconds after which the page is left to the usual way."""
_TIMES = range(CREATED, CREATED + 4)

_FAULTS: tuple[type[BaseException], ...] = (*POSTGRES_ERRORS, OverflowError)
"""What reading may raise; the last is of a time that Python has none for."""


def _named(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


# All the columns, of types that can be read, and an index that leads to the newest rows, which
# have a time, and are on this server. This is found out first: where it does not hold, no row is
# looked at.
_FITS = f"""(
  SELECT count(*) = {len(TASK_COLUMNS) + len(CONVERSATION_COLUMNS)}
  FROM pg_attribute AS a WHERE NOT a.attisdropped
    AND (a.attrelid = to_regclass('tasks') AND a.attname IN ({_named(TASK_COLUMNS)})
      OR a.attrelid = to_regclass('conversations')
        AND a.attname IN ({_named(CONVERSATION_COLUMNS)}))
    AND (a.atttypid = 'uuid'::regtype
      OR a.attname NOT IN ('id', 'conversation_id', 'parent_task_id'))
    AND (a.atttypid IN ('timestamptz'::regtype, 'timestamp'::regtype)
      OR right(a.attname, 3) <> '_at')
    AND (a.attname <> 'created_at' OR a.attrelid <> to_regclass('tasks')
      OR a.attnotnull AND EXISTS (
        SELECT FROM pg_index AS i WHERE i.indrelid = a.attrelid AND i.indisvalid
          AND i.indkey[0] = a.attnum AND i.indpred IS NULL))
    AND NOT EXISTS (SELECT FROM pg_inherits AS p JOIN pg_class AS c ON c.oid = p.inhrelid
      WHERE p.inhparent = a.attrelid AND c.relkind = 'f')
)"""
_NEWEST = newest(
    conversation="tasks.conversation_id",
    error_end="right(error, {})",
    fits=_FITS,
    limit="$1::integer",
)


async def connect(
    url: DatabaseUrl, answers_within: float | None = None
) -> LimitedConnection | None:
    """Open a connection as `open_connection` does, or give None where that is worth another try.

    Raises what the usual way would, in its words: nobody is to wait twice for a server that does
    not answer, nor to be refused twice.
    """
    try:
        return await open_connection(url, answers_within)
    except POSTGRES_ERRORS as error:
        fault = await asyncio.to_thread(_in_our_words, error, url.label)
        if isinstance(fault, (ConnectionLostError, ConflictError)):
            return None
        raise fault from error


def _in_our_words(error: BaseException, label: str) -> TaskviewError:
    # Imports SQLAlchemy, which raises errors of its own.
    import_module("taskview_core.persistence.faults")
    from taskview_core.persistence.faults import translate

    return translate(error, label)


async def read_first_page(
    connection: LimitedConnection, request: PageRequest
) -> Page[TaskRow] | None:
    """Give the page of the newest tasks, or None where that is for the usual way to read.

    If something is wrong, the connection is closed.
    """
    connection.seconds, connection.limits = _PATIENCE, True  # The server stops it too.
    try:
        # In a transaction, for a pooler gives each statement any of its sessions otherwise.
        async with connection.transaction(readonly=True):
            found = await connection.fetch(_NEWEST, request.page_size + 1, timeout=_PATIENCE)
    except _FAULTS:
        connection.terminate()
        return None  # The usual way meets it too, and has the words for it.
    return _page(found, request)


def _page(found: Sequence[Sequence[Any]], request: PageRequest) -> Page[TaskRow] | None:
    # Of no rows it is not known why there are none.
    if not found or any(_may_be_infinite(row[place]) for row in found for place in _TIMES):
        return None
    last = found[: request.page_size][-1]
    return first_page(found, request, (last[CREATED].isoformat(), str(last[ID])))


def _may_be_infinite(value: Any) -> bool:
    """Whether a time is one that the driver gives for infinity."""
    return value is not None and value.year in {MINYEAR, MAXYEAR}
