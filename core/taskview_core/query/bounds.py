"""Reads bounds on times and lengths: `>X`, `>=X`, `<X`, `<=X`, `X..Y`, `X..`, `..Y`, and `X`.

The lower end of a range may have `>` before it and the upper end `<`, to leave the end out:
`created:2026-01-01..<2026-02-01`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from taskview_core.query.faults import BadValueError
from taskview_core.query.lexer import Piece, Scanner

T = TypeVar("T")

_POINT = re.compile(r"(?:(?!\.\.)\S)*")
_NO_OPERATORS = {"=>": ">=", "=<": "<=", "==": "", "=": "", "≥": ">=", "≤": "<="}


@dataclass(frozen=True, slots=True)
class ReadBounds(Generic[T]):
    """Bounds as they stand in a filter, and where. `single` means that there was one bare value."""

    low: T | None
    low_open: bool
    high: T | None
    high_open: bool
    single: bool
    start: int
    end: int


def read_point(scanner: Scanner, parse: Callable[[str], T], name: str) -> T:
    """Take one value, and turn what is wrong with it into a FilterError."""
    piece = scanner.piece(_POINT)
    try:
        return parse(piece.text)
    except BadValueError as error:
        missing = piece.start == piece.end
        raise scanner.fault(
            f"{name}: lacks a value here" if missing else error.title,
            error.allowed,
            piece.start,
            piece.end,
            nearest=error.nearest,
            incomplete=error.incomplete or (missing and scanner.at_break),
        ) from None


def read_bounds(scanner: Scanner, parse: Callable[[str], T], name: str) -> ReadBounds[T]:
    """Take the bounds that follow the key `name`; raise FilterError."""
    start = scanner.at
    operator = scanner.take(">=", "<=", ">", "<")
    _refuse_odd_operator(scanner, name)
    low = None if scanner.comes("..") else read_point(scanner, parse, name)
    low_open = operator == ">"
    if not scanner.take(".."):
        scanner.end_term()
        if operator.startswith("<"):
            return ReadBounds(None, False, low, operator == "<", False, start, scanner.at)
        high = None if operator else low
        return ReadBounds(low, low_open, high, False, not operator, start, scanner.at)
    return _read_range(scanner, parse, name, start, operator, low)


def _read_range(
    scanner: Scanner,
    parse: Callable[[str], T],
    name: str,
    start: int,
    operator: str,
    low: T | None,
) -> ReadBounds[T]:
    """Take what follows the two dots of a range."""
    second = scanner.take("<=", "<")
    high = read_point(scanner, parse, name) if second or not scanner.at_break else None
    if scanner.comes(".."):
        raise scanner.fault(
            "a range has two ends",
            f"write {name}:a..b, {name}:a.. or {name}:..b",
            scanner.at,
            scanner.word().end,
            nearest="",
        )
    scanner.end_term()
    whole = Piece(scanner.text[start : scanner.at], start, scanner.at)
    if low is None and (high is None or operator):
        raise scanner.fault(
            "the range has no ends" if high is None else "the range has no lower end",
            f"write {name}:a..b, {name}:a.. or {name}:..b",
            whole.start,
            whole.end,
            incomplete=high is None,
        )
    if operator.startswith("<"):
        raise scanner.fault(
            "a range begins with its lower end",
            f"write {name}:a..b, with the lower end first; > before it and < before the upper end "
            "leave that end out",
            whole.start,
            whole.end,
            nearest=whole.text[len(operator) :],
        )
    return ReadBounds(low, operator == ">", high, second == "<", False, start, scanner.at)


def _refuse_odd_operator(scanner: Scanner, name: str) -> None:
    start = scanner.at
    odd = scanner.take(*_NO_OPERATORS)
    if odd:
        raise scanner.fault(
            f"{odd} cannot stand here",
            f"{name}: takes >, >=, < or <= before a value, and a bare value for exactly that",
            start,
            scanner.at,
            nearest=_NO_OPERATORS[odd],
        )
