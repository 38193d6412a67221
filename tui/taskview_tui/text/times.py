"""Times and durations in words: ages, local and UTC times, waits and runs.

Nothing here raises for a time that makes no sense: databases hold all kinds of them.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from enum import Enum

from taskview_tui.text.local_zone import local_zone_name

MISSING = "–"
"""Stands for a time or duration that there is none of."""

ODD = "?"
"""Stands for a time that is stored, but cannot be read as one."""

RUNNING = "+"
"""Follows the duration of a task that is still running: so long, and more to come."""

IMPOSSIBLE = "!"
"""Follows a duration below zero."""

_MICROSECOND = timedelta(microseconds=1)
_MILLISECOND, _SECOND, _MINUTE = 1_000, 1_000_000, 60_000_000
_HOUR, _DAY, _YEAR = 60 * _MINUTE, 24 * 60 * _MINUTE, 365 * 24 * 60 * _MINUTE


class TimeDisplay(Enum):
    """How times are shown."""

    AGE = "age"
    LOCAL = "local"
    UTC = "utc"

    def next(self) -> TimeDisplay:
        """Give the way that comes after this one, round and round."""
        ways = list(TimeDisplay)
        return ways[(ways.index(self) + 1) % len(ways)]

    def label(self, now: datetime, zone: tzinfo | None = None) -> str:
        """Give a few words for a status line: `age`, `Europe/Berlin`, `UTC`.

        What is in force there now, as `CET`, would be wrong for times of the other half of the
        year; it stands for a zone without a name.
        """
        if self is TimeDisplay.AGE:
            return "age"
        name = None
        if self is TimeDisplay.LOCAL:
            name = local_zone_name() if zone is None else getattr(zone, "key", None)
        return name or _in_zone(now, self, zone)[1]


def aware(moment: datetime) -> datetime:
    """Give the moment with a zone: one that has none is meant to be in UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def age_text(moment: datetime | None, now: datetime) -> str:
    """Give the time since a moment by its greatest unit: `3m`, `2h`, `5d`; `in 3m` if to come."""
    if moment is None:
        return MISSING
    span = (aware(now) - aware(moment)) // _MICROSECOND
    text = _one_unit(abs(span))
    return f"in {text}" if span <= -_SECOND else text


def _one_unit(span: int) -> str:
    for unit, name in ((_YEAR, "y"), (_DAY, "d"), (_HOUR, "h"), (_MINUTE, "m")):
        # From two years on in years: "500d" says more than "1y".
        if span >= (2 * unit if name == "y" else unit):
            return f"{span // unit}{name}"
    return f"{span // _SECOND}s"


def _in_zone(moment: datetime, display: TimeDisplay, zone: tzinfo | None) -> tuple[datetime, str]:
    """Give a moment as the clocks of the display's zone show it, and that zone's name."""
    moment = aware(moment)
    if display is TimeDisplay.UTC:
        zone = UTC
    try:
        shown = moment.astimezone(zone)
    except (OverflowError, ValueError, OSError):
        # The first and last day of the calendar do not exist in every zone.
        return moment.replace(microsecond=0), moment.tzname() or "UTC"
    return shown, shown.tzname() or shown.strftime("%z")


def short_time(
    moment: datetime | None, display: TimeDisplay, now: datetime, zone: tzinfo | None = None
) -> str:
    """Give a time for a narrow column: an age, or `06-14 13:00 CEST`, or `2025-06-14 CEST`.

    The hour is left out in other years than that of `now`. `zone` is the local one, that of the
    machine unless given.
    """
    if moment is None:
        return MISSING
    if display is TimeDisplay.AGE:
        return age_text(moment, now)
    shown, name = _in_zone(moment, display, zone)
    if shown.year == _in_zone(now, display, zone)[0].year:
        return f"{shown:%m-%d %H:%M} {name}"
    return f"{shown.year:04}-{shown:%m-%d} {name}"


def exact_time(
    moment: datetime | None, display: TimeDisplay, now: datetime, zone: tzinfo | None = None
) -> str:
    """Give a time whole, to the microsecond where it has any; an age with the time in UTC."""
    if moment is None:
        return MISSING
    way = TimeDisplay.UTC if display is TimeDisplay.AGE else display
    shown, name = _in_zone(moment, way, zone)
    fraction = f".{shown.microsecond:06}".rstrip("0").rstrip(".")
    text = f"{shown.year:04}-{shown:%m-%d %H:%M:%S}{fraction} {name}"
    if display is not TimeDisplay.AGE:
        return text
    age = age_text(moment, now)
    return f"{age} ({text})" if age.startswith("in ") else f"{age} ago ({text})"


def duration_text(span: timedelta | None) -> str:
    """Give a duration: `340ms`, `1.2s`, `3m04s`, `2h10m`, `3d04h`. Nothing is rounded up.

    One below zero, which no clock can have measured, is marked: `-1.2s!`.
    """
    if span is None:
        return MISSING
    whole = span // _MICROSECOND
    if whole < 0:
        return f"-{_length(-whole)}{IMPOSSIBLE}"
    return _length(whole)


def _length(span: int) -> str:
    if span == 0:
        return "0s"
    if span < _MILLISECOND:
        return "<1ms"
    if span < _SECOND:
        return f"{span // _MILLISECOND}ms"
    if span < _MINUTE:
        return f"{span // _SECOND}.{span % _SECOND * 10 // _SECOND}s"
    if span < _HOUR:
        return f"{span // _MINUTE}m{span % _MINUTE // _SECOND:02}s"
    if span < _DAY:
        return f"{span // _HOUR}h{span % _HOUR // _MINUTE:02}m"
    if span < 1000 * _DAY:
        return f"{span // _DAY}d{span % _DAY // _HOUR:02}h"
    return f"{span // _YEAR}y"


def running_text(span: timedelta | None) -> str:
    """Give the time that a task has been running for, to the second, marked as still going on."""
    if span is None:
        return MISSING
    if timedelta(0) <= span < timedelta(minutes=1):
        return f"{span // timedelta(seconds=1)}s{RUNNING}"
    return duration_text(span) + RUNNING
