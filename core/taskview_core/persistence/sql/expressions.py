"""What both engines can say, each in its own words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, false, true

from taskview_core.entities import Ident
from taskview_core.query.request import KeyValue

Condition: TypeAlias = ColumnElement[bool]
Expression: TypeAlias = ColumnElement[Any]


@dataclass(frozen=True, slots=True)
class Bounds:
    """A range on a scale; None where it is open-ended."""

    low: Any = None
    low_open: bool = False
    high: Any = None
    high_open: bool = False

    def narrowed(self, other: Bounds) -> Bounds:
        """Give what lies within both ranges."""
        lows = [(each.low, each.low_open) for each in (self, other) if each.low is not None]
        highs = [(each.high, not each.high_open) for each in (self, other) if each.high is not None]
        low, low_open = max(lows, default=(None, False))
        high, high_closed = min(highs, default=(None, True))
        return Bounds(low, low_open, high, not high_closed)


class Expressions(Protocol):
    """An engine's way to compare what taskview compares. Columns are those of `sql.tables`.

    `names_nulls` says that an index gives the order of rows whose first value is NULL only where
    the ORDER BY names that value, `bounds_rows` that a comparison of rows is to be helped by one of
    their first values, `spells_rows` that it is to be said value by value, for other servers are
    not asked to compare rows, `plans_by_value` that a value has to stand in a statement for the
    index to be chosen that leads to it, and `is_served` that a server answers, to whom the way may
    be long.
    """

    names_nulls: bool
    bounds_rows: bool
    spells_rows: bool
    plans_by_value: bool
    is_served: bool

    def ident(self, column: Expression, value: Ident) -> Condition:
        """Hold where a column holds this id, in whatever form it is written."""
        ...

    def idents(self, column: Expression, values: Sequence[Ident]) -> Condition:
        """Hold where a column holds one of these ids."""
        ...

    def ident_prefix(self, column: Expression, digits: str) -> Condition:
        """Hold where an id begins with these hex digits."""
        ...

    def of_conversation(self) -> Condition:
        """Hold for the row of `conversations` that a row of `tasks` belongs to."""
        ...

    def in_conversation(self, wanted: Condition) -> Condition:
        """Hold for the tasks of a conversation for whose row a condition holds."""
        ...

    def under_conversation(self, wanted: Condition) -> Condition | None:
        """Hold for all tasks that name such a conversation, and for few others.

        From the conversations an index leads to these tasks, where few are wanted. None where
        `in_conversation` is such a way already.
        """
        ...

    def has_children(self) -> Condition:
        """Hold for the tasks that are the parent of another."""
        ...

    def parent_is_there(self, *, ended: bool = False) -> Condition:
        """Hold where the parent that a task names exists; with `ended`, where it has ended too."""
        ...

    def has_open_child(self) -> Condition:
        """Hold for the tasks with a child that has not ended."""
        ...

    def names_a_parent(self) -> Condition:
        """Hold where the metadata says that there is a parent: see `query.stuck`."""
        ...

    def prefix(self, column: Expression, value: str) -> Condition:
        """Hold where a text column begins with a value, case counting."""
        ...

    def text_value(self, value: str) -> Expression:
        """Give a text as a parameter."""
        ...

    def time_within(
        self, column: Expression, bounds: Bounds, *, seek_low: bool = True, seek_high: bool = True
    ) -> Condition:
        """Hold where a time lies within bounds of aware datetimes, NULL within none.

        Where `seek_low` or `seek_high` is False, that bound is written so that no index is
        entered by it.
        """
        ...

    def duration(self) -> Expression:
        """Give completed minus started: what `duration_within` compares and pages sort by."""
        ...

    def duration_within(self, bounds: Bounds) -> Condition:
        """Hold where the duration lies within bounds of timedeltas."""
        ...

    def contains(self, column: Expression, pattern: str) -> Condition:
        """Hold where text holds a LIKE pattern (escaped by `!`), ASCII letters in any case."""
        ...

    def together(self, columns: Sequence[Expression]) -> Expression | None:
        """Give columns as one text, where that is quicker to search than each is; else None."""
        ...

    def glob_escape(self, column: Expression) -> Condition:
        r"""Hold where JSON text writes an ASCII character as an escape such as `\u0041`."""
        ...

    def holds_nul(self, column: Expression) -> Condition | None:
        """Hold where text holds a NUL, which would hide what comes after; None if it cannot."""
        ...

    def ending(self, column: Expression, length: int) -> Expression:
        """Give the last characters of a text."""
        ...

    def is_filled(self, column: Expression, *, json: bool) -> Condition:
        """Hold where a column is not empty: see HasTerm."""
        ...

    def is_there(self, value: Expression) -> Condition:
        """Hold where a value is not NULL, in words that an index can be entered by."""
        ...

    def stored_at(self, place: Expression, places: Sequence[Any]) -> Condition:
        """Hold for the rows at these places, see `storage_order`, in one parameter."""
        ...

    def unindexed(self, by: Expression) -> Expression:
        """Give the same ORDER BY in words that no index is read for."""
        ...

    def lowest_time(self, column: Expression) -> Expression:
        """Give a value of a column's type that sorts before every time."""
        ...

    def to_key(self, name: str, value: Any) -> KeyValue:
        """Give a stored sort value as a cursor carries it; `name` is that of the key's column."""
        ...

    def from_key(self, name: str, value: KeyValue) -> Expression:
        """Give a cursor's value as a parameter; raises ValueError, or OverflowError, for one
        that is none.
        """
        ...


def opaque(*conditions: Condition) -> Condition:
    """Hold where all conditions do, in words that no index is entered by."""
    return case((and_(true(), *conditions), true()), else_=false())


def microseconds_within(expression: Expression, bounds: Bounds) -> Condition:
    """Hold where a number of microseconds lies within bounds of timedeltas."""
    conditions: list[Condition] = []
    if bounds.low is not None:
        low = _microseconds(bounds.low)
        conditions.append(expression > low if bounds.low_open else expression >= low)
    if bounds.high is not None:
        high = _microseconds(bounds.high)
        conditions.append(expression < high if bounds.high_open else expression <= high)
    return and_(*conditions)


def _microseconds(length: timedelta) -> int:
    """Give a length as the engines' 64 bits hold it; a longer one is longer than every task."""
    return max(-(2**63), min(2**63 - 1, length // timedelta(microseconds=1)))


def in_64_bits(value: int) -> int:
    """Give a whole number that the engines can hold; raise ValueError for a larger one."""
    if not -(2**63) <= value < 2**63:
        raise ValueError(f"{value} does not fit in 64 bits")
    return value


def as_uuid(value: Ident) -> UUID | None:
    """Give an id as a UUID, or None for text that is none."""
    return value if isinstance(value, UUID) else None
