"""Walks through a list in its order, from any place, in either direction, by keyset."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, or_, select

from taskview_core.persistence.sql.expressions import Condition
from taskview_core.persistence.sql.judged import Judged, select_stretch
from taskview_core.persistence.sql.order import Order, Segment, order_by, segments
from taskview_core.persistence.sql.places import Key, Start, Stretch, Watch, key_columns, key_of
from taskview_core.persistence.sql.reads import Reads, rows_of
from taskview_core.persistence.sql.source import Source

T = TypeVar("T")


async def first_key(
    reads: Reads, source: Source[T], order: Order, condition: Condition
) -> Key | None:
    """Give the sort values of the first row in the order for which a condition holds, if any."""
    segment = Segment(nulls=False)
    statement = (
        select(*key_columns(order))
        .select_from(source.table)
        .where(condition)
        .order_by(*order_by(order, segment, backward=False))
        .limit(1)
    )
    rows = await rows_of(reads, statement)
    return key_of(source, order, rows[0]) if rows else None


def _stretches(order: Order, start: Start | None, *, backward: bool) -> Iterator[Stretch]:
    """Give the parts of a list from a place on, in the order in which they are read."""
    for segment in segments(order, backward=backward):
        entry = start
        if start is not None and order.nullable:
            starts_in_nulls = start.key[0] is None
            if segment.nulls != starts_in_nulls:
                if segment.nulls == backward:
                    continue  # The walk begins after this segment.
                entry = None
            elif segment.nulls:
                entry = Start(start.key[1:], start.inclusive)
        yield Stretch(order, segment, backward, entry)


def any_there(
    source: Source[T], order: Order, start: Start, *, backward: bool
) -> ColumnElement[bool] | None:
    """Give a column that says whether the list has rows from a place on.

    None where only Python can tell.
    """
    if source.judge is not None:
        return None
    return or_(
        *(
            select_stretch(source, stretch, columns=False).limit(1).correlate(None).exists()
            for stretch in _stretches(order, start, backward=backward)
        )
    )


async def walk(
    reads: Reads,
    source: Source[T],
    order: Order,
    *,
    want: int,
    backward: bool = False,
    start: Start | None = None,
    columns: bool = True,
    watch: Watch | None = None,
    told: ColumnElement[bool] | None = None,
) -> AsyncIterator[Any]:
    """Give up to `want` rows as stored; where not `columns`, only their keys.

    Rows that the database cannot decide on are judged here; `watch` is told how far that has come.
    Of others, each has `told` with it, where that is given, under this name.
    """
    if want <= 0:
        return
    given = 0
    judged = Judged(reads, source, columns, watch)
    for stretch in _stretches(order, start, backward=backward):
        rows = (
            _plain(reads, source, stretch, want - given, columns, told)
            if source.judge is None
            else judged.rows(stretch, want - given)
        )
        async for row in rows:
            yield row
            given += 1
            if given >= want:
                return


async def _plain(
    reads: Reads,
    source: Source[T],
    stretch: Stretch,
    want: int,
    columns: bool,
    told: ColumnElement[bool] | None,
) -> AsyncIterator[Any]:
    statement = select_stretch(source, stretch, columns).limit(want)
    if told is not None:
        statement = statement.add_columns(told.label("told"))
    for row in await rows_of(reads, statement):
        yield row
