"""Writes values as JSON text that every database stores, and reads texts that may be JSON."""

from __future__ import annotations

import json
import re
from math import isfinite

from taskview_core.entities.payload import JsonValue

DEEPEST = 100
"""Text in a text that is nested deeper than this is left as it is."""

_NUL = r"\u0000"
# A string without an end goes to the end: else each quote within it would be tried as a beginning.
_BRACKETS = re.compile(r'[\[\]{}]|"(?:[^"\\]|\\.)*+"?', re.DOTALL)


def storable_text(text: str) -> str:
    """Give text that every database takes in a column for text.

    NUL, which Postgres refuses, becomes its picture, and half of a surrogate pair U+FFFD.
    """
    if "\0" in text:
        text = text.replace("\0", "␀")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def json_text(value: JsonValue) -> str:
    """Write a value as JSON; what cannot be stored in it is replaced, see `storable_text`.

    NaN and the infinities become text. Does not raise, however deep a value is nested.
    """
    try:
        text = _dumps(value)
    except (ValueError, RecursionError):
        text = _dumps(_plain(value, 3 * DEEPEST))
    if _NUL in text or not (text.isascii() or _is_whole(text)):
        text = _dumps(_plain(value, 3 * DEEPEST))
    return text


def decoded(text: str) -> JsonValue:
    """Give what a text holds if it is a JSON object or list, else the text itself."""
    start = text.lstrip(" \t\n\r")[:1]
    if start not in {"{", "["} or _is_deep(text):
        return text
    return any_decoded(text)


def any_decoded(text: str) -> JsonValue:
    """Give what a text holds if it is JSON of any kind, else the text itself."""
    if _is_deep(text):
        return text
    try:
        value: JsonValue = json.loads(text, parse_constant=str)
    except (ValueError, RecursionError):
        return text
    return value


def _dumps(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_deep(text: str) -> bool:
    if text.count("[") + text.count("{") <= DEEPEST:
        return False
    depth = 0
    for token in _BRACKETS.finditer(text):
        mark = token[0]
        if mark in "[{":
            depth += 1
            if depth > DEEPEST:
                return True
        elif mark in "]}":
            depth -= 1
    return False


def _plain(value: JsonValue, levels: int) -> JsonValue:
    if isinstance(value, str):
        return storable_text(value)
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 4096:
        return hex(value)  # Python does not write so many decimal digits.
    if isinstance(value, (dict, list)) and levels == 0:
        return "(nested too deep to be kept)"
    if isinstance(value, dict):
        return {storable_text(key): _plain(item, levels - 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, levels - 1) for item in value]
    return value
