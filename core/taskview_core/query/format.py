"""Writes terms as text that parses back to the same terms, with as few quotes as that takes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import assert_never

from taskview_core.query.durations import format_duration
from taskview_core.query.parse import is_plain
from taskview_core.query.terms import (
    DurationTerm,
    HasTerm,
    IdTerm,
    IsTerm,
    MetadataTerm,
    Moment,
    Pattern,
    TaskTerm,
    TextField,
    TextTerm,
    TimeKey,
    TimeTerm,
    ValueKey,
    ValueTerm,
)
from taskview_core.query.times import format_time

_BARE_TEXT = re.compile(r'[^\s"]\S*')
_BARE_LISTED = re.compile(r'[^\s",][^\s,]*')
_BARE_PATH_PART = re.compile(r'[^\s".:][^\s.:]*')


def format_terms(terms: Iterable[TaskTerm]) -> str:
    """Give the text of these terms; raise ValueError for one that no text stands for."""
    return " ".join(format_term(term) for term in terms)


def format_term(term: TaskTerm) -> str:
    """Give the text of one term.

    No text stands for an empty search text, a status as a prefix, no values, a range without
    ends, or bounds that `since:` and `until:` do not have: those raise ValueError.
    """
    return f"{'-' if term.denied else ''}{_undenied(term)}"


def quote(text: str) -> str:
    """Put a text in quotes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _undenied(term: TaskTerm) -> str:
    match term:
        case TextTerm():
            return _text(term)
        case ValueTerm(key, patterns):
            if not patterns:
                raise ValueError(f"no value in {term}")
            return f"{key.value}:{','.join(_listed(key, pattern) for pattern in patterns)}"
        case IdTerm(key, value):
            return f"{key.value}:{value}"
        case IsTerm(kind):
            return f"is:{kind.value}"
        case HasTerm(kind):
            return f"has:{kind.value}"
        case TimeTerm():
            return f"{term.key.value}:{_time(term)}"
        case DurationTerm():
            low = None if term.low is None else format_duration(term.low)
            high = None if term.high is None else format_duration(term.high)
            return f"duration:{_bounds(term, low, high, single=term.low == term.high)}"
        case MetadataTerm(path, pattern):
            if not path:
                raise ValueError(f"no path in {term}")
            parts = (part if _BARE_PATH_PART.fullmatch(part) else quote(part) for part in path)
            return f"metadata.{'.'.join(parts)}:{_pattern(pattern, _BARE_TEXT)}"
        case _:
            assert_never(term)


def _text(term: TextTerm) -> str:
    text = term.text
    if not text:
        raise ValueError(f"no text in {term}")
    if term.where is not TextField.ANY:
        return f"{term.where.value}:{text if _BARE_TEXT.fullmatch(text) else quote(text)}"
    dashes = term.denied and text.startswith("-")
    return text if _BARE_TEXT.fullmatch(text) and is_plain(text) and not dashes else quote(text)


def _listed(key: ValueKey, pattern: Pattern) -> str:
    if key is not ValueKey.STATUS:
        return _pattern(pattern, _BARE_LISTED)
    if pattern.prefix:
        raise ValueError(f"a status is not matched by its beginning: {pattern}")
    return _pattern(pattern, _BARE_LISTED)


def _pattern(pattern: Pattern, bare: re.Pattern[str]) -> str:
    value = pattern.value
    if pattern.prefix:
        return f"{value if not value or bare.fullmatch(value) else quote(value)}*"
    return value if bare.fullmatch(value) and not value.endswith("*") else quote(value)


def _time(term: TimeTerm) -> str:
    low = None if term.low is None else format_time(term.low)
    high = None if term.high is None else format_time(term.high)
    if term.key in {TimeKey.SINCE, TimeKey.UNTIL}:
        point, other, is_open = (
            (low, high, term.low_open) if term.key is TimeKey.SINCE else (high, low, term.high_open)
        )
        if point is None or other is not None or is_open:
            raise ValueError(f"{term.key.value}: has one bound, which belongs to it: {term}")
        return point
    return _bounds(term, low, high, single=isinstance(term.low, Moment) and term.low == term.high)


def _bounds(
    term: TimeTerm | DurationTerm, low: str | None, high: str | None, *, single: bool
) -> str:
    """Write bounds; `single` says that equal bounds may be written as one value."""
    if low is not None and high is not None:
        if single and not term.low_open and not term.high_open:
            return low
        return f"{'>' if term.low_open else ''}{low}..{'<' if term.high_open else ''}{high}"
    if low is not None:
        return f"{'>' if term.low_open else '>='}{low}"
    if high is not None:
        return f"{'<' if term.high_open else '<='}{high}"
    raise ValueError(f"no bounds in {term}")
