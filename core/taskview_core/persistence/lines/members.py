"""Takes a JSON object apart without taking its values apart: each as the text it was written in.

`json.loads` would turn 1.10 into 1.1, keep one of two equal keys, and lose escapes; the text of
a value, cut out of the line, loses nothing.
"""

from __future__ import annotations

import re
from json import JSONDecodeError, JSONDecoder
from json.decoder import scanstring  # type: ignore[attr-defined]  # undocumented in typeshed
from typing import Any, TypeAlias

_SPACE = re.compile(r"[ \t\n\r]*")
_FIRST = re.compile(r'[ \t\n\r]*\{[ \t\n\r]*(?="|\})')
_COLON = re.compile(r"[ \t\n\r]*:[ \t\n\r]*")
_NEXT = re.compile(r"[ \t\n\r]*([,}])[ \t\n\r]*")
_NEXT_KEY = re.compile(r'[ \t\n\r]*,[ \t\n\r]*"([A-Za-z_.]+)"[ \t\n\r]*:[ \t\n\r]*')
_OPEN_OR_TOKEN = re.compile(
    r'[ \t\n\r]*([\[\]{},:]|"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+"'
    r"|-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][-+]?[0-9]++)?"
    r"|true|false|null|NaN|-?Infinity)"
)


class MalformedError(ValueError):
    """The text is not JSON, or no object; the message says what is wrong and where."""


Member: TypeAlias = tuple[str, int, int, Any, int]
"""One member of an object: its key, where its value's text begins and ends, the decoded value,
and where its key begins (the quote). A plain tuple, because there are thirteen to a row.

Numbers are decoded as their text, and a value that is nested too deep to decode is None.
"""


class _Constants:
    """Sees the constants that Python writes and JSON does not have."""

    def __init__(self) -> None:
        self.seen = False

    def __call__(self, name: str) -> str:
        self.seen = True
        return name


class ObjectScanner:
    """Scans objects one after another; not for use in two threads at once."""

    def __init__(self) -> None:
        self._constants = _Constants()
        # Numbers stay text: some are too long for int(), and none is needed.
        self._decoder: Any = JSONDecoder(
            parse_int=str, parse_float=str, parse_constant=self._constants
        )

    @property
    def saw_constants(self) -> bool:
        """Whether the last object held NaN or an Infinity."""
        return self._constants.seen

    def members(self, text: str) -> list[Member]:
        """Give the members of the object that the text is; raise MalformedError."""
        self._constants.seen = False
        opened = _FIRST.match(text)
        if opened is None:
            raise self._no_object(text)
        found: list[Member] = []
        at = opened.end()
        if text[at] == "}":
            _refuse_rest(text, at + 1)
            return found
        key, key_start, start = self._key(text, at)
        scan_once, next_key = self._decoder.scan_once, _NEXT_KEY.match
        while True:
            try:
                value, end = scan_once(text, start)
            except StopIteration as stop:
                raise MalformedError(f"no value at column {stop.value + 1}") from None
            except JSONDecodeError as error:
                raise MalformedError(f"{error.msg} at column {error.pos + 1}") from None
            except RecursionError:
                value, end = None, self._end_of_deep(text, start)
            found.append((key, start, end, value, key_start))
            following = next_key(text, end)
            if following is not None:
                key, start = following[1], following.end()
                key_start = following.start(1) - 1
                continue
            after = _NEXT.match(text, end)
            if after is None:
                raise MalformedError(f"neither , nor }} at column {end + 1}")
            if after[1] == "}":
                _refuse_rest(text, after.end())
                return found
            key, key_start, start = self._key(text, after.end())

    def _no_object(self, text: str) -> MalformedError:
        start = _SPACE.match(text)
        at = 0 if start is None else start.end()
        if text[at : at + 1] == "{":
            return MalformedError(f"no key in quotes at column {at + 2}")
        try:
            self._decoder.decode(text)
        except (ValueError, RecursionError):
            return MalformedError("this is not a JSON object")
        return MalformedError("this is JSON, but not an object: a row is one object on a line")

    def _key(self, text: str, at: int) -> tuple[str, int, int]:
        """Read a key, however it is written; give it, where it begins, and where its value does."""
        if text[at : at + 1] != '"':
            raise MalformedError(f"no key in quotes at column {at + 1}")
        try:
            key, end = scanstring(text, at + 1)
        except JSONDecodeError as error:
            raise MalformedError(f"{error.msg} at column {error.pos + 1}") from None
        colon = _COLON.match(text, end)
        if colon is None:
            raise MalformedError(f"no : at column {end + 1}")
        return key, at, colon.end()

    def _end_of_deep(self, text: str, at: int) -> int:
        """Find the end of a value that is nested too deep for the decoder, and check it."""
        closing: list[str] = []
        # What may come next: a value, a key, or what follows a value.
        wants = "value"
        while True:
            token = _OPEN_OR_TOKEN.match(text, at)
            if token is None:
                raise MalformedError(f"this is not JSON at column {at + 1}")
            word, at = token[1], token.end()
            mark = word if word in "[]{},:" else "key" if word[0] == '"' else "scalar"
            wants = self._step(mark, wants, closing, token.start(1))
            if word in {"NaN", "Infinity", "-Infinity"}:
                self._constants.seen = True
            if not closing:
                return at

    def _step(self, mark: str, wants: str, closing: list[str], at: int) -> str:
        if mark in "[{" and wants in {"value", "value or ]"}:
            closing.append("]" if mark == "[" else "}")
            return "value or ]" if mark == "[" else "key or }"
        if mark in {"key", "scalar"} and wants in {"value", "value or ]"}:
            return "after"
        if mark == "key" and wants in {"key", "key or }"}:
            return ":"
        if mark == ":" and wants == ":":
            return "value"
        if mark == "," and wants == "after":
            return "value" if closing[-1] == "]" else "key"
        ends = wants in {"after", f"value or {mark}", f"key or {mark}"}
        if mark in "]}" and closing[-1] == mark and ends:
            closing.pop()
            return "after"
        raise MalformedError(f"this is not JSON at column {at + 1}")


def _refuse_rest(text: str, at: int) -> None:
    space = _SPACE.match(text, at)
    end = at if space is None else space.end()
    if end != len(text):
        raise MalformedError(f"something follows the object at column {end + 1}")
