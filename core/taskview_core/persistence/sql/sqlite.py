"""SQLite's words. Ids and times are compared as they are stored, in whatever form that is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Integer,
    LargeBinary,
    Text,
    and_,
    cast,
    false,
    func,
    literal,
    literal_column,
    or_,
)
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from taskview_core.entities import Ident
from taskview_core.persistence.sql.expressions import (
    Bounds,
    Condition,
    Expression,
    microseconds_within,
)
from taskview_core.persistence.sql.lengths import TaskDuration, task_duration
from taskview_core.persistence.sql.profile import IdStyle, Profile
from taskview_core.persistence.sql.sqlite_time import microseconds
from taskview_core.query.page import KeyValue

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_BLOB = "\0blob:"
"""How a cursor carries a sort value that is stored as bytes: this, and hex digits."""
_WHITE = " \t\n\r"


class SqliteExpressions:
    """Comparisons for one SQLite database."""

    names_nulls = False
    bounds_rows = False

    def __init__(self, profile: Profile) -> None:
        self._profile = profile

    def ident(self, column: Expression, value: Ident) -> Condition:
        """See Expressions."""
        forms = self._forms(value)
        # One form, one equality: an IN list cannot be read in the order of an index.
        return column == forms[0] if len(forms) == 1 else column.in_(forms)

    def idents(self, column: Expression, values: Sequence[Ident]) -> Condition:
        """See Expressions."""
        return column.in_([form for value in values for form in self._forms(value)])

    def any_form(self, column: Expression, value: Ident) -> Condition:
        """Hold where a column holds an id in either form; quick on a unique column."""
        return column.in_(_every_form(value) if isinstance(value, UUID) else [value])

    def _forms(self, value: Ident) -> list[str]:
        if not isinstance(value, UUID):
            return [value]
        if self._profile.ids is IdStyle.HEX:
            return [value.hex]
        if self._profile.ids is IdStyle.DASHED:
            return [str(value)]
        return _every_form(value)

    def ident_prefix(self, column: Expression, digits: str) -> Condition:
        """See Expressions."""
        dashed = "-".join(
            part
            for part in (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
            if part
        )
        forms = {digits, dashed, digits.upper(), dashed.upper()}
        return or_(*(and_(column >= form, column < form + "~") for form in sorted(forms)))

    def same_ident(self, left: Expression, right: Expression) -> Condition:
        """See Expressions."""
        if self._profile.ids is IdStyle.MIXED:
            bare = [func.lower(func.replace(side, "-", "")) for side in (left, right)]
            return bare[0] == bare[1]
        return left == right

    def prefix(self, column: Expression, value: str) -> Condition:
        """See Expressions."""
        text = self.text_value(value)
        return and_(column >= text, func.substr(column, 1, func.length(text)) == text)

    def text_value(self, value: str) -> Expression:
        """See Expressions. Bytes that were no UTF-8 go back as the bytes that they were."""
        try:
            value.encode()
        except UnicodeEncodeError:
            raw = value.encode("utf-8", "surrogateescape" if _escaped(value) else "surrogatepass")
            return cast(literal(raw, LargeBinary), Text)
        return literal(value)

    def time_within(
        self, column: Expression, bounds: Bounds, *, seek_low: bool = True, seek_high: bool = True
    ) -> Condition:
        """See Expressions.

        The exact comparison is made in microseconds, whatever the form of the time. Before it
        stands one that an index can be entered by: the day before and the day after as text,
        which every form of ISO 8601 with any time zone sorts between.
        """
        conditions: list[Condition] = []
        moment = microseconds(str(column))
        seeks = not self._profile.numeric_times
        if bounds.low is not None:
            low = _since_1970(bounds.low)
            if seeks and seek_low and bounds.low > datetime.min.replace(tzinfo=UTC) + _DAY:
                conditions.append(column >= f"{bounds.low - _DAY:%Y-%m-%d}".zfill(10))
            conditions.append(moment > low if bounds.low_open else moment >= low)
        if bounds.high is not None:
            high = _since_1970(bounds.high)
            if seeks and seek_high and bounds.high < datetime.max.replace(tzinfo=UTC) - 2 * _DAY:
                conditions.append(column < f"{bounds.high + 2 * _DAY:%Y-%m-%d}".zfill(10))
            conditions.append(moment < high if bounds.high_open else moment <= high)
        return and_(*conditions)

    def duration(self) -> Expression:
        """See Expressions. In microseconds."""
        return task_duration()

    def duration_within(self, bounds: Bounds) -> Condition:
        """See Expressions."""
        return microseconds_within(self.duration(), bounds)

    def contains(self, column: Expression, pattern: str) -> Condition:
        """See Expressions."""
        return column.like(pattern, escape="!")

    def glob_escape(self, column: Expression) -> Condition:
        """See Expressions."""
        return column.op("GLOB", is_comparison=True)("*\\u00[2-7]*")

    def holds_nul(self, column: Expression) -> Condition | None:
        """See Expressions."""
        return func.instr(column, func.char(0)) > 0

    def is_filled(self, column: Expression, *, json: bool) -> Condition:
        """See Expressions."""
        if not json:
            return func.coalesce(func.length(cast(column, LargeBinary)), 0) > 0
        bare = func.trim(cast(column, Text), _WHITE)
        first = func.substr(bare, 1, 1)
        rest = func.ltrim(func.substr(bare, 2), _WHITE)
        empty = or_(
            bare.in_(["null", '""']),
            and_(first == "{", rest == "}"),
            and_(first == "[", rest == "]"),
        )
        return func.coalesce(~empty, false())

    def is_there(self, value: Expression) -> Condition:
        """See Expressions. IS NOT NULL enters no index; the least value that there is does.

        Beside a column of texts a number is turned into text: there the empty one is the least.
        """
        if isinstance(value, TaskDuration) or str(value) in self._profile.number_typed:
            return value >= literal_column("-9e999")
        if str(value) in self._profile.text_typed:
            return value >= literal_column("''")
        return value.is_not(None)

    def unindexed(self, by: Expression) -> Expression:
        """See Expressions."""
        assert isinstance(by, UnaryExpression)
        bare: Expression = UnaryExpression(by.element.self_group(), operator=custom_op("+"))
        return UnaryExpression(bare, modifier=by.modifier)

    def lowest_time(self, column: Expression) -> Expression:
        """See Expressions: numbers sort before text, and this before them."""
        return literal(-(2**63), Integer)

    def to_key(self, name: str, value: Any) -> KeyValue:
        """See Expressions: as stored."""
        return _BLOB + value.hex() if isinstance(value, bytes) else value

    def from_key(self, name: str, value: KeyValue) -> Expression:
        """See Expressions."""
        if isinstance(value, str) and value.startswith(_BLOB):
            return literal(bytes.fromhex(value.removeprefix(_BLOB)), LargeBinary)
        return self.text_value(value) if isinstance(value, str) else literal(value)


def _every_form(value: UUID) -> list[str]:
    return [value.hex, str(value), value.hex.upper(), str(value).upper()]


def _since_1970(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _escaped(value: str) -> bool:
    return all(not "\ud800" <= c <= "\udfff" or "\udc80" <= c <= "\udcff" for c in value)
