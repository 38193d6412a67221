"""Finds the rows that only Python can decide on, by whichever way is the shortest.

1. A first window tells how common the rows are. While those that are wanted are expected in a
   few thousand more, these are looked at: a common term fills its page from them sooner than an
   index has gathered where in the whole table it is.
2. Else a text index, where there is one, is asked for the rows that may hold the terms. If they
   are few, they are all that is left to look at.
3. Else more windows. Where the database has no index for the order, they go through the table in
   the order in which it is stored, and the first rows of the list are those of all that fit.
4. Where there is no such order either, as of a view, statements that sort.

A text index that may not know all rows as they are says which to show until these are found.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from typing import Any, Generic, TypeVar

from sqlalchemy import select

from taskview_core.errors import QueryTimeoutError
from taskview_core.persistence.sql.conditions import Conditions, Seeks
from taskview_core.persistence.sql.expressions import Condition, opaque
from taskview_core.persistence.sql.order import PLACE, Segment, order_by
from taskview_core.persistence.sql.places import Reached, Stretch, Watch, key_columns, key_of
from taskview_core.persistence.sql.reads import Reads, rows_of
from taskview_core.persistence.sql.source import Few, Source
from taskview_core.persistence.sql.windows import OrderNotIndexedError, Windows

T = TypeVar("T")
Hint = Callable[[Sequence[Any]], None]
"""Is told rows that fit and that a search will meet further on, in the order of the list."""
Gathered = Callable[[Sequence[Any], int], None]
"""Is told the first rows of those that fit so far, and how many have been looked at."""

_BATCH = 200
_MOST_GATHERED = 1_000
"""Of how many first rows it is known where they are: each time, all of them are sorted anew."""
_NEAR_ROWS = 4_000
"""So many more rows are looked at without asking an index."""
_PATIENCE = 0.008
"""Seconds for which payloads are decoded before whoever else waits has a turn."""


class Judged(Generic[T]):
    """One search through a list whose rows are judged."""

    def __init__(
        self,
        reads: Reads,
        source: Source[T],
        columns: bool,
        watch: Watch | None,
        hint: Hint | None = None,
        gathered: Gathered | None = None,
    ) -> None:
        self._reads = reads
        self._source = source
        self._columns = columns
        self._watch = watch
        self._hint = hint
        self._gathered = gathered
        self._ask = source.candidates
        self._some: Few | None = None
        self._is_hinted = False
        self._known: Sequence[Any] = ()
        """What the index knows of the stretch, where that may not be all."""
        self._near = True
        self._looked_at = 0
        self._turn = time.monotonic()

    async def rows(self, stretch: Stretch, want: int) -> AsyncIterator[Any]:
        """Give the rows of a stretch that fit."""
        windows = Windows(self._source, stretch, self._columns)
        self._is_hinted, self._known = False, ()
        in_order = self._source.is_windowed(stretch.order)
        while in_order and (self._near or not await self._is_narrowed(windows.stretch, want)):
            try:
                window = await windows.next(self._reads, want if self._near else None)
            except OrderNotIndexedError:
                in_order, self._known = False, ()
                break
            fitting = 0
            async for row in self._fitting(window.rows):
                yield row
                fitting += 1
            if window.edge is None:
                return
            self._tell(window.edge, window.looked_at)
            want -= fitting
            expected = window.looked_at * want / fitting if fitting else math.inf
            windows.expect(expected)
            self._near = expected <= _NEAR_ROWS
        narrowed = await self._is_narrowed(windows.stretch, want)
        is_stored = self._source.storage is not None and want <= _MOST_GATHERED
        gathers = is_stored and not narrowed and not in_order
        rows = self._gather if gathers else self._batches
        async for row in rows(windows.stretch, want):
            yield row

    async def _is_narrowed(self, stretch: Stretch, want: int) -> bool:
        """Ask the text index, if not done yet; say whether it has left but few rows.

        What it knows of a stretch is told where that may not be all.
        """
        ask, self._ask, hint = self._ask, None, self._hint
        if ask is not None:
            found = await ask(self._reads, hint is not None)
            if found is not None and found.are_all:
                self._source = self._source.among(found.rows)
            else:
                self._some = found
        if self._some is not None and hint is not None and not self._is_hinted:
            self._is_hinted = True
            self._known = await self._first_among(self._some.rows, stretch, want)
            hint(self._known)
        return self._source.few is not None

    async def _first_among(self, few: Condition, stretch: Stretch, want: int) -> list[Any]:
        """Give those of a few rows of a stretch that fit, as many as are wanted."""
        hits: list[Any] = []
        among = Judged(self._reads, self._source.among(few), self._columns, None)
        try:
            async for row in among._batches(stretch, want):
                hits.append(row)
                if len(hits) >= want:
                    break
        except QueryTimeoutError:
            pass  # Those that lie far apart take long on a slow disk; they are met anyway.
        return hits

    async def _gather(self, stretch: Stretch, want: int) -> AsyncIterator[Any]:
        """Go through the table as it is stored, and keep the first rows of the stretch."""
        source, storage = self._source, self._source.storage
        assert storage is not None, "it has been looked at"

        def where(seeks: Seeks) -> Conditions:
            asked = source.where(stretch.seeks())
            return replace(asked, others=(*asked.others, *stretch.conditions(source)))

        through = Stretch(storage, Segment(nulls=False), backward=False)
        windows = Windows(replace(source, where=where), through, columns=False)
        first = self._known
        while True:
            try:
                window = await windows.next(self._reads)
            except OrderNotIndexedError:
                async for row in self._batches(stretch, want):
                    yield row
                return
            places = [row.key_0 async for row in self._fitting(window.rows)]
            if places:
                both = dict.fromkeys([*(row.place for row in first), *places])
                first = await self._first_of(stretch, list(both), want)
            self._looked_at += window.looked_at
            if window.edge is None:
                break
            if self._gathered is not None:
                self._gathered(first, self._looked_at)
        for row in first:
            yield row

    async def _first_of(self, stretch: Stretch, places: list[Any], want: int) -> Sequence[Any]:
        """Sort a few rows, which have been judged; the first ones say as `place` where they are."""
        storage = self._source.storage
        assert storage is not None, "the places are in it"
        place = storage.first
        rows: Sequence[Any] = ()
        unjudged = replace(self._source, judge_columns=())
        # What is shown of a row costs more than to sort it: it is asked of the first ones alone.
        for columns in (False, True) if len(places) > _BATCH else (True,):
            among = unjudged.among(self._source.engine.stored_at(place, places))
            statement = select_stretch(among, stretch, columns and self._columns).limit(want)
            rows = await rows_of(self._reads, statement.add_columns(place.label(PLACE)))
            places = [row.place for row in rows]
        return rows

    async def _batches(self, stretch: Stretch, want: int) -> AsyncIterator[Any]:
        source = self._source
        batch = min(max(want, 1), _BATCH)
        while True:
            statement = select_stretch(source, stretch, self._columns).limit(batch)
            if source.storage is not None:
                statement = statement.add_columns(source.storage.first.label(PLACE))
            rows = await rows_of(self._reads, statement)
            async for row in self._fitting(rows):
                yield row
            if len(rows) < batch:
                return
            edge = key_of(source, stretch.order, rows[-1])
            stretch = stretch.after(edge)
            self._tell(edge, len(rows))
            batch = _BATCH

    async def _fitting(self, rows: Sequence[Any]) -> AsyncIterator[Any]:
        judge = self._source.judge
        for row in rows:
            if judge is None or judge(row):
                yield row
            if time.monotonic() - self._turn > _PATIENCE:
                await asyncio.sleep(0)
                self._turn = time.monotonic()

    def _tell(self, edge: tuple[Any, ...], rows: int) -> None:
        self._looked_at += rows
        if self._watch is not None:
            self._watch(Reached(edge, self._looked_at))


def select_stretch(source: Source[T], stretch: Stretch, columns: bool) -> Any:
    """Give the statement that reads a stretch of a list in its order."""
    by = order_by(stretch.order, stretch.segment, backward=stretch.backward)
    where = [*source.where(stretch.seeks()).where, *stretch.conditions(source)]
    if source.few is not None:
        # By no other way than from the few rows is the rest to be looked at.
        where = [source.few, opaque(*where)]
        by = [source.engine.unindexed(each) for each in by]
    listed = source.columns if columns else []  # first: `Source.map` may go by their places
    return (
        select(*listed, *key_columns(stretch.order), *source.judge_columns)
        .select_from(source.table)
        .where(*where)
        .order_by(*by)
    )
