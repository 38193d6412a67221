"""Times as SQLite databases hold them: text in several forms, or numbers since 1970.

What is a time is said twice: here for what is shown, and in `sql.sqlite_time` for what is
filtered, sorted and measured. Both read the same values, to the same microsecond.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

EARLIEST = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
LATEST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
"""The first and the last time there is, in microseconds since 1970."""

_TIME = re.compile(
    r"""
    (?P<day> \d{4}-[01]\d-[0-3]\d )
    (?: [ Tt] (?P<clock> [0-2]\d:[0-5]\d (?: :[0-5]\d (?: [.,] (?P<fraction> \d+ ) )? )? )
        (?P<zone> [Zz] | (?P<sign> [+-] ) (?P<hours> [01]\d ) (?: :? (?P<minutes> [0-5]\d ) )? )?
    )?
    """,
    re.ASCII | re.VERBOSE,
)
"""A time as text: a day that there is, in the years from 1 to 9999; or after a blank or a `T` also
hours and minutes, seconds, a fraction of any length (cut to microseconds), and a zone."""

_USUAL = re.compile(r"\d{4}-[01]\d-[0-3]\d [0-2]\d:[0-5]\d:[0-5]\d(?:\.\d{6})?", re.ASCII)
"""A time as SQLAlchemy stores it: nearly all are, and a tree has four for each of 100,000 tasks."""

_WHOLE = 2.0**52
"""From here on a float has no fraction that could be rounded."""


def write_time(value: datetime) -> str:
    """Give a time as SQLAlchemy stores it: `2026-01-31 10:00:00.000000`, in UTC."""
    utc = value.astimezone(UTC) if value.tzinfo else value
    return utc.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")


def read_time(value: object) -> datetime | None:
    """Read a stored time; one without a zone is UTC. None for NULL and for what is no time.

    A number is seconds since 1970, or where it is too large for that milli-, micro- or
    nanoseconds: the unit under which it lies before the year 5138 (10**11 seconds).
    """
    try:
        if isinstance(value, str):
            return _of_text(value)
        if isinstance(value, (int, float)):
            return _EPOCH + timedelta(microseconds=to_microseconds(value))
    except (OverflowError, ValueError):
        return None  # There is no such day or hour, or it is too far away.
    return None


def _of_text(text: str) -> datetime | None:
    if is_usual(text):
        return usual_time(text)
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    local = datetime.fromisoformat(f"{found['day']}T{(found['clock'] or '00:00')[:8]}+00:00")
    local += timedelta(microseconds=int(f"{found['fraction'] or '':0<6.6}"))
    if found["sign"] is None:
        return local
    ahead = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"] or 0))
    return local - ahead if found["sign"] == "+" else local + ahead


is_usual: Callable[[str], object] = _USUAL.fullmatch
"""Whether a text is a time as SQLAlchemy stores it, or looks as much like one as 30 February."""


def usual_time(text: str) -> datetime | None:
    """Read a text that `is_usual`; None where there is no such day or hour."""
    try:
        return datetime.fromisoformat(f"{text}+00:00")
    except ValueError:
        return None


def to_microseconds(number: float) -> int:
    """Give a number of seconds, milli-, micro- or nanoseconds since 1970 in microseconds.

    Raises OverflowError and ValueError for the floats that are no numbers.
    """
    if isinstance(number, int):
        return _of_integer(number)
    size = abs(number)
    if size < 1e11:
        return _rounded(number * 1_000_000)
    if size < 1e14:
        return _rounded(number * 1_000)
    return _rounded(number if size < 1e17 else number / 1_000)


def _of_integer(number: int) -> int:
    size = abs(number)
    if size < 10**17:
        return number * (1_000_000 if size < 10**11 else 1_000 if size < 10**14 else 1)
    return size // 1_000 if number > 0 else -(size // 1_000)


def _rounded(number: float) -> int:
    """Round as SQLite does: a half away from zero."""
    return int(number if abs(number) > _WHOLE else number + (-0.5 if number < 0 else 0.5))
