"""Reads and writes times: ISO 8601 moments and days, and ages such as `2h`.

A time without a zone is UTC. An age is a whole number and one of s m h d w (seconds, minutes,
hours, days, weeks before now); it stays relative until a query runs.
"""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime, timedelta

from taskview_core.query.durations import parse_duration
from taskview_core.query.faults import BadValueError, shown
from taskview_core.query.terms import Ago, Moment, TimePoint

ALLOWED = (
    "a time is ISO 8601, such as 2026-01-31, 2026-01-31T10:00 (UTC) or 2026-01-31T10:00+01:00, "
    "or an age: a whole number and s, m, h, d or w"
)

_AGO = re.compile(r"([0-9]{1,9})([smhdw])")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)"
    r"(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
_BEGUN = re.compile(
    r"[0-9]{1,9}|[0-9]{4}-[0-9]{0,2}|[0-9]{4}-[0-9]{2}-[0-9]?"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}[T ](?:[0-9]{0,2}|[0-9]{2}:[0-9]?"
    r"|[0-9]{2}:[0-9]{2}(?::[0-9]{0,2}|:[0-9]{2}\.[0-9]{0,6})?(?:[+-][0-9]{0,2}:?[0-9]?)?)"
)
_LIKE_A_MOMENT = re.compile(
    r"([0-9]{4})(?:[-/._]([0-9]{1,2})(?:[-/._]([0-9]{1,2}))?)?"
    r"(?:[Tt\s_]+([0-9]{1,2})(?::?([0-9]{2})(?::?([0-9]{2})(?:[.,]([0-9]+))?)?)?"
    r"\s*(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?",
    re.IGNORECASE,
)
_RUN_OF_EIGHT = re.compile(r"^([0-9]{4})([0-9]{2})([0-9]{2})(?![0-9])")
_UNITS = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}
_WORDS = {"now": "0s", "today": "24h", "yesterday": "48h", "week": "1w", "hour": "1h", "day": "1d"}


def parse_time(text: str) -> TimePoint:
    """Read a time; raise BadValueError (a UsageError) that offers the nearest."""
    ago = _AGO.fullmatch(text)
    if ago:
        return Ago(int(ago[1]), ago[2])
    try:
        return _parse_absolute(text)
    except (ValueError, OverflowError):
        raise BadValueError(
            f'"{shown(text)}" is not a time',
            ALLOWED,
            nearest=_nearest(text),
            incomplete=bool(_BEGUN.fullmatch(text)) and not _MOMENT.fullmatch(text),
        ) from None


def _parse_absolute(text: str) -> Moment:
    """Read a day or a moment; raise ValueError, or OverflowError outside the years 1 to 9999."""
    if _DAY.fullmatch(text):
        return Moment(datetime.fromisoformat(text).replace(tzinfo=UTC), day=True)
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise ValueError(text)
    day, clock, zone = found.groups()
    moment = datetime.fromisoformat(f"{day}T{clock}{zone or 'Z'}")
    return Moment(moment.astimezone(UTC))


def format_time(point: TimePoint) -> str:
    """Write a time so that `parse_time` reads the same again."""
    if isinstance(point, Ago):
        return str(point)
    utc = point.at.astimezone(UTC)
    if point.day:
        return utc.date().isoformat()
    return f"{utc.replace(tzinfo=None).isoformat()}Z"


def _nearest(text: str) -> str | None:
    bare = text.strip().lower()
    if bare.isdigit() and len(bare) != 8:
        return None
    if bare in _WORDS:
        return _WORDS[bare]
    dashed = _RUN_OF_EIGHT.sub(r"\1-\2-\3", text.strip())
    found = _LIKE_A_MOMENT.fullmatch(dashed)
    if found:
        return _mended(found)
    return _as_age(bare.removesuffix("ago").strip())


def _mended(found: re.Match[str]) -> str | None:
    """Bring every number of a time into its range."""
    year, month, day = int(found[1]), int(found[2] or 1), int(found[3] or 1)
    if year == 0:
        return None
    month = min(max(month, 1), 12)
    day = min(max(day, 1), calendar.monthrange(year, month)[1])
    date = f"{year:04}-{month:02}-{day:02}"
    if found[4] is None:
        return date
    clock = f"{min(int(found[4]), 23):02}:{min(int(found[5] or 0), 59):02}"
    if found[6]:
        clock += f":{min(int(found[6]), 59):02}"
    if found[7]:
        clock += f".{found[7][:6]}"
    mended = f"{date}T{clock}{(found[8] or '').upper()}"
    try:
        _parse_absolute(mended)
    except (ValueError, OverflowError):
        return date
    return mended


def _as_age(text: str) -> str | None:
    """Write a duration such as 1h30m or 2 hours as a whole number of one unit."""
    try:
        length = abs(parse_duration(text))
    except BadValueError as error:
        if error.nearest is None:
            return None
        length = abs(parse_duration(error.nearest))
    seconds = round(length / timedelta(seconds=1))
    unit = next(unit for unit, size in _UNITS.items() if seconds % size == 0)
    if seconds == 0:
        unit = "s"
    amount = seconds // _UNITS[unit]
    return f"{amount}{unit}" if amount < 10**9 else None
