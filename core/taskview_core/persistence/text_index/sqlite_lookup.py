"""Asks the text index of a SQLite database which tasks may hold some terms.

Of a file that is as it was when the index was made, the answer is all that hold them. Once the
file has changed, nothing that it says tells which rows have: a row that got another text may be
anywhere, under the times that it had. Then the answer is what the index knows, which can be shown
at once while the rows themselves are searched; what is found follows from them alone.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Integer, column, func, literal_column, select, text

from taskview_core.persistence.database_url import DatabaseUrl
from taskview_core.persistence.sql.profile import HAS_ROWIDS
from taskview_core.persistence.sql.reads import Reads, rows_of
from taskview_core.persistence.sql.source import Few
from taskview_core.persistence.text_index.file_state import state_of
from taskview_core.persistence.text_index.interruptible import in_thread
from taskview_core.persistence.text_index.sidecar import open_to_read, read_covers
from taskview_core.persistence.text_index.trigrams import match_of
from taskview_core.query.terms import TextTerm

MOST_CANDIDATES = 2_000
_SECONDS = 0.4


class SqliteTextIndex:
    """The index of one database, if there is one: it may come and go."""

    def __init__(self, database: DatabaseUrl, sidecar: Path) -> None:
        self._database = database
        self._sidecar = sidecar

    async def candidates(
        self, reads: Reads, terms: Sequence[TextTerm], *, some: bool
    ) -> Few | None:
        """Give the few tasks that may hold all terms; not all of them only if `some` will do."""
        match = match_of([term for term in terms if not term.denied])
        if match is None or not self._sidecar.exists():
            return None
        try:
            found = await in_thread(
                lambda: open_to_read(self._sidecar),
                lambda index: self._look(index, match, some),
                _SECONDS,
            )
        except (sqlite3.Error, OSError, ValueError, KeyError, TypeError):
            return None  # not an index, or one that is being made anew: the rows are there
        if found is None:
            return None
        tasks, are_all = found
        if not are_all and not (tasks and await _have_numbers(reads)):
            return None
        listed = select(column("value", Integer)).select_from(func.json_each(json.dumps(tasks)))
        return Few(literal_column("tasks.rowid", Integer).in_(listed), are_all)

    def _look(
        self, index: sqlite3.Connection, match: str, some: bool
    ) -> tuple[list[int], bool] | None:
        """Give the numbers of tasks, and whether they are all; None where they are many."""
        index.execute("BEGIN")  # What it covers is to be said of the very rows that are read.
        covers = read_covers(index)
        if covers is None or not (some or covers.state == state_of(self._database)):
            return None
        tasks = _matches(index, match)
        if len(tasks) > MOST_CANDIDATES:
            return None
        # Looked at after the index was: that may just be getting rows of a newer file.
        return tasks, covers.state == state_of(self._database)


def _matches(index: sqlite3.Connection, match: str) -> list[int]:
    query = (
        "SELECT rows.task FROM texts JOIN rows ON rows.doc = texts.rowid"
        f" WHERE texts MATCH ? LIMIT {MOST_CANDIDATES + 1}"
    )
    return sorted(task for (task,) in index.execute(query, (match,)))


async def _have_numbers(reads: Reads) -> bool:
    """Whether the tasks have numbers still: another database may have come to the file's place."""
    return bool((await rows_of(reads, text(HAS_ROWIDS)))[0][0])
