"""Times as traces write them, in nanoseconds since 1970."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from math import isfinite

from taskview_core.entities.payload import JsonValue

NANO = 1
MICRO = 1_000
SECOND = 1_000_000_000

_ISO = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,12}))?\s*(Z|z|[+-]\d\d:?\d\d|UTC)?"
)
_NUMBER = re.compile(r"-?\d{1,25}(?:\.\d+)?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = 253_402_300_800 * SECOND
"""The end of the year 9999."""


def nanoseconds(value: JsonValue, unit: int | None = None) -> int | None:
    """Read a time: a number, one in quotes, `[seconds, nanoseconds]`, or ISO 8601 (else UTC).

    `unit` is what a number counts, in nanoseconds; unless it is known, its size tells. None where
    there is no time: nothing, zero, or what lies out of the years 1970 to 9999.
    """
    found: int | None = None
    if isinstance(value, list):
        if len(value) == 2 and all(_is_number(part) for part in value):
            found = _scaled(value[0], SECOND)
            rest = _scaled(value[1], NANO)
            found = None if found is None or rest is None else found + rest
    elif isinstance(value, str):
        text = value.strip()
        if _NUMBER.fullmatch(text):
            found = _number(float(text) if "." in text else int(text), unit)
        else:
            found = _iso(text)
    elif _is_number(value):
        found = _number(value, unit)
    return found if found is not None and 0 < found < _LAST else None


def duration(value: JsonValue, unit: int) -> int | None:
    """Read a length of time, in nanoseconds; None where there is none."""
    if isinstance(value, list) and len(value) == 2 and all(_is_number(part) for part in value):
        whole, rest = _scaled(value[0], SECOND), _scaled(value[1], NANO)
        return None if whole is None or rest is None else max(whole + rest, 0)
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value)
    found = _scaled(value, unit)
    return None if found is None or not 0 <= found < _LAST else found


def iso(ns: int | None) -> str | None:
    """Write a time as ISO 8601, to the microsecond; None where there is none that we can store."""
    if ns is None or not 0 <= ns < _LAST:
        return None
    return (_EPOCH + timedelta(microseconds=ns // MICRO)).isoformat(timespec="microseconds")


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(value: JsonValue, unit: int | None) -> int | None:
    if unit is not None or not isinstance(value, int | float):
        return _scaled(value, unit or NANO)
    for least, size in ((10**17, NANO), (10**14, MICRO), (10**11, 1_000_000)):
        if value >= least:
            return _scaled(value, size)
    return _scaled(value, SECOND)


def _scaled(value: JsonValue, unit: int) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, int):
        return value * unit
    return int(value * unit) if isfinite(value) and abs(value) < 1e25 else None


def _iso(text: str) -> int | None:
    parts = _ISO.fullmatch(text)
    if parts is None:
        return None
    zone = (parts[4] or "Z").upper().replace("UTC", "Z").replace("Z", "+00:00")
    try:
        whole = datetime.fromisoformat(f"{parts[1]}T{parts[2]}{zone}")
    except ValueError:
        return None
    passed = whole - _EPOCH
    fraction = int((parts[3] or "0").ljust(9, "0")[:9])
    return (passed.days * 86_400 + passed.seconds) * SECOND + fraction
