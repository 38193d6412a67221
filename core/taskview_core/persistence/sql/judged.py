"""Finds the rows that only Python can decide on.

Where an index gives the order, they are looked for in windows. Else the database sorts the list
for every statement, and as few as possible are asked.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any, Generic, TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from taskview_core.persistence.sql.order import order_by
from taskview_core.persistence.sql.places import Reached, Stretch, Watch, key_columns, key_of
from taskview_core.persistence.sql.reads import Reads
from taskview_core.persistence.sql.source import Source
from taskview_core.persistence.sql.windows import OrderNotIndexedError, Windows

T = TypeVar("T")

_BATCH = 200
_PATIENCE = 0.008
"""Seconds for which payloads are decoded before whoever else waits has a turn."""


class Judged(Generic[T]):
    """One search through a list whose rows are judged."""

    def __init__(self, reads: Reads, source: Source[T], columns: bool, watch: Watch | None) -> None:
        self._reads = reads
        self._source = source
        self._columns = columns
        self._watch = watch
        self._looked_at = 0
        self._turn = time.monotonic()

    async def rows(self, stretch: Stretch, want: int) -> AsyncIterator[Any]:
        """Give the rows of a stretch that fit."""
        windows = Windows(self._source, stretch, self._columns)
        while stretch.order.sort.key in self._source.windowed:
            try:
                window = await windows.next(self._reads)
            except OrderNotIndexedError:
                break
            async for row in self._fitting(window.rows):
                yield row
            if window.edge is None:
                return
            self._tell(window.edge, window.looked_at)
        async for row in self._batches(windows.stretch, want):
            yield row

    async def _batches(self, stretch: Stretch, want: int) -> AsyncIterator[Any]:
        batch = min(max(want, 1), _BATCH)
        while True:
            rows = await self._batch(stretch, batch)
            async for row in self._fitting(rows):
                yield row
            if len(rows) < batch:
                return
            edge = key_of(self._source, stretch.order, rows[-1])
            stretch = stretch.after(edge)
            self._tell(edge, len(rows))
            batch = _BATCH

    async def _batch(self, stretch: Stretch, batch: int) -> Sequence[Any]:
        statement = select_stretch(self._source, stretch, self._columns).limit(batch)

        async def work(session: AsyncSession) -> Sequence[Any]:
            return (await session.execute(statement)).all()

        return await self._reads.run(work)

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
    listed = source.columns if columns else []
    return (
        select(*key_columns(stretch.order), *listed, *source.judge_columns)
        .select_from(source.table)
        .where(*source.where(stretch.seeks()).where, *stretch.conditions(source))
        .order_by(*order_by(stretch.order, stretch.segment, backward=stretch.backward))
    )
