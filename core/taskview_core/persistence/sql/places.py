"""Places in a list: the sort values of a row, and the stretches between two of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from sqlalchemy import ColumnElement

from taskview_core.persistence.sql.conditions import Seeks
from taskview_core.persistence.sql.expressions import Condition
from taskview_core.persistence.sql.order import Order, Segment, beyond
from taskview_core.persistence.sql.source import Source
from taskview_core.query.request import KeyValue

T = TypeVar("T")
Key = tuple[KeyValue, ...]
FROM = "from"
"""Names the parameters of where a stretch begins."""


@dataclass(frozen=True, slots=True)
class Start:
    """Where a walk begins: beyond a key, or at it where `inclusive`."""

    key: Key
    inclusive: bool = False


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a search has come: the sort values of the last row looked at, and rows so far."""

    key: Key
    rows: int


Watch = Callable[[Reached], None]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of one segment of a list, seen in one direction: beyond `start`, up to `end`.

    The keys are of the segment: where its first column is NULL, they begin with the second.
    """

    order: Order
    segment: Segment
    backward: bool
    start: Start | None = None
    end: Key | None = None

    def seeks(self) -> Seeks:
        """Leave the entry into the index to the keys where they stand for a range's ends."""
        if self.segment.nulls or self.order.sort.key != "created":
            return Seeks()
        down = self.order.sort.descending != self.backward
        at_start, at_end = self.start is None, self.end is None
        return Seeks(low=at_end, high=at_start) if down else Seeks(low=at_start, high=at_end)

    def conditions(self, source: Source[Any]) -> list[Condition]:
        """Give what the rows of the stretch have in common."""
        bounded = (self.start is not None and bool(self.start.key)) or bool(self.end)
        # Rows beyond a value have one: said again, it would have SQLite enter at the first row.
        common = self.segment.condition(self.order) if self.segment.nulls or not bounded else None
        found = [] if common is None else [common]
        if self.start is not None and self.start.key:
            found.append(self._beyond(source, self.start, self.backward, FROM))
        if self.end:
            end = Start(self.end, inclusive=True)
            found.append(self._beyond(source, end, not self.backward, "until"))
        return found

    def _beyond(self, source: Source[Any], start: Start, backward: bool, side: str) -> Condition:
        return beyond(
            source.engine,
            self.order,
            self.segment,
            start.key,
            backward=backward,
            inclusive=start.inclusive,
            side=side,
        )

    def after(self, key: Key) -> Stretch:
        """Give what is left beyond the row with these sort values."""
        return replace(self, start=Start(self._own(key)))

    def until(self, key: Key) -> Stretch:
        """Give what there is up to the row with these sort values."""
        return replace(self, end=self._own(key))

    def _own(self, key: Key) -> Key:
        return key[1:] if self.segment.nulls else key


def key_of(source: Source[T], order: Order, row: Any) -> Key:
    """Give the sort values of a row as a cursor carries them."""
    return tuple(
        source.engine.to_key(column.name, getattr(row, f"key_{index}"))
        for index, column in enumerate(order.columns)
    )


def key_columns(order: Order) -> list[ColumnElement[Any]]:
    """Give the columns that `key_of` reads."""
    return [column.expression.label(f"key_{index}") for index, column in enumerate(order.columns)]
