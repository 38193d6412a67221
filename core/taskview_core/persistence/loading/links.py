"""The tasks of a load whose parent has not been seen yet, and what becomes of them in the end."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator

_MANY = 2_000


class PendingLinks:
    """Remembers which task waits for which parent; ids are 32 hex digits.

    A private temporary database holds them: it goes to the disk where they are many.
    """

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute(
            "CREATE TABLE pending (task TEXT PRIMARY KEY, parent TEXT NOT NULL,"
            " kept INTEGER NOT NULL, ours INTEGER NOT NULL) WITHOUT ROWID"
        )
        self._empty = True

    def add(self, links: Iterable[tuple[str, str]], *, kept: bool) -> None:
        """Remember links of tasks of this load to their parents.

        `kept` ones have the parent's id in their metadata already.
        """
        self._empty = False
        self._database.executemany(
            "INSERT OR REPLACE INTO pending VALUES (?, ?, ?, 1)",
            ((task, parent, kept) for task, parent in links),
        )

    def add_earlier(self, links: Iterable[tuple[str, str]]) -> None:
        """Remember links that were kept by earlier loads, where this one has not spoken."""
        self._empty = False
        self._database.executemany("INSERT OR IGNORE INTO pending VALUES (?, ?, 1, 0)", links)

    def forget(self, tasks: Iterable[str]) -> None:
        """Forget what was said of these tasks: they have come again."""
        if not self._empty:
            self._database.executemany(
                "DELETE FROM pending WHERE task = ?", ((task,) for task in tasks)
            )

    def chunks(self) -> Iterator[list[tuple[str, str, bool, bool]]]:
        """Give all there are as (task, parent, kept, ours), some thousands at a time."""
        rows = self._database.execute("SELECT task, parent, kept, ours FROM pending ORDER BY task")
        while some := rows.fetchmany(_MANY):
            yield [(task, parent, bool(kept), bool(ours)) for task, parent, kept, ours in some]

    def close(self) -> None:
        """Drop them all."""
        self._database.close()
