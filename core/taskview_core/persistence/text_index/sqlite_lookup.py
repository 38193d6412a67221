"""Asks the text index of a SQLite database which tasks may hold some terms.

The answer is sound: it has every task that holds them. Where the index cannot vouch for that, the
answer is None, and the search goes through the rows themselves.

A database whose file is as it was when the index was made has only rows that the index knows.
Else the rows that it does not know are found: those added, by their addresses, and those changed,
by their `updated_at`, which a program that changes a task keeps; and tasks that were unfinished
then are looked at whatever their times say. The database is held to that. Where its rows show that
it does not keep `updated_at`, or where nothing that was found explains why the file has changed,
the index is not used before it has been brought up to date.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Integer, column, func, literal_column, select, text

from taskview_core.persistence.sql.expressions import Condition
from taskview_core.persistence.sql.profile import Profile
from taskview_core.persistence.sql.reads import Reads, rows_of
from taskview_core.persistence.text_index.file_state import FileState
from taskview_core.persistence.text_index.interruptible import in_thread
from taskview_core.persistence.text_index.sidecar import (
    HAS_ROWIDS,
    Covers,
    open_to_read,
    read_covers,
)
from taskview_core.persistence.text_index.sqlite_build import stamp_of
from taskview_core.persistence.text_index.trigrams import match_of
from taskview_core.query.terms import TextTerm

MOST_CANDIDATES = 2_000
MOST_UNKNOWN = 5_000
"""Rows that the index does not know and that are looked at one by one; beyond, it is too old."""
_SECONDS = 0.4
_SETTLED = 1_000
"""Known rows in a row, by `updated_at`, before which no changed one is expected."""
_LOOK_BACK = 10_000


class SqliteTextIndex:
    """The index of one database, if there is one: it may come and go."""

    def __init__(self, database: Path, sidecar: Path) -> None:
        self._database = database
        self._sidecar = sidecar
        self._seen: tuple[FileState, Covers] | None = None
        self._unknown: frozenset[int] | None = None

    async def candidates(
        self, reads: Reads, profile: Profile, terms: Sequence[TextTerm]
    ) -> Condition | None:
        """Give a condition that holds for the few tasks that may hold all terms."""
        match = match_of([term for term in terms if not term.denied])
        if match is None or not self._sidecar.exists():
            return None
        try:
            covers = await in_thread(self._open, read_covers, _SECONDS)
            if covers is None:
                return None
            unknown = await self._rows_unknown(reads, profile, covers)
            if unknown is None:
                return None
            found = await in_thread(self._open, lambda index: _matches(index, match), _SECONDS)
        except (sqlite3.Error, OSError, ValueError, KeyError, TypeError):
            return None  # not an index, or one that is being made anew: the rows are there
        if found is None or len(found) > MOST_CANDIDATES:
            return None
        tasks = json.dumps(sorted({*found, *unknown}))
        listed = select(column("value", Integer)).select_from(func.json_each(tasks))
        return literal_column("tasks.rowid", Integer).in_(listed)

    def _open(self) -> sqlite3.Connection:
        return open_to_read(self._sidecar)

    async def _rows_unknown(
        self, reads: Reads, profile: Profile, covers: Covers
    ) -> frozenset[int] | None:
        state = FileState.of(self._database)
        if state == covers.state:
            return frozenset()
        if self._seen != (state, covers):
            self._unknown = await self._look_for_unknown(reads, profile, covers)
            self._seen = (state, covers)
        return self._unknown

    async def _look_for_unknown(
        self, reads: Reads, profile: Profile, covers: Covers
    ) -> frozenset[int] | None:
        if not covers.orders_changes or "tasks.updated_at" not in profile.leading:
            return None
        has_rowids = await rows_of(reads, text(HAS_ROWIDS))
        if not has_rowids[0][0]:
            return None
        base = await _highest_left(reads, covers)
        if base is None:
            return None
        added = {
            row.rowid
            for row in await rows_of(
                reads,
                text(
                    f"SELECT rowid FROM tasks WHERE rowid > {base} LIMIT {MOST_UNKNOWN + 1}"
                ).columns(column("rowid", Integer)),
            )
        }
        changed = await self._changed(reads, added)
        opened = await in_thread(self._open, _open_rows, _SECONDS)
        if changed is None or opened is None or not (added or changed):
            return None
        unknown = frozenset(added | changed | opened)
        return unknown if len(unknown) <= MOST_UNKNOWN else None

    async def _changed(self, reads: Reads, added: set[int]) -> set[int] | None:
        """Give the rows whose `updated_at` is another than the index knows, the newest first."""
        latest = await rows_of(
            reads,
            text(
                "SELECT rowid, updated_at FROM tasks ORDER BY updated_at DESC"
                f" LIMIT {_LOOK_BACK + 1}"
            ).columns(column("rowid", Integer), column("updated_at")),
        )
        tasks = json.dumps([row.rowid for row in latest])
        stamps = await in_thread(self._open, lambda index: _stamps(index, tasks), _SECONDS)
        if stamps is None:
            return None
        changed: set[int] = set()
        known = 0
        for row in latest:
            if row.rowid in stamps and stamps[row.rowid] == stamp_of(row.updated_at):
                known += 1
                if known >= _SETTLED:
                    return changed
            elif row.rowid not in added:
                known = 0
                changed.add(row.rowid)
        return None if len(latest) > _LOOK_BACK else changed


async def _highest_left(reads: Reads, covers: Covers) -> int | None:
    """Give the highest address that the index knows and that is still its task's.

    None where there is none, or another address has become another task's: the rows have been
    numbered anew, or this is another database.
    """
    pairs = dict(covers.sample) | dict(covers.highest)
    tasks = ", ".join(str(task) for task in pairs)
    rows = await rows_of(
        reads,
        text(f"SELECT rowid, id FROM tasks WHERE rowid IN ({tasks})").columns(
            column("rowid", Integer), column("id")
        ),
    )
    there = {row.rowid: str(row.id) for row in rows}
    left = [task for task, ident in covers.highest if there.get(task) == ident]
    if not left:
        return None
    base = max(left)
    moved = any(there.get(task, ident) != ident for task, ident in pairs.items() if task < base)
    return None if moved else base


def _matches(index: sqlite3.Connection, match: str) -> list[int]:
    return [
        task
        for (task,) in index.execute(
            "SELECT rows.task FROM texts JOIN rows ON rows.doc = texts.rowid"
            f" WHERE texts MATCH ? LIMIT {MOST_CANDIDATES + 1}",
            (match,),
        )
    ]


def _open_rows(index: sqlite3.Connection) -> set[int]:
    query = f"SELECT task FROM rows WHERE open LIMIT {MOST_UNKNOWN + 1}"
    return {task for (task,) in index.execute(query)}


def _stamps(index: sqlite3.Connection, tasks: str) -> dict[int, str | None]:
    query = "SELECT task, stamp FROM rows WHERE task IN (SELECT value FROM json_each(?))"
    return dict(index.execute(query, (tasks,)).fetchall())
