"""Walks through a list in its order, from any place, in either direction, by keyset."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from functools import partial
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, or_, select, type_coerce
from sqlalchemy.types import NullType

from taskview_core.errors import ConflictError
from taskview_core.persistence.sql.expressions import Condition
from taskview_core.persistence.sql.judged import Gathered, Hint, Judged, select_stretch
from taskview_core.persistence.sql.order import Order, Segment, order_by, segments
from taskview_core.persistence.sql.places import (
    FROM,
    Key,
    Start,
    Stretch,
    Watch,
    key_columns,
    key_of,
)
from taskview_core.persistence.sql.reads import Reads, rows_of, rows_of_kept
from taskview_core.persistence.sql.source import Source
from taskview_core.persistence.sql.spread import HOME, whole_rows
from taskview_core.persistence.sql.statements import Marks

T = TypeVar("T")

_TRIES = 3
"""How often a page is read anew because a row of it has gone meanwhile."""


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


def marks_of(source: Source[T], order: Order, key: Key) -> Marks:
    """Give the parameters of a walk from a key on; raises as `Expressions.from_key`."""
    return Marks(source.engine, [column.name for column in order.columns], key, FROM)


def stretches(
    order: Order, start: Start | None = None, *, backward: bool = False
) -> Iterator[Stretch]:
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


def _any_there(
    source: Source[T], order: Order, start: Start, *, backward: bool
) -> ColumnElement[bool]:
    """Give a column that says whether the list has rows from a place on."""
    return or_(
        *(
            select_stretch(source, stretch, columns=False).limit(1).correlate(None).exists()
            for stretch in stretches(order, start, backward=backward)
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
    hint: Hint | None = None,
    behind: Start | None = None,
    marks: Marks | None = None,
    gathered: Gathered | None = None,
) -> AsyncIterator[Any]:
    """Give up to `want` rows as stored; where not `columns`, only their keys.

    Rows that the database cannot decide on are judged here; `watch` is told how far that has come,
    and `hint` which rows a text index knows beyond, where that may not be all; `gathered` is told
    the first rows of all that have been looked at, where they come in another order.
    Others are told by the first row, as its `told`, whether there are any from `behind` on in the
    other direction, where that is given: it is the same key as `start`. `marks` are those of that
    key, where they have been made.
    """
    if want <= 0:
        return
    given = 0
    parts = stretches(order, start, backward=backward)
    if source.judge is None:
        if marks is None:
            marks = marks_of(source, order, start.key if start else ())
        plain = _Plain(reads, source, order, backward, start, columns, behind, marks)
        for stretch in parts:
            for row in await plain.rows(stretch, want - given):
                yield row
                given += 1
            if given >= want:
                return
        return
    judged = Judged(reads, source, columns, watch, hint, gathered)
    for stretch in parts:
        async for row in judged.rows(stretch, want - given):
            yield row
            given += 1
            if given >= want:
                return


class _Plain(Generic[T]):
    """Reads the stretches of one walk whose rows the database decides on, a statement each."""

    def __init__(
        self,
        reads: Reads,
        source: Source[T],
        order: Order,
        backward: bool,
        start: Start | None,
        columns: bool,
        behind: Start | None,
        marks: Marks,
    ) -> None:
        self._reads, self._source, self._order = reads, source, order
        self._backward, self._columns, self._behind = backward, columns, behind
        self._marks = marks
        self._inclusive = start is not None and start.inclusive
        self._is_in_two_steps = source.is_spread and columns

    async def rows(self, stretch: Stretch, want: int) -> Sequence[Any]:
        if not self._is_in_two_steps:
            return await self._listed(stretch, want)
        for _ in range(_TRIES):
            keys = await self._listed(stretch, want)
            whole = await whole_rows(self._reads, self._source, self._order, keys)
            if whole is not None:
                return whole
        raise ConflictError(
            "rows went away again and again while they were read", "try again in a moment"
        )

    async def _listed(self, stretch: Stretch, want: int) -> Sequence[Any]:
        marks = self._marks
        if marks.shape is None:
            return await rows_of(self._reads, self._statement(stretch, want), marks.parameters)
        shape = (
            self._order.sort,
            self._backward,
            stretch.segment.nulls,
            stretch.start is not None,
            self._inclusive,
            marks.shape,
            want,
            self._columns,
            self._behind is not None,
        )
        kept = self._source.statements.get(shape, partial(self._statement, stretch, want))
        return await rows_of_kept(self._reads, kept, marks.parameters)

    def _statement(self, stretch: Stretch, want: int) -> Any:
        columns = self._columns and not self._is_in_two_steps
        statement = select_stretch(self._source, stretch, columns).limit(want)
        if self._is_in_two_steps:
            statement = statement.add_columns(HOME)
        if self._behind is not None:
            told = _any_there(self._source, self._order, self._behind, backward=not self._backward)
            statement = statement.add_columns(type_coerce(told, NullType()).label("told"))
        return statement
