"""JSON as it comes from anybody: to values and back, without surprises."""

from __future__ import annotations

import json
from math import isfinite
from typing import Any

DEEPEST = 150
"""So deep may the values of a line be nested; Python's own reader gives up somewhat later."""

_FEW = 150
_encode_as_it_is = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode
_encode_escaped = json.JSONEncoder(check_circular=False).encode


class UnreadableError(ValueError):
    """The text is no JSON object that can be read; the message is the reason, without payload."""


def _float(text: str) -> float | str:
    number = float(text)
    return number if isfinite(number) else text


# NaN and the infinities, which JSON has not and Postgres refuses, become text.
_decoder: Any = json.JSONDecoder(parse_float=_float, parse_constant=str)
_scan = _decoder.scan_once
_SPACE = " \t\r\n"


def read_line(line: bytes) -> dict[str, Any]:
    """Read an object from anybody; raise UnreadableError for anything else."""
    try:
        value = read_object(line.decode())
    except UnicodeDecodeError as error:
        raise UnreadableError(f"this is not UTF-8 at byte {error.start + 1}") from None
    # Counted in bytes, which takes a fifth of the time.
    if line.count(b"{") + line.count(b"[") > _FEW and _is_too_deep(value):
        raise UnreadableError(f"it is nested deeper than {DEEPEST} levels")
    return value


def read_object(text: str) -> dict[str, Any]:
    """Read an object that was read before: how deep it is nested is known."""
    try:
        # What JSONDecoder.decode does, without looking for white space where there is none.
        value, end = _scan(text, 0 if text[:1] == "{" else len(text) - len(text.lstrip(_SPACE)))
    except StopIteration as stop:
        raise UnreadableError(f"this is not JSON: no value at column {stop.value + 1}") from None
    except RecursionError:
        raise UnreadableError(f"it is nested deeper than {DEEPEST} levels") from None
    except json.JSONDecodeError as error:
        raise UnreadableError(f"this is not JSON: {error.msg} at column {error.pos + 1}") from None
    except ValueError:
        raise UnreadableError("it has a number with too many digits") from None
    if end != len(text) and text[end:].strip(_SPACE):
        raise UnreadableError(f"this is not JSON: more follows at column {end + 1}")
    if not isinstance(value, dict):
        raise UnreadableError("this is JSON, but not an object")
    return value


def to_text(value: object) -> str:
    """Write a value as text that every encoding holds: half of a surrogate pair stays an escape."""
    text = _encode_as_it_is(value)
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return _encode_escaped(value)
    return text


def to_body(value: object) -> str:
    """Write a value for `read_object`; it may hold half of a surrogate pair."""
    return _encode_as_it_is(value)


def _is_too_deep(value: dict[str, Any]) -> bool:
    level: list[Any] = [value]
    for _ in range(DEEPEST):
        level = [
            inner
            for each in level
            for inner in (each.values() if isinstance(each, dict) else each)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True
