"""Postgres's words. Values are bound with their types; settings of the server do not matter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    DateTime,
    Interval,
    Text,
    Uuid,
    and_,
    cast,
    exists,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.sql.elements import UnaryExpression

from taskview_core.entities import Ident
from taskview_core.persistence.far_time import FarTime
from taskview_core.persistence.sql.expressions import (
    Bounds,
    Condition,
    Expression,
    as_uuid,
    in_64_bits,
    microseconds_within,
)
from taskview_core.persistence.sql.lengths import postgres_duration, task_duration
from taskview_core.persistence.sql.order import PLACE
from taskview_core.persistence.sql.profile import Profile
from taskview_core.persistence.sql.tables import conversations, tasks
from taskview_core.query.request import KeyValue
from taskview_core.query.stuck import ENDED, ORPHAN_PATTERN

_UUIDS = ARRAY(Uuid)
_WHITE = " \t\n\r"
_TIMES = ("created_at", "started_at", "completed_at", "updated_at")


class PostgresExpressions:
    """Comparisons for one Postgres database."""

    names_nulls = True
    bounds_rows = True
    plans_by_value = True
    is_served = True

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self.spells_rows = profile.is_spread

    def ident(self, column: Expression, value: Ident) -> Condition:
        """See Expressions. Text that is no UUID is no id here."""
        known = as_uuid(value)
        return false() if known is None else column == literal(known, Uuid)

    def idents(self, column: Expression, values: Sequence[Ident]) -> Condition:
        """See Expressions."""
        known = [value for value in values if isinstance(value, UUID)]
        return column == func.any(literal(known, _UUIDS)) if known else false()

    def ident_prefix(self, column: Expression, digits: str) -> Condition:
        """See Expressions."""
        low, high = UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))
        return and_(column >= literal(low, Uuid), column <= literal(high, Uuid))

    def of_conversation(self) -> Condition:
        """See Expressions."""
        return conversations.c.id == tasks.c.conversation_id

    def in_conversation(self, wanted: Condition) -> Condition:
        """See Expressions."""
        return exists(select(1).select_from(conversations).where(self.of_conversation(), wanted))

    def under_conversation(self, wanted: Condition) -> Condition | None:
        """See Expressions."""
        return None

    def has_children(self) -> Condition:
        """See Expressions."""
        child = tasks.alias("child")
        return exists(select(1).select_from(child).where(child.c.parent_task_id == tasks.c.id))

    def parent_is_there(self, *, ended: bool = False) -> Condition:
        """See Expressions."""
        parent = tasks.alias("parent")
        there = select(1).select_from(parent).where(parent.c.id == tasks.c.parent_task_id)
        return exists(there.where(parent.c.status.in_(ENDED)) if ended else there)

    def has_open_child(self) -> Condition:
        """See Expressions."""
        child = tasks.alias("child")
        going_on = or_(child.c.status.is_(None), child.c.status.not_in(ENDED))
        below = select(1).select_from(child).where(child.c.parent_task_id == tasks.c.id, going_on)
        return exists(below)

    def names_a_parent(self) -> Condition:
        """See Expressions."""
        text = cast(tasks.c.metadata, Text)
        return text.op("~", is_comparison=True)(literal(ORPHAN_PATTERN, Text))

    def prefix(self, column: Expression, value: str) -> Condition:
        """See Expressions."""
        return func.starts_with(column, self.text_value(value))

    def text_value(self, value: str) -> Expression:
        """See Expressions. What Postgres cannot hold is equal to nothing that it does."""
        if "\0" in value or any("\ud800" <= c <= "\udfff" for c in value):
            return literal_column("NULL::text")
        return literal(value, Text)

    def time_within(
        self, column: Expression, bounds: Bounds, *, seek_low: bool = True, seek_high: bool = True
    ) -> Condition:
        """See Expressions."""
        if self._profile.is_spread:
            seek_low = seek_high = True  # Indexes are elsewhere, and so is whoever is to be asked.
        conditions: list[Condition] = []
        if bounds.low is not None:
            low = self._moment(str(column), bounds.low)
            side = column if seek_low else _unseekable(column)
            conditions.append(side > low if bounds.low_open else side >= low)
        if bounds.high is not None:
            high = self._moment(str(column), bounds.high)
            side = column if seek_high else _unseekable(column)
            conditions.append(side < high if bounds.high_open else side <= high)
        return and_(*conditions)

    def _moment(self, column: str, value: datetime) -> Expression:
        if column in self._profile.naive_times:
            return literal(value.astimezone(UTC).replace(tzinfo=None), DateTime())
        return literal(value, DateTime(timezone=True))

    def duration(self) -> Expression:
        """See Expressions. In microseconds; NULL where either time is infinite."""
        ends = ("completed_at", "started_at")
        naive = frozenset(end for end in ends if f"tasks.{end}" in self._profile.naive_times)
        if len(naive) != 1:
            return task_duration()
        return literal_column(postgres_duration("tasks.", naive), BigInteger)

    def duration_within(self, bounds: Bounds) -> Condition:
        """See Expressions."""
        return microseconds_within(self.duration(), bounds)

    def contains(self, column: Expression, pattern: str) -> Condition:
        """See Expressions. The C collation folds ASCII alone, whatever the server's language."""
        lowered = func.lower(column.collate("C"))
        plain = pattern.lower()[1:-1]
        if not re.search("[%_!]", plain):  # found by leaps, and not letter by letter
            return func.strpos(lowered, literal(plain, Text)) > 0
        return lowered.like(literal(pattern.lower(), Text), escape="!")

    def together(self, columns: Sequence[Expression]) -> Expression | None:
        """See Expressions. To make JSON a text, and to lower that, is what takes longest."""
        parts = [part for column in columns for part in (literal("\n", Text), column)]
        return func.concat(*parts[1:])

    def glob_escape(self, column: Expression) -> Condition:
        """See Expressions. The position is found fast, and spares most rows the pattern."""
        plain = column.collate("C")
        return and_(
            func.strpos(plain, literal("\\u00", Text)) > 0,
            plain.op("~", is_comparison=True)(literal(r"\\u00[2-7]", Text)),
        )

    def holds_nul(self, column: Expression) -> Condition | None:
        """See Expressions: there are none."""
        return None

    def ending(self, column: Expression, length: int) -> Expression:
        """See Expressions."""
        return func.right(column, length)

    def is_filled(self, column: Expression, *, json: bool) -> Condition:
        """See Expressions."""
        if not json:
            return column != ""  # NULL is not; said so, other servers can be asked it
        bare = func.btrim(cast(column, Text), literal(_WHITE, Text))
        first = func.left(bare, 1)
        rest = func.ltrim(func.substr(bare, 2), literal(_WHITE, Text))
        empty = or_(
            bare.in_(["null", '""']),
            and_(first == "{", rest == "}"),
            and_(first == "[", rest == "]"),
        )
        return func.coalesce(~empty, false())

    def is_there(self, value: Expression) -> Condition:
        """See Expressions."""
        return value.is_not(None)

    def stored_at(self, place: Expression, places: Sequence[Any]) -> Condition:
        """See Expressions."""
        return self.idents(place, places)

    def unindexed(self, by: Expression) -> Expression:
        """See Expressions."""
        assert isinstance(by, UnaryExpression)
        return UnaryExpression(func.coalesce(by.element, by.element), modifier=by.modifier)

    def lowest_time(self, column: Expression) -> Expression:
        """See Expressions."""
        naive = str(column) in self._profile.naive_times
        return literal_column(f"'-infinity'::{'timestamp' if naive else 'timestamptz'}")

    def to_key(self, name: str, value: Any) -> KeyValue:
        """See Expressions: times in ISO 8601 with microseconds."""
        if isinstance(value, datetime):
            return value.isoformat()
        return str(value) if isinstance(value, UUID) else value

    def from_key(self, name: str, value: KeyValue) -> Expression:
        """See Expressions."""
        if value is None:
            return literal_column("NULL")
        if name in {"id", PLACE}:
            return literal(UUID(str(value)), Uuid)
        if name.rpartition(".")[2] in _TIMES:
            if str(value).startswith("@"):
                far = FarTime.of(in_64_bits(FarTime(value).microseconds))
                return literal(far, DateTime(timezone=name not in self._profile.naive_times))
            moment = datetime.fromisoformat(str(value))
            return self._moment(name, moment if moment.tzinfo else moment.replace(tzinfo=UTC))
        if name == "duration":
            return literal(in_64_bits(int(value)), BigInteger)
        return self.text_value(str(value))


def _unseekable(column: Expression) -> Expression:
    """Give the same value as an expression that no index is on."""
    return column + literal(timedelta(0), Interval)
