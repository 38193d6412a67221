"""JSON text: our own strings, and payloads letter for letter as they are stored."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import NoReturn

from taskview_core.entities import StoredJson

# Valid in JSON, but commands to a terminal (DEL, C1), reversals of the writing direction, line
# breaks to some readers, hidden (what takes no room and shows nothing), or no UTF-8 (half surrogate
# pairs). In valid JSON they stand only within strings, and never behind a backslash, so each may be
# written as its escape: the same value.
_RISKY = re.compile(
    "[\x7f-\x9f\u00ad\u034f\u061c\u070f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff"
    "\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_LINE_BREAKS = re.compile(r"[\r\n\t]")

_PLAIN = r'[^"\\\x00-\x1f]*'
_STRING = rf'"{_PLAIN}(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{{4}}){_PLAIN})*"'
_NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
_TOKEN = re.compile(rf"[ \t\n\r]*(?:({_STRING})|({_NUMBER}|true|false|null)|([][{{}}:,]))")


def json_string(text: str | None) -> str:
    """Give text as a JSON string, None as null."""
    if text is None:
        return "null"
    return _RISKY.sub(_escape, json.dumps(text, ensure_ascii=False))


def payload_text(stored: StoredJson) -> tuple[str, bool]:
    """Give a payload as one line of JSON, and whether it was JSON to begin with.

    It comes as stored, with its numbers, repeated keys and escapes; only white space between
    its parts, and characters that a terminal would obey, are written otherwise. NULL is null.
    Text that is no JSON comes as a JSON string.
    """
    if stored.text is None:
        return "null", True
    if not is_valid_json(stored.text):
        return json_string(stored.text), False
    return _RISKY.sub(_escape, _LINE_BREAKS.sub(" ", stored.text)).strip(" "), True


def is_valid_json(text: str) -> bool:
    """Whether text is JSON by the standard, however deep, and without NaN or Infinity."""
    try:
        # Numbers stay text: Python refuses to read very long ones, which are JSON all the same.
        json.loads(text, parse_int=str, parse_float=str, parse_constant=_refuse)
    except RecursionError:
        return _is_deep_json(text)
    except ValueError:
        return False
    return True


def tokens(text: str) -> Iterator[str]:
    """Give the strings, numbers, words and signs of valid JSON, in order, as written."""
    for match in _TOKEN.finditer(text):
        yield match[match.lastindex or 0]


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _escape(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def _is_deep_json(text: str) -> bool:
    """Check JSON without recursion: what may come next, and which brackets are open."""
    end = len(text.rstrip(" \t\n\r"))
    stack: list[str] = []
    at = 0
    # One of: a value; a value or `]`; a key; a key or `}`; a colon; a comma or the closing sign.
    expected = "value"
    while at < end:
        match = _TOKEN.match(text, at, end)
        if match is None or expected == "end":
            return False
        at = match.end()
        string, scalar, sign = match.groups()
        if expected in {"key", "first key"}:
            if string is not None:
                expected = "colon"
                continue
            if not (sign == "}" and expected == "first key"):
                return False
        elif expected == "colon":
            if sign != ":":
                return False
            expected = "value"
            continue
        elif expected == "more":
            if sign == ",":
                expected = "key" if stack[-1] == "{" else "value"
                continue
            if sign != {"{": "}", "[": "]"}[stack[-1]]:
                return False
        elif sign in {"{", "["} and sign is not None:
            stack.append(sign)
            expected = "first key" if sign == "{" else "first item"
            continue
        elif string is not None or scalar is not None:
            expected = "more" if stack else "end"
            continue
        elif not (sign == "]" and expected == "first item"):
            return False
        # What came closes the innermost bracket.
        stack.pop()
        expected = "more" if stack else "end"
    return expected == "end"
