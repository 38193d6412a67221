"""What the newest tasks, read by a bare driver, have in common on both engines.

Importing SQLAlchemy takes longer than all else between a command and its first rows. So this one
statement is written out, for databases whose tables are as the migrations make them, as far as it
matters here; whatever is different, slow or wrong is left to the usual way, which says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from taskview_core.entities import TaskRow
from taskview_core.entities.preview import ERROR_START, INPUT_START, TRACE
from taskview_core.persistence.sql.mapping import task_row
from taskview_core.query.page import Page
from taskview_core.query.request import Cursor, KeyValue, PageRequest, Place


def newest(*, conversation: str, error_end: str, fits: str, limit: str) -> str:
    """Give the statement for the newest tasks, in the words of one engine.

    `conversation` is the id of a task's conversation, `error_end` so many of the last characters
    of its error as stand for `{}`, `fits` a condition on the whole, and `limit` the parameter.
    """
    return f"""
SELECT id, conversation_id, parent_task_id, agent_id, status,
  created_at, started_at, completed_at, updated_at,
  substr(CAST(input AS TEXT), 1, {INPUT_START + 1}),
  CASE WHEN substr(error, 1, {len(TRACE)}) = '{TRACE}' AND length(error) > {ERROR_START}
    THEN '{TRACE}' || {error_end.format(ERROR_START + 1 - len(TRACE))}
    ELSE substr(error, 1, {ERROR_START + 1}) END,
  (SELECT title FROM conversations WHERE conversations.id = {conversation} LIMIT 1)
FROM tasks WHERE {fits} ORDER BY created_at DESC, id DESC LIMIT {limit}
"""


ID, CREATED = 0, 5
"""Where in a row its key stands."""


def first_page(
    found: Sequence[Sequence[Any]], request: PageRequest, key: tuple[KeyValue, ...]
) -> Page[TaskRow]:
    """Make the page of the rows found, one more than wanted if there are so many.

    `key` is that of the last row on it.
    """
    rows = found[: request.page_size]
    more = len(found) > len(rows)
    return Page(
        rows=tuple(task_row(row) for row in rows),
        request=request,
        next=Cursor(Place.AFTER, request.sort, key, len(rows)) if more else None,
        previous=None,
        first=Cursor(Place.FIRST, request.sort, (), 0),
        last=Cursor(Place.LAST, request.sort),
        offset=0,
    )
