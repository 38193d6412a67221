"""Searches a list piece by piece: windows of so many rows in its order, whatever is found in them.

A term that few rows hold would have one statement run for as long as the table is big. A window
is over in a moment: hits can be shown, and the search told to stop, between any two.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from taskview_core.errors import QueryTimeoutError
from taskview_core.persistence.running import Session
from taskview_core.persistence.sql.order import order_by
from taskview_core.persistence.sql.places import Key, Stretch, key_columns, key_of
from taskview_core.persistence.sql.reads import Reads
from taskview_core.persistence.sql.source import Source

FIRST_ROWS = 500
"""The first window: it tells how common a word is, and a very common one fills a page from it."""
SECOND_ROWS = 4_000
"""The second, unless so many are not needed; those after it grow to the time that they may take."""
MOST_ROWS = 32_000
MOST_SECONDS = 0.45
"""How long a window may take; then it is stopped, and a smaller one tried."""
MOST_HITS = 200
"""How many rows of a window are read at once, each with payloads of any size."""
_LEAST_ROWS = 8
_AIM_SECONDS = 0.2
_SPARE = 1.4
"""How many times the rows are looked at in which what is wanted is expected: it may not come."""


class OrderNotIndexedError(Exception):
    """Not even a small window could be had in time: the database sorts the table for each."""


@dataclass(frozen=True, slots=True)
class Window:
    """What one window gave: rows that may be hits, in the list's order.

    `edge` is the sort values of the last row looked at, None where the stretch ends within the
    window. `looked_at` says how many rows it had, at least.
    """

    rows: Sequence[Any]
    looked_at: int
    edge: Key | None


class Windows:
    """Windows through a stretch of a list. Their size follows from the time that they take."""

    def __init__(self, source: Source[Any], stretch: Stretch, columns: bool) -> None:
        self._source = source
        self._columns = columns
        self._size = FIRST_ROWS
        self._needed: int | None = None
        self._enters = True
        self.stretch = stretch
        """What is left."""

    def expect(self, rows: float) -> None:
        """Be told in how many more rows what is wanted is expected: more are not looked at."""
        self._needed = int(min(rows * _SPARE, MOST_ROWS))

    async def next(self, reads: Reads) -> Window:
        """Look at the next rows; raise OrderNotIndexedError where that takes too long."""
        while True:
            begun = time.monotonic()
            try:
                rows, end = await reads.run(self._read, MOST_SECONDS)
            except QueryTimeoutError:
                self._shrink()
                continue
            return self._taken(rows, end, time.monotonic() - begun)

    async def _read(self, session: Session) -> tuple[Sequence[Any], Key | None]:
        last = (await session.execute(self._last())).first()
        end = None if last is None else key_of(self._source, self.stretch.order, last)
        return (await session.execute(self._hits(end))).all(), end

    def _taken(self, rows: Sequence[Any], end: Key | None, took: float) -> Window:
        size, full = self._rows, len(rows) >= MOST_HITS
        if took > _AIM_SECONDS or full:
            self._size = max(size // 2, _LEAST_ROWS)
        elif size == self._size and took < _AIM_SECONDS / 2 and len(rows) < MOST_HITS / 2:
            self._size = SECOND_ROWS if size == FIRST_ROWS else min(size * 2, MOST_ROWS)
        # Of a window with many hits the rest is left to the next one.
        edge = key_of(self._source, self.stretch.order, rows[-1]) if full else end
        if edge is not None:
            self.stretch = self.stretch.after(edge)
        return Window(rows, len(rows) if full else size, edge)

    @property
    def _rows(self) -> int:
        """How many rows the next window has."""
        if self._needed is None:
            return self._size
        return min(self._size, max(self._needed, FIRST_ROWS // 2))

    def _shrink(self) -> None:
        if self._size > _LEAST_ROWS:
            self._size = max(self._rows // 8, _LEAST_ROWS)
        elif self._enters:
            # No index serves the filter's conditions: walk the plain order, and look at each.
            self._enters, self._size = False, FIRST_ROWS
        else:
            raise OrderNotIndexedError

    def _last(self) -> Any:
        """Give the statement that finds the last row of the window, where there is one."""
        stretch = self.stretch
        entries = self._source.where(stretch.seeks()).entries if self._enters else ()
        return (
            select(*key_columns(stretch.order))
            .select_from(self._source.table)
            .where(*entries, *stretch.conditions(self._source))
            .order_by(*order_by(stretch.order, stretch.segment, backward=stretch.backward))
            .offset(self._rows - 1)
            .limit(1)
        )

    def _hits(self, end: Key | None) -> Any:
        """Give the statement that reads what may be hits in the window.

        Its rows are read in the order in which the index goes up, even when the list goes back in
        time: backward reads of a file that is not in memory cost many times more.
        """
        source = self._source
        stretch = self.stretch if end is None else self.stretch.until(end)
        by = order_by(stretch.order, stretch.segment, backward=stretch.backward)
        return (
            select(
                *(source.columns if self._columns else []),
                *key_columns(stretch.order),
                *source.judge_columns,
            )
            .select_from(source.table)
            .where(*source.where(stretch.seeks()).where, *stretch.conditions(source))
            .order_by(*(source.engine.unindexed(each) for each in by))
            .limit(MOST_HITS)
        )
