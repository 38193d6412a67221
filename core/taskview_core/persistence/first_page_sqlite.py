"""The newest tasks of a SQLite file, read by the bare driver: what the browser begins with."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from taskview_core.entities import TaskRow
from taskview_core.persistence.first_page import CREATED, ID, first_page, newest
from taskview_core.persistence.sql.column_names import CONVERSATION_COLUMNS, TASK_COLUMNS
from taskview_core.persistence.sql.ident_text import CONVERSATION_ID
from taskview_core.persistence.sqlite_file import uri_to_read
from taskview_core.query.page import Page
from taskview_core.query.request import PageRequest

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
_NEWEST = newest(
    conversation=CONVERSATION_ID, error_end="substr(error, -{})", fits="TRUE", limit="?"
)


def read_first_page(
    path: Path, request: PageRequest, *, immutable: bool = False
) -> Page[TaskRow] | None:
    """Give the page of the newest tasks, or None where that is for the usual way to read.

    A file that is `immutable` is one that nobody writes to, as its URL says.
    """
    if not path.is_file():
        return None  # Opening a pipe would wait for its writer.
    try:
        with closing(_open(path, immutable)) as connection:
            if not _has_the_shape(connection):
                return None
            found = connection.execute(_NEWEST, (request.page_size + 1,)).fetchall()
    except sqlite3.Error:
        return None  # The usual way meets it too, and has the words for it.
    return _page(found, request)


def _open(path: Path, immutable: bool) -> sqlite3.Connection:
    name = uri_to_read(path, immutable=immutable)
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
    key: tuple[str, ...] = ()
    if len(found) > request.page_size:
        last = found[request.page_size - 1]
        key = (last[CREATED], last[ID])
        if not all(isinstance(value, str) and not value.startswith("\0") for value in key):
            return None  # Such values have a form of their own in cursors.
    return first_page(found, request, key)
