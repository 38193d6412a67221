"""Searches a list piece by piece: windows of so many rows in its order, whatever is found in them.

A term that few rows hold would have one statement run for as long as the table is big. A window
is over in a moment: hits can be shown, and the search told to stop, between any two.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, func, literal, select

from taskview_core.errors import QueryTimeoutError
from taskview_core.persistence.running import Session
from taskview_core.persistence.sql.expressions import opaque
from taskview_core.persistence.sql.order import order_by
from taskview_core.persistence.sql.peek import Peek
from taskview_core.persistence.sql.places import Key, Stretch, key_columns, key_of
from taskview_core.persistence.sql.reads import Reads
from taskview_core.persistence.sql.source import Source

FIRST_ROWS = 500
"""The first window: it tells how common a word is, and a very common one fills a page from it."""
PEEK_ROWS = 1_200
"""The first that is a peek, which is over when the page is full: one row in twenty is enough."""
SECOND_ROWS = 4_000
"""The second, unless so many are not needed; those after it grow to the time that they may take."""
MOST_ROWS = 32_000
MOST_SECONDS = 0.25
"""How long a window may take: then it is stopped, and a smaller one tried, which has to be over
while it still is half a second since the last. What is not in memory may take ten times longer
than what is, and payloads differ more."""
MOST_SECONDS_SERVED = 0.45
"""The same on a server. The way there and back is in it, and it costs a connection to stop."""
MOST_HITS = 200
"""How many rows of a window are read at once, each with payloads of any size."""
MOST_KEYS = 4_000
"""The same where they come without payloads."""
_LEAST_ROWS = 8
_AIM_SECONDS = 0.12
_NO_TIME = 1e-6
_ALL = 2**62
"""A limit that nothing meets: what is within is read as it stands."""
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
        self._served = source.engine.is_served
        self._peek = Peek(source, columns) if self._served else None
        self._size = self._first = PEEK_ROWS if self._served else FIRST_ROWS
        self._most_hits = MOST_HITS if columns or source.judge_columns else MOST_KEYS
        self._needed: int | None = None
        self._enters = True
        self._way = math.inf
        """Seconds of the shortest statement, of which the way to a server and back is most."""
        self.stretch = stretch
        """What is left."""

    def expect(self, rows: float) -> None:
        """Be told in how many more rows what is wanted is expected: more are not looked at."""
        self._needed = int(min(rows * _SPARE, MOST_ROWS))

    async def next(self, reads: Reads, want: int | None = None) -> Window:
        """Look at the next rows; raise OrderNotIndexedError where that takes too long.

        `want` says how many hits are wanted at all, where so many are expected near by.
        """
        while True:
            try:
                if self._peek is None or want is None:
                    return await self._between(reads)
                return await self._near(reads, self._peek, want)
            except QueryTimeoutError:
                self._shrink()

    async def counted(self, reads: Reads, by: Sequence[ColumnElement[Any]]) -> Window:
        """Count what is in the next window, by some columns; raises as `next`.

        Its rows are values of these columns with a number, `n`. What is to be judged is not asked.
        """
        while True:
            begun = time.monotonic()
            try:
                rows, end = await self._read_between(reads, partial(self._numbers, by), begun)
            except QueryTimeoutError:
                self._shrink()
            else:
                size = self._rows
                self._resize(size, time.monotonic() - begun - 2 * self._way)
                self._go_on(end)
                return Window(rows, size, end)

    async def _read_between(
        self, reads: Reads, what: Callable[[Key | None], Any], begun: float
    ) -> tuple[Sequence[Any], Key | None]:
        """Find where the window ends, and read what is between."""

        async def read(session: Session) -> tuple[Sequence[Any], Key | None]:
            last = (await session.execute(self._last())).first()
            self._way = min(self._way, time.monotonic() - begun)
            end = None if last is None else key_of(self._source, self.stretch.order, last)
            return (await session.execute(what(end))).all(), end

        return await reads.run(read, self._limit)

    async def _between(self, reads: Reads) -> Window:
        """Read the rows of a window."""
        begun = time.monotonic()
        rows, end = await self._read_between(reads, self._hits, begun)
        size, full = self._rows, len(rows) >= self._most_hits
        # Of a window with many hits the rest is left to the next one.
        if full:
            self._size = max(size // 2, _LEAST_ROWS)
            end = key_of(self._source, self.stretch.order, rows[-1])
        else:
            self._resize(size, time.monotonic() - begun - 2 * self._way)
        self._go_on(end)
        return Window(rows, len(rows) if full else size, end)

    async def _near(self, reads: Reads, peek: Peek, want: int) -> Window:
        """Read on until there are enough hits, or the window ends."""
        size, hits = self._rows, max(_LEAST_ROWS, min(want, self._most_hits))
        statement, parameters = peek.statement(self.stretch, size, hits, enters=self._enters)
        begun = time.monotonic()

        async def read(session: Session) -> Sequence[Any]:
            return (await session.execute(statement, parameters)).all()

        found = await reads.run(read, self._limit)
        ended = not found or (found[-1].nth < size and len(found) < hits)
        end = None if ended else key_of(self._source, self.stretch.order, found[-1])
        looked_at = size if ended else found[-1].nth
        if looked_at == size:
            self._resize(size, time.monotonic() - begun)
        self._go_on(end)
        return Window([row for row in found if row.fits], looked_at, end)

    def _go_on(self, edge: Key | None) -> None:
        if edge is not None:
            self.stretch = self.stretch.after(edge)

    def _resize(self, size: int, took: float) -> None:
        """Have the next window take the time that one should, as far as this one tells."""
        if size < self._size and took < _AIM_SECONDS:
            return  # It was small because no more were needed.
        fair = int(size * _AIM_SECONDS / max(took, _NO_TIME))
        grown = SECOND_ROWS if size == self._first else size * 2
        self._size = max(min(fair, grown, MOST_ROWS), _LEAST_ROWS)

    @property
    def _limit(self) -> float:
        return MOST_SECONDS_SERVED if self._served else MOST_SECONDS

    @property
    def _rows(self) -> int:
        """How many rows the next window has."""
        if self._needed is None:
            return self._size
        return min(self._size, max(self._needed, self._first // 2))

    def _shrink(self) -> None:
        if self._size > _LEAST_ROWS:
            self._size = max(self._rows // 8, _LEAST_ROWS)
        elif self._enters:
            # No index serves the filter's conditions: walk the plain order, and look at each.
            self._enters, self._size = False, self._first
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
        stretch = self._to(end)
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
            .limit(self._most_hits)
        )

    def _numbers(self, by: Sequence[ColumnElement[Any]], end: Key | None) -> Any:
        """Give the statement that counts what may be hits in the window.

        Nothing orders its rows: no index but the window's is to look like a way to them.
        """
        source, stretch = self._source, self._to(end)
        asked = source.where(stretch.seeks())
        within = (*(asked.entries if self._enters else ()), *stretch.conditions(source))
        rows = (
            select(*(by or [literal(1)]))
            .select_from(source.table)
            .where(*within, opaque(*asked.where))
            .limit(_ALL)
            .subquery("rows")
        )
        named = [rows.c[column.name] for column in by]
        return select(*named, func.count().label("n")).select_from(rows).group_by(*named)

    def _to(self, end: Key | None) -> Stretch:
        return self.stretch if end is None else self.stretch.until(end)
