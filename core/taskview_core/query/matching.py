"""Decides whether stored text holds what a term asks for, as a person sees it.

Text is compared after NFC and `str.lower()`. Of a JSON payload the texts are its strings, keys
and numbers, decoded, each by itself; of an error, the error. What is stored as JSON and is none,
or is nested too deep to decode, is a text as it stands.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from taskview_core.query.terms import MetadataTerm, Pattern, TextField, TextTerm

_OUTSIDE = re.compile(r"[{}\[\],: \t\n\r0-9.+\-aefilnrstuy]*")
"""What can stand in folded JSON outside of its strings, NaN and Infinity included."""
_LETTERS = re.compile(r"[a-z]+")
_NUMBER = re.compile(r"[0-9.+\-e]*[0-9][0-9.+\-e]*")
_INDEX = re.compile(r"[0-9]{1,9}")
_LITERALS = ("true", "false", "null")


def fold(text: str) -> str:
    """Give the form in which texts are compared: NFC, then lower case."""
    return unicodedata.normalize("NFC", text).lower()


def texts_of_json(text: str) -> Iterator[str]:
    """Give every string, key and number of a stored payload, in the order they stand in.

    Numbers are as they are written; of keys that stand twice in an object, both are given. Text
    that is no JSON, or too deep, is given itself. `true`, `false` and `null` are no texts.
    """
    try:
        decoded = _TEXTS.decode(text)
    except (ValueError, RecursionError):
        yield text
        return
    stack = [decoded]
    while stack:
        value = stack.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, (list, tuple)):
            stack.extend(reversed(value))


def text_term_matches(
    term: TextTerm, input: str | None, output: str | None, error: str | None
) -> bool:
    """Say whether the term's text is found where it looks; `denied` is left to the caller.

    `input` and `output` are payloads as stored, `error` is text; None is NULL, which holds nothing.
    """
    needle = _needle(term.text)
    where = term.where
    in_error, in_input, in_output = (
        where in (TextField.ANY, field)
        for field in (TextField.ERROR, TextField.INPUT, TextField.OUTPUT)
    )
    return (
        (in_error and error is not None and needle.folded in fold(error))
        or (in_input and input is not None and _is_in_json(needle, input))
        or (in_output and output is not None and _is_in_json(needle, output))
    )


def metadata_term_matches(term: MetadataTerm, metadata: str | None) -> bool:
    """Say whether the metadata as stored has the value asked for; `denied` is left to the caller.

    See MetadataTerm for what is found. NULL and what is no JSON have no keys, and so no values.
    """
    wanted = term.pattern.value
    if metadata is None or ("\\" not in metadata and wanted not in metadata):
        return False
    try:
        decoded = _VALUES.decode(metadata)
    except (ValueError, RecursionError):
        return False
    return any(_fits(value, term.pattern) for value in _values_at(decoded, term.path))


@dataclass(frozen=True, slots=True)
class _Needle:
    """A folded search text, and what is known of JSON that holds it as it stands.

    `decisive` means that JSON without a backslash that holds it anywhere has it within a string
    or a number. `unescaped` means that no short escape stands for any of its characters.
    """

    folded: str
    decisive: bool
    unescaped: bool


@lru_cache(maxsize=256)
def _needle(text: str) -> _Needle:
    folded = fold(text)
    within_a_literal = any(folded in literal for literal in _LITERALS)
    decisive = '"' not in folded and (
        _OUTSIDE.fullmatch(folded) is None
        or (_LETTERS.fullmatch(folded) is not None and not within_a_literal)
        or _NUMBER.fullmatch(folded) is not None
    )
    unescaped = folded.isascii() and folded.isprintable() and not set(folded) & set('"\\/')
    return _Needle(folded, decisive, unescaped)


def _is_in_json(needle: _Needle, stored: str) -> bool:
    """Look for a text in a payload, decoding it only where the stored text cannot decide."""
    if "\\" not in stored:
        # Each string then stands in the stored text letter for letter, between quotes, which
        # neither compose with a neighbour nor change how one is lowered.
        if needle.folded not in fold(stored):
            return False
        if needle.decisive:
            return True
    elif needle.unescaped and "\\u" not in stored and needle.folded not in fold(stored):
        # The short escapes stand for none of its characters, so it is not in the decoded text.
        return False
    return any(needle.folded in fold(text) for text in texts_of_json(stored))


def _values_at(decoded: Any, path: tuple[str, ...]) -> Iterator[Any]:
    """Give what lies at a path, by every way that leads there; of a list, its elements too."""
    stack = [(decoded, path)]
    while stack:
        value, rest = stack.pop()
        if not rest:
            yield value
            if isinstance(value, list):
                yield from value
        elif isinstance(value, _Members):
            for count in range(1, len(rest) + 1):
                key = ".".join(rest[:count])
                stack.extend((found, rest[count:]) for name, found in value.pairs if name == key)
        elif isinstance(value, list) and _INDEX.fullmatch(rest[0]):
            stack.extend((found, rest[1:]) for found in value[int(rest[0]) :][:1])


def _fits(value: Any, pattern: Pattern) -> bool:
    if value is None or isinstance(value, bool):
        value = "null" if value is None else str(value).lower()
    if not isinstance(value, str):
        return False
    return value.startswith(pattern.value) if pattern.prefix else value == pattern.value


@dataclass(frozen=True, slots=True)
class _Members:
    """An object with its keys as they stand, twice where they stand twice."""

    pairs: list[tuple[str, Any]]


# Numbers become the text that they are written in. An object is a list of pairs where only its
# texts matter.
_TEXTS = json.JSONDecoder(
    parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=lambda pairs: pairs
)
_VALUES = json.JSONDecoder(
    parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=_Members
)
