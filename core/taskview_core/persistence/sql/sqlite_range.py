"""Ranges of stored times on SQLite: where an index is entered, and how each row is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    and_,
    case,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    true,
)

from taskview_core.persistence.sql.expressions import Bounds, Condition, Expression
from taskview_core.persistence.sql.odd_times import odd_time
from taskview_core.persistence.sql.profile import Profile
from taskview_core.persistence.sql.sqlite_time import microseconds, told_by_text

_FARTHEST = timedelta(hours=20)
"""No time zone that `stored_time` reads is as far from UTC."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_EARLY = datetime.min.replace(tzinfo=UTC) + _DAY
_LATE = datetime.max.replace(tzinfo=UTC) - 2 * _DAY
_SECOND = 19
"""How long a text is until the end of its seconds."""
_LAST = "~"
"""Sorts after whatever follows the seconds of a time."""
_FIRST_TEXT, _NO_DIGIT = "", ":"
"""From the one on there is text, and from the other on none that begins with a digit."""


def time_within(
    profile: Profile, column: Expression, bounds: Bounds, *, seek_low: bool, seek_high: bool
) -> Condition:
    """See Expressions.

    The exact comparison is made in microseconds, whatever the form of the time. Before it stands
    one that an index can be entered by: the day before and the day after as text, which every form
    of ISO 8601 with any time zone sorts between. Numbers sort before text. Most rows are told by
    their text alone.

    Where an index holds the odd times, it is entered at the very second, or where the first odd
    time of the day before is, if there is one.
    """
    reach = _Range(profile, column, bounds)
    conditions: list[Condition] = []
    if bounds.low is not None and seek_low and bounds.low > _EARLY:
        conditions.append(reach.not_before())
    if bounds.high is not None and seek_high and bounds.high < _LATE:
        conditions.append(reach.not_after())
    return and_(*conditions, reach.told())


_NUMBERS: list[Expression] = [literal_column("'integer'"), literal_column("'real'")]
"""What SQLite calls them: words of the statement, no values, of which there may be any number."""


class _Range:
    """The words for one column and its bounds."""

    def __init__(self, profile: Profile, column: Expression, bounds: Bounds) -> None:
        self._profile, self._column, self._bounds = profile, column, bounds
        self._low = "" if bounds.low is None else _usual_text(bounds.low)
        self._high = "" if bounds.high is None else _usual_text(bounds.high)
        self._from = self._low[:_SECOND] or _FIRST_TEXT
        self._to = self._high[:_SECOND] or _NO_DIGIT
        self._knows_odd = str(column) in profile.odd_times

    def not_before(self) -> Condition:
        """Hold for text from the lower bound on, and for numbers, which may be any time.

        An index is entered there where its first value, one seek away, is no number.
        """
        column, day = self._column, _usual_text(self._bounds.low - _DAY)[:10]
        if str(column) not in self._profile.leading:
            return or_(column >= day, column < "")
        entry: Expression = literal(day)
        if self._knows_odd:
            second = self._from
            odd = self._elsewhere("odd_before")
            first_odd = select(func.min(odd)).where(_is_odd(odd), odd >= day, odd < second)
            entry = func.coalesce(first_odd.scalar_subquery(), second)
        first = self._elsewhere("first_of_all")
        kind = func.typeof(func.min(first))
        all_numbers: Expression = literal_column("-9e999")
        entry = case((kind.in_(_NUMBERS), all_numbers), else_=entry)
        return column >= select(entry).scalar_subquery()

    def not_after(self) -> Condition:
        """Hold for what sorts up to the upper bound."""
        column = self._column
        day = _usual_text(self._bounds.high + _DAY + _FARTHEST)[:10]
        if not self._knows_odd:
            return column < day
        second = self._to
        odd = self._elsewhere("odd_after")
        last_odd = select(func.max(odd)).where(_is_odd(odd), odd > second, odd < day)
        # Those with a T sort after all others of the day.
        lettered, other = _with_t(second), self._elsewhere("with_t")
        last = select(func.max(other)).where(other >= lettered[:11], other < lettered + _LAST)
        return column <= func.max(
            second + _LAST,
            *(func.coalesce(each.scalar_subquery(), "") for each in (last_odd, last)),
        )

    def told(self) -> Condition:
        """Hold for what lies within the bounds, exactly."""
        name = str(self._column)
        told = told_by_text(name, self._beside_text(), self._exactly())
        if not self._knows_odd:
            return told
        # No function is called for a row: it would cost more than to read it.
        odd = self._elsewhere("odd_within")
        within = select(odd).where(_is_odd(odd), odd >= self._from, odd < self._to)
        none_odd = not_(within.exists())
        return case((and_(*self._surely(), none_odd), true()), else_=told)

    def _surely(self) -> list[Condition]:
        """Hold for texts that lie within by a second or more, if they are not odd."""
        column, second = self._column, self._from
        before = column < self._to
        if second == _FIRST_TEXT:
            return [column >= second, before]
        lettered = _with_t(second)
        same_day = and_(column > second + _LAST, column < lettered[:11])
        return [or_(same_day, column > lettered + _LAST), before]

    def _beside_text(self) -> list[Condition]:
        """Compare with bounds that are written the usual way."""
        column, bounds = self._column, self._bounds
        sides: list[Condition] = []
        if bounds.low is not None:
            sides.append(column > self._low if bounds.low_open else column >= self._low)
        if bounds.high is not None:
            sides.append(column < self._high if bounds.high_open else column <= self._high)
        return sides

    def _exactly(self) -> Condition:
        """Compare in microseconds; what they are is said once, for it takes many words."""
        bounds, moment = self._bounds, microseconds(str(self._column))
        low = None if bounds.low is None else _since_1970(bounds.low) + bounds.low_open
        high = None if bounds.high is None else _since_1970(bounds.high) - bounds.high_open
        if low is None:
            return moment <= high
        return moment >= low if high is None else moment.between(low, high)

    def _elsewhere(self, alias: str) -> Expression:
        """Give the same column, to be looked at beside the rows of the list."""
        table: Expression = self._column.table.alias(alias).c[self._column.name]
        return table


def _is_odd(column: Expression) -> Condition:
    return literal_column(f"({odd_time(str(column))})")


def _with_t(second: str) -> str:
    return f"{second[:10]}T{second[11:]}"


def _usual_text(moment: datetime) -> str:
    """Write a time the way that SQLAlchemy does."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _since_1970(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)
