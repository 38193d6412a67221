"""Reads and writes lengths of time, such as `1.5s`, `250ms` or `1h30m`, to the microsecond."""

from __future__ import annotations

import re
from datetime import timedelta
from fractions import Fraction

from taskview_core.query.faults import BadValueError, shown

ALLOWED = (
    "a length is a number and w, d, h, m, s, ms or us, or several with the largest first, "
    "such as 5s, 1.5s, 250ms or 1h30m"
)

_UNITS = {
    "w": 604_800_000_000,
    "d": 86_400_000_000,
    "h": 3_600_000_000,
    "m": 60_000_000,
    "s": 1_000_000,
    "ms": 1_000,
    "us": 1,
}
"""Each unit in microseconds, the largest first."""
_ORDER = list(_UNITS)
_PART = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,15})?)(us|ms|w|d|h|m|s)")
_WHOLE = re.compile(rf"(-?)((?:{_PART.pattern})+)")
_BEGUN = re.compile(
    r"-?(?:[0-9]{1,15}(?:\.[0-9]{1,15})?(?:us|ms|[wdhms]))*[0-9]{0,15}\.?[0-9]{0,15}u?"
)
_LOOSE_PART = re.compile(r"([0-9]{1,15}(?:[.,][0-9]{1,15})?)\s*([a-zµμ]*)[\s,]*")
_SPELLED = {
    "sec": "s",
    "min": "m",
    "msec": "ms",
    "milli": "ms",
    "millisecond": "ms",
    "usec": "us",
    "micro": "us",
    "microsecond": "us",
    "µs": "us",
    "μs": "us",
    "second": "s",
    "minute": "m",
    "hr": "h",
    "hour": "h",
    "day": "d",
    "week": "w",
    "": "s",
}


def parse_duration(text: str) -> timedelta:
    """Read a length, rounded to the microsecond; raise BadValueError that offers the nearest.

    A `-` before it makes it negative, as the duration of a task is that ended before it began.
    """
    found = _WHOLE.fullmatch(text)
    length = _add_up(found[1], _PART.findall(found[2])) if found else None
    if length is None:
        raise BadValueError(
            f'"{shown(text)}" is not a length of time',
            ALLOWED,
            nearest=_nearest(text),
            incomplete=bool(_BEGUN.fullmatch(text)) and not found,
        )
    return length


def _add_up(sign: str, parts: list[tuple[str, str]]) -> timedelta | None:
    """Give the sum of the parts; None where they are out of order or too long."""
    places = [_ORDER.index(unit) for _, unit in parts]
    if not parts or places != sorted(set(places)):
        return None
    total = round(sum(Fraction(number) * _UNITS[unit] for number, unit in parts))
    try:
        return timedelta(microseconds=-total if sign else total)
    except OverflowError:
        return None


def format_duration(length: timedelta) -> str:
    """Write a length so that `parse_duration` reads the same again."""
    total = length // timedelta(microseconds=1)
    sign, rest = ("-", -total) if total < 0 else ("", total)
    parts = []
    for unit in ("d", "h", "m"):
        amount, rest = divmod(rest, _UNITS[unit])
        if amount:
            parts.append(f"{amount}{unit}")
    seconds, micros = divmod(rest, _UNITS["s"])
    if micros and (seconds or parts):
        parts.append(f"{seconds}.{micros:06}".rstrip("0") + "s")
    elif micros:
        parts.append(f"{micros}us" if micros % 1000 else f"{micros // 1000}ms")
    elif seconds or not parts:
        parts.append(f"{seconds}s")
    return sign + "".join(parts)


def _nearest(text: str) -> str | None:
    """Guess at units that are spelled out, missing, or in another order."""
    bare = text.strip().lower()
    sign, bare = ("-", bare[1:].lstrip()) if bare.startswith("-") else ("", bare)
    at, amounts = 0, dict.fromkeys(_UNITS, Fraction(0))
    while at < len(bare):
        found = _LOOSE_PART.match(bare, at)
        if found is None:
            return None
        word = found[2]
        unit = (
            word if word in _UNITS else _SPELLED.get(word) or _SPELLED.get(word.removesuffix("s"))
        )
        if unit is None:
            return None
        amounts[unit] += Fraction(found[1].replace(",", "."))
        at = found.end()
    total = round(sum(amount * _UNITS[unit] for unit, amount in amounts.items()))
    try:
        length = timedelta(microseconds=-total if sign else total)
    except OverflowError:
        return None
    return format_duration(length) if bare else None
