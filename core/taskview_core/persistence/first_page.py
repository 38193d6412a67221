"""The newest tasks of a SQLite file, read by the bare driver: what the browser begins with.

Importing SQLAlchemy takes longer than all else between a command and its first rows. So this one
statement is written out. It is for files whose tables are as the migrations make them, as far as
it matters here; whatever is different, slow or wrong is left to the usual way, which says so.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from taskview_core.entities import TaskRow
from taskview_core.entities.preview import ERROR_START, INPUT_START, TRACE
from taskview_core.persistence.sql.column_names import CONVERSATION_COLUMNS, TASK_COLUMNS
from taskview_core.persistence.sql.ident_text import CONVERSATION_ID
from taskview_core.persistence.sql.mapping import task_row
from taskview_core.query.page import Cursor, Page, PageRequest, Place

_PATIENCE = 0.5
"""Seconds after which the page is left to the usual way."""
_STEPS = 10_000
"""Instructions of SQLite between two looks at the clock."""
_BUSY_SECONDS = 0.1

_SHAPE = (
    'SELECT owner, name, "notnull" OR pk FROM'
    " (SELECT 'tasks' AS owner UNION ALL SELECT 'conversations'), pragma_table_info(owner)"
)
_BY_TIME = (
    "SELECT 1 FROM pragma_index_list('tasks') AS each, pragma_index_info(each.name) AS first"
    " WHERE first.seqno = 0 AND first.name = 'created_at' AND NOT each.partial"
)
_NEWEST = f"""
SELECT id, conversation_id, parent_task_id, agent_id, status,
  created_at, started_at, completed_at, updated_at,
  substr(CAST(input AS TEXT), 1, {INPUT_START + 1}),
  CASE WHEN substr(error, 1, {len(TRACE)}) = '{TRACE}' AND length(error) > {ERROR_START}
    THEN '{TRACE}' || substr(error, -{ERROR_START + 1 - len(TRACE)})
    ELSE substr(error, 1, {ERROR_START + 1}) END,
  (SELECT title FROM conversations WHERE conversations.id = {CONVERSATION_ID} LIMIT 1)
FROM tasks ORDER BY created_at DESC, id DESC LIMIT ?
"""
_ID, _CREATED = 0, 5


def can_read_first_page(path: Path) -> bool:
    """Whether a file is one of those whose first page is read here."""
    try:
        with closing(_open(path)) as connection:
            return _has_the_shape(connection)
    except sqlite3.Error:
        return False  # The usual way meets it too, and has the words for it.


def read_first_page(path: Path, request: PageRequest) -> Page[TaskRow] | None:
    """Give the page of the newest tasks, or None where that is for the usual way to read."""
    try:
        with closing(_open(path)) as connection:
            found = connection.execute(_NEWEST, (request.page_size + 1,)).fetchall()
    except sqlite3.Error:
        return None  # As above.
    return _page(found, request)


def _open(path: Path) -> sqlite3.Connection:
    name = f"file:{quote(os.fsencode(path.absolute()))}?mode=ro"
    connection = sqlite3.connect(name, uri=True, timeout=_BUSY_SECONDS, isolation_level=None)
    connection.text_factory = _decode
    late = time.monotonic() + _PATIENCE
    connection.set_progress_handler(lambda: time.monotonic() > late, _STEPS)
    return connection


def _decode(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _has_the_shape(connection: sqlite3.Connection) -> bool:
    required: dict[str, bool] = {}
    for owner, name, is_required in connection.execute(_SHAPE):
        required[f"{owner}.{name}"] = bool(is_required)
    wanted = (
        *(f"tasks.{name}" for name in TASK_COLUMNS),
        *(f"conversations.{name}" for name in CONVERSATION_COLUMNS),
    )
    # Without the time a row has its place at the end of the list, which this does not look for.
    if any(name not in required for name in wanted) or not required["tasks.created_at"]:
        return False
    return connection.execute(_BY_TIME).fetchone() is not None


def _page(found: Sequence[Sequence[Any]], request: PageRequest) -> Page[TaskRow] | None:
    rows = found[: request.page_size]
    after: Cursor | None = None
    if len(found) > len(rows):
        key = (rows[-1][_CREATED], rows[-1][_ID])
        if not all(isinstance(value, str) and not value.startswith("\0") for value in key):
            return None  # Such values have a form of their own in cursors.
        after = Cursor(Place.AFTER, request.sort, key, len(rows))
    return Page(
        rows=tuple(task_row(row) for row in rows),
        request=request,
        next=after,
        previous=None,
        first=Cursor(Place.FIRST, request.sort, (), 0),
        last=Cursor(Place.LAST, request.sort),
        offset=0,
    )
