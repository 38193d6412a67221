"""Reads what follows a key and its colon: one reader for each kind of value."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from enum import Enum
from typing import TypeAlias, TypeVar
from uuid import UUID

from taskview_core.entities import TaskStatus
from taskview_core.errors import FilterError
from taskview_core.query.bounds import ReadBounds, read_bounds, read_point
from taskview_core.query.durations import parse_duration
from taskview_core.query.faults import shown
from taskview_core.query.ids import parse_id, parse_uuid
from taskview_core.query.keys import TASK_KEYS
from taskview_core.query.lexer import Scanner
from taskview_core.query.terms import (
    Ago,
    DurationTerm,
    HasKind,
    HasTerm,
    IdKey,
    IdTerm,
    IsKind,
    IsTerm,
    MetadataTerm,
    Moment,
    Pattern,
    TaskTerm,
    TextField,
    TextTerm,
    TimeKey,
    TimePoint,
    TimeTerm,
    ValueKey,
    ValueTerm,
)
from taskview_core.query.times import parse_time

E = TypeVar("E", bound=Enum)
T = TypeVar("T")

Reader: TypeAlias = Callable[[Scanner, bool], TaskTerm]
"""Takes a value and makes the term of it; the flag says whether the term is denied."""

_WORD = re.compile(r"\S*")
_LISTED_VALUE = re.compile(r"[^\s,]*")
_PATH_PART = re.compile(r"[^\s.:]*")


def read_value(scanner: Scanner, name: str, denied: bool) -> TaskTerm:
    """Take what follows the key `name` and its colon; raise FilterError."""
    start = scanner.at - len(name) - 1
    if name == "metadata":
        rest = scanner.word()
        raise scanner.fault(
            "metadata: names no key of the metadata",
            f"write metadata.KEY:VALUE, such as {TASK_KEYS[name].example}; "
            'in quotes, "metadata:" is text to search for',
            start,
            rest.end,
            incomplete=not rest.text,
        )
    if scanner.at_break:
        raise _no_value(scanner, name, f"{name}:", start)
    return _READERS[name](scanner, denied)


def _no_value(scanner: Scanner, name: str, label: str, start: int) -> FilterError:
    label, help_ = shown(label), TASK_KEYS[name]
    takes = "a value" if name == "metadata" else help_.takes
    return scanner.fault(
        f"{label} has no value",
        f'it takes {takes}, such as {help_.example}; in quotes, "{label}" is text to search for',
        start,
        scanner.at,
        incomplete=True,
    )


def read_text(scanner: Scanner, what: str) -> str:
    """Take a word or a phrase, which must not be empty; `what` names it if it is."""
    piece = scanner.piece()
    scanner.end_term()
    if not piece.text:
        raise scanner.fault(
            f"{what} has nothing in its quotes",
            "write the text to search for between them",
            piece.start,
            piece.end,
        )
    return piece.text


def read_metadata(scanner: Scanner, denied: bool) -> MetadataTerm:
    """Take what follows `metadata.`: keys with dots between, quoted or not, a colon, a value."""
    start = scanner.at - len("metadata.")
    path: list[str] = []
    while True:
        part = scanner.piece(_PATH_PART)
        if not part.text and not part.quoted:
            raise scanner.fault(
                "a key is missing beside the dot",
                f"write metadata.KEY:VALUE, such as {TASK_KEYS['metadata'].example}; "
                'a key of no letters is ""',
                part.start - 1,
                min(part.end + 1, len(scanner.text)),
            )
        path.append(part.text)
        if scanner.take("."):
            continue
        colon = scanner.take(":")
        if scanner.at_break:
            raise _no_value(scanner, "metadata", scanner.text[start : scanner.at], start)
        if colon:
            break
        raise scanner.fault(
            "a dot or a colon must follow a key in quotes",
            'write metadata."KEY":VALUE',
            scanner.at,
            scanner.word().end,
        )
    pattern = _read_pattern(scanner, _WORD, prefixes=True)
    scanner.end_term()
    return MetadataTerm(tuple(path), pattern, denied)


def _read_pattern(scanner: Scanner, bare: re.Pattern[str], *, prefixes: bool) -> Pattern:
    """Take a value; a star after it, outside of its quotes, makes it a prefix."""
    piece = scanner.piece(bare)
    if piece.quoted:
        return Pattern(piece.text, prefixes and scanner.take("*") == "*")
    if prefixes and piece.text.endswith("*"):
        return Pattern(piece.text[:-1], prefix=True)
    return Pattern(piece.text)


def _text_reader(field: TextField) -> Reader:
    def read(scanner: Scanner, denied: bool) -> TaskTerm:
        return TextTerm(read_text(scanner, f"{field.value}:"), field, denied)

    return read


def _value_reader(key: ValueKey) -> Reader:
    prefixes = key is not ValueKey.STATUS

    def read(scanner: Scanner, denied: bool) -> TaskTerm:
        patterns: list[Pattern] = []
        while True:
            start, quoted = scanner.at, scanner.comes('"')
            pattern = _read_pattern(scanner, _LISTED_VALUE, prefixes=prefixes)
            if scanner.at == start:
                raise _missing_in_list(scanner, key.value)
            if not (prefixes or quoted) and pattern.value.endswith("*"):
                raise _no_prefix(scanner, pattern.value, start)
            patterns.append(pattern)
            if not scanner.take(","):
                scanner.end_term()
                return ValueTerm(key, tuple(patterns), denied)

    return read


def _missing_in_list(scanner: Scanner, name: str) -> FilterError:
    at_end = scanner.at_break
    return scanner.fault(
        "a value is missing beside the comma",
        f"{name}: takes {TASK_KEYS[name].takes}, such as {TASK_KEYS[name].example}",
        scanner.at - 1 if at_end else scanner.at,
        scanner.at if at_end else scanner.at + 1,
        nearest="",
        incomplete=at_end,
    )


def _no_prefix(scanner: Scanner, value: str, start: int) -> FilterError:
    stem = value.rstrip("*")
    fitting = [each.value for each in TaskStatus.known() if each.value.startswith(stem)]
    return scanner.fault(
        "status: takes no prefix",
        "write whole statuses with commas between; a star that belongs to one stands in quotes",
        start,
        scanner.at,
        nearest=",".join(fitting) or None,
    )


def _choice_reader(choices: type[E], name: str, make: Callable[[E, bool], TaskTerm]) -> Reader:
    allowed = [choice.value for choice in choices]

    def read(scanner: Scanner, denied: bool) -> TaskTerm:
        piece = scanner.piece()
        scanner.end_term()
        if piece.text in allowed:
            return make(choices(piece.text), denied)
        close = difflib.get_close_matches(piece.text.lower(), allowed, n=1, cutoff=0.5)
        begun = [each for each in allowed if each.startswith(piece.text)]
        raise scanner.fault(
            f'{name}: does not know "{shown(piece.text)}"',
            f"it takes {TASK_KEYS[name].takes}",
            piece.start,
            piece.end,
            nearest=next(iter(close or begun), None),
            incomplete=bool(begun) and not piece.quoted,
        )

    return read


def _id_reader(key: IdKey) -> Reader:
    parse: Callable[[str], UUID | str] = parse_id if key is IdKey.ID else parse_uuid

    def read(scanner: Scanner, denied: bool) -> TaskTerm:
        value = read_point(scanner, parse, key.value)
        scanner.end_term()
        return IdTerm(key, value, denied)

    return read


def _time_reader(key: TimeKey) -> Reader:
    def read(scanner: Scanner, denied: bool) -> TaskTerm:
        bounds = read_bounds(scanner, parse_time, key.value)
        if bounds.single and isinstance(bounds.low, Ago):
            raise scanner.fault(
                f"{key.value}:{bounds.low} would be one single moment",
                f"{key.value}:>{bounds.low} is later than {bounds.low} ago, "
                f"{key.value}:<{bounds.low} is earlier",
                bounds.start,
                bounds.end,
                nearest=f">{bounds.low}",
                incomplete=True,
            )
        _refuse_backwards(scanner, bounds, _later)
        return TimeTerm(key, bounds.low, bounds.low_open, bounds.high, bounds.high_open, denied)

    return read


def _later(low: TimePoint, high: TimePoint) -> bool:
    """Whether one time is after another, as far as that is known without knowing now."""
    if isinstance(low, Ago) and isinstance(high, Ago):
        return low.seconds < high.seconds
    if isinstance(low, Moment) and isinstance(high, Moment):
        return low.at > high.at and not (high.day and low.at.date() == high.at.date())
    return False


def _refuse_backwards(
    scanner: Scanner, bounds: ReadBounds[T], later: Callable[[T, T], bool]
) -> None:
    if bounds.low is None or bounds.high is None or not later(bounds.low, bounds.high):
        return
    low, high = scanner.text[bounds.start : bounds.end].lstrip("<>=").split("..", 1)
    raise scanner.fault(
        "the range ends before it begins",
        "the earlier or smaller end stands first",
        bounds.start,
        bounds.end,
        nearest=f"{high.lstrip('<=')}..{low}",
    )


def _limit_reader(key: TimeKey) -> Reader:
    """Make the reader of `since:` and `until:`, which take one time and nothing else."""

    def read(scanner: Scanner, denied: bool) -> TaskTerm:
        start = scanner.at
        operator = scanner.take(">=", "<=", ">", "<", "=")
        point = read_point(scanner, parse_time, key.value)
        ranged = scanner.comes("..")
        if ranged:
            scanner.at = scanner.word().end
        if operator or ranged:
            raise scanner.fault(
                f"{key.value}: takes one time, and nothing before or after it",
                f"{TASK_KEYS[key.value].example} is right; created: takes >, >=, <, <= and a..b",
                start,
                scanner.at,
                nearest=scanner.text[start + len(operator) : scanner.at].split("..")[0],
            )
        scanner.end_term()
        if key is TimeKey.SINCE:
            return TimeTerm(key, low=point, denied=denied)
        return TimeTerm(key, high=point, denied=denied)

    return read


def _read_duration(scanner: Scanner, denied: bool) -> TaskTerm:
    bounds = read_bounds(scanner, parse_duration, "duration")
    _refuse_backwards(scanner, bounds, lambda low, high: low > high)
    return DurationTerm(bounds.low, bounds.low_open, bounds.high, bounds.high_open, denied)


_READERS: Mapping[str, Reader] = {
    **{field.value: _text_reader(field) for field in TextField if field is not TextField.ANY},
    **{key.value: _value_reader(key) for key in ValueKey},
    **{key.value: _id_reader(key) for key in IdKey},
    "is": _choice_reader(IsKind, "is", IsTerm),
    "has": _choice_reader(HasKind, "has", HasTerm),
    **{key.value: _time_reader(key) for key in TimeKey},
    **{key.value: _limit_reader(key) for key in (TimeKey.SINCE, TimeKey.UNTIL)},
    "duration": _read_duration,
}
