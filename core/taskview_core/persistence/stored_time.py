"""Times as SQLite databases hold them: text in several forms, or numbers since 1970."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def write_time(value: datetime) -> str:
    """Give a time as SQLAlchemy stores it: `2026-01-31 10:00:00.000000`, in UTC."""
    utc = value.astimezone(UTC) if value.tzinfo else value
    return utc.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")


def read_time(value: object) -> datetime | None:
    """Read a stored time; one without a zone is UTC. None for NULL and for what is no time.

    A number is seconds since 1970, or where it is too large for that milli-, micro- or
    nanoseconds: the unit under which it lies before the year 5138 (10**11 seconds).
    """
    if isinstance(value, str):
        try:
            parsed = datetime.fromisoformat(value)
        except ValueError:
            return None
        if parsed.tzinfo is None:
            return parsed.replace(tzinfo=UTC)
        try:
            return parsed.astimezone(UTC)
        except OverflowError:
            return None
    if isinstance(value, (int, float)):
        try:
            return _EPOCH + timedelta(microseconds=to_microseconds(value))
        except (OverflowError, ValueError):
            return None
    return None


def to_microseconds(number: float) -> int:
    """Give a number of seconds, milli-, micro- or nanoseconds since 1970 in microseconds."""
    size = abs(number)
    if size < 1e11:
        return round(number * 1_000_000)
    if size < 1e14:
        return round(number * 1_000)
    if size < 1e17:
        return round(number)
    return round(number / 1_000)
