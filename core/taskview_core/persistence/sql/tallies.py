"""Counts lists piece by piece, for numbers that grow while somebody looks at them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement

from taskview_core.persistence.sql.mapping import text_of
from taskview_core.persistence.sql.order import Order
from taskview_core.persistence.sql.places import Reached
from taskview_core.persistence.sql.reads import Reads
from taskview_core.persistence.sql.source import Source
from taskview_core.persistence.sql.walk import stretches, walk
from taskview_core.persistence.sql.windows import Windows

T = TypeVar("T")

_OFTEN = 0.02
"""Seconds between two numbers of rows that are judged one by one."""


class Tally(NamedTuple):
    """How many rows there are of each combination of values, as far as was looked.

    `complete` says that there are no others.
    """

    numbers: Counter[tuple[str, ...]]
    complete: bool

    @property
    def total(self) -> int:
        """How many rows there are of all."""
        return self.numbers.total()


async def tallies(
    reads: Reads,
    source: Source[T],
    order: Order,
    by: Sequence[ColumnElement[Any]],
    most: int | None,
    watch: Callable[[Tally], None] = lambda tally: None,
) -> AsyncIterator[Tally]:
    """Give the number of rows by some columns, again and again, until there are more than `most`.

    `watch` is told in between, where windows hold no row that fits. Raises OrderNotIndexedError
    where there are no windows to be had.
    """
    numbers: Counter[tuple[str, ...]] = Counter()
    if source.storage is not None and not source.is_windowed(order):
        order = source.storage  # Numbers need no other.
    limit = 2**62 if most is None else most
    if source.judge is not None:

        def reached(_: Reached) -> None:
            watch(Tally(numbers, complete=False))

        told = time.monotonic()
        rows = walk(reads, source, order, want=limit + 1, columns=bool(by), watch=reached)
        async for row in rows:
            numbers[tuple(text_of(getattr(row, column.name)) for column in by)] += 1
            if time.monotonic() - told > _OFTEN:
                yield Tally(numbers, complete=False)
                told = time.monotonic()
        yield Tally(numbers, complete=numbers.total() <= limit)
        return
    for stretch in stretches(order):
        windows = Windows(source, stretch, columns=False)
        while True:
            window = await windows.counted(reads, by)
            for *values, number in window.rows:
                numbers[tuple(map(text_of, values))] += number
            if window.edge is None:
                break
            yield Tally(numbers, complete=False)
            if numbers.total() > limit:
                return
    yield Tally(numbers, complete=True)
