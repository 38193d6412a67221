"""Walks through a list in its order, from any place, in either direction, by keyset."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from taskview_core.persistence.sql.conditions import Seeks
from taskview_core.persistence.sql.expressions import Condition
from taskview_core.persistence.sql.order import Order, Segment, beyond, order_by, segments
from taskview_core.persistence.sql.source import Source
from taskview_core.query.page import KeyValue

T = TypeVar("T")

_JUDGED_BATCH = 200


@dataclass(frozen=True, slots=True)
class Start:
    """Where a walk begins: beyond a key, or at it where `inclusive`."""

    key: tuple[KeyValue, ...]
    inclusive: bool = False


def key_of(source: Source[T], order: Order, row: Any) -> tuple[KeyValue, ...]:
    """Give the sort values of a row as a cursor carries them."""
    return tuple(
        source.engine.to_key(column.name, getattr(row, f"key_{index}"))
        for index, column in enumerate(order.columns)
    )


async def first_key(
    session: AsyncSession, source: Source[T], order: Order, condition: Condition
) -> tuple[KeyValue, ...] | None:
    """Give the sort values of the first row in the order for which a condition holds, if any."""
    segment = Segment(nulls=False)
    statement = (
        select(*_key_columns(order))
        .select_from(source.table)
        .where(condition)
        .order_by(*order_by(order, segment, backward=False))
        .limit(1)
    )
    row = (await session.execute(statement)).first()
    return None if row is None else key_of(source, order, row)


def _key_columns(order: Order) -> list[ColumnElement[Any]]:
    return [column.expression.label(f"key_{index}") for index, column in enumerate(order.columns)]


async def walk(
    session: AsyncSession,
    source: Source[T],
    order: Order,
    *,
    want: int,
    backward: bool = False,
    start: Start | None = None,
    columns: bool = True,
) -> AsyncIterator[Any]:
    """Give up to `want` rows as stored; where not `columns`, only their keys.

    Rows that the database cannot decide on are read in batches and judged here.
    """
    if want <= 0:
        return
    given = 0
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
        async for row in _walk_segment(
            session, source, order, segment, want - given, backward, entry, columns
        ):
            yield row
            given += 1
            if given >= want:
                return


async def _walk_segment(
    session: AsyncSession,
    source: Source[T],
    order: Order,
    segment: Segment,
    want: int,
    backward: bool,
    start: Start | None,
    columns: bool,
) -> AsyncIterator[Any]:
    batch = want if source.judge is None else min(max(want, 1), _JUDGED_BATCH)
    while True:
        statement = _select(source, order, segment, backward, start, columns).limit(batch)
        rows = (await session.execute(statement)).all()
        for row in rows:
            if source.judge is None or source.judge(row):
                yield row
        if len(rows) < batch:
            return
        key = key_of(source, order, rows[-1])
        start = Start(key[1:] if segment.nulls else key)
        batch = _JUDGED_BATCH


def _select(
    source: Source[T],
    order: Order,
    segment: Segment,
    backward: bool,
    start: Start | None,
    columns: bool,
) -> Any:
    listed = source.columns if columns else []
    statement = select(*_key_columns(order), *listed, *source.judge_columns).select_from(
        source.table
    )
    statement = statement.where(*source.where(_seeks(order, segment, backward, start)).where)
    common = segment.condition(order)
    if common is not None:
        statement = statement.where(common)
    if start is not None and start.key:
        statement = statement.where(
            beyond(
                source.engine,
                order,
                segment,
                start.key,
                backward=backward,
                inclusive=start.inclusive,
            )
        )
    return statement.order_by(*order_by(order, segment, backward=backward))


def _seeks(order: Order, segment: Segment, backward: bool, start: Start | None) -> Seeks:
    """Leave the entry into the index to the key where it is on the same side as a range's end."""
    if start is None or segment.nulls or order.sort.key != "created":
        return Seeks()
    less = order.sort.descending != backward
    return Seeks(low=less, high=not less)
