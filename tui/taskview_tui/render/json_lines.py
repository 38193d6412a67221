"""JSON text as flat lines, with numbers and repeated keys as they were written.

Decoding is left to the standard library, which gives up on JSON that is nested too deeply; all
that comes after it is iterative.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Kind(Enum):
    """What stands on a line of JSON."""

    OBJECT = "object"
    LIST = "list"
    CLOSE_OBJECT = "close object"
    CLOSE_LIST = "close list"
    STRING = "string"
    NUMBER = "number"
    LITERAL = "literal"


class Lexeme(str):
    """A number exactly as it is written in the JSON text."""

    __slots__ = ()


_KINDS = {
    tuple: Kind.OBJECT,
    list: Kind.LIST,
    str: Kind.STRING,
    Lexeme: Kind.NUMBER,
    bool: Kind.LITERAL,
    type(None): Kind.LITERAL,
}
_LITERALS = {None: "null", True: "true", False: "false"}


@dataclass
class JsonLines:
    """The lines of a JSON value in order, as arrays of one length.

    `keys[i]` is the key in an object, None elsewhere. `texts[i]` is a string's value, a number
    as written, the name of a literal, and empty for brackets. `ends[i]` is the number of the
    line after the bracket that closes line `i`, or else `i + 1`. `parents[i]` is the number of the
    line that opens what line `i` stands in, -1 for none, and `places[i]` counts the members before
    it there (for a closing bracket, all). `sizes` counts the members of objects and lists.
    `commas[i]` is true where a comma ends the line; for what is folded that of the closing
    bracket counts. `again[i]` says of a member whose key its object has had before which of that
    key it is, from 2; there are few.
    """

    kinds: list[Kind] = field(default_factory=list)
    depths: array[int] = field(default_factory=lambda: array("l"))
    keys: list[str | None] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    ends: array[int] = field(default_factory=lambda: array("l"))
    parents: array[int] = field(default_factory=lambda: array("l"))
    places: array[int] = field(default_factory=lambda: array("l"))
    sizes: dict[int, int] = field(default_factory=dict)
    commas: bytearray = field(default_factory=bytearray)
    again: dict[int, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.kinds)


def parse_json(text: str) -> JsonLines | None:
    """Give the lines of a JSON text; None where it is not JSON, or too deep to be decoded."""
    try:
        # Objects come as tuples of pairs, so that repeated keys stay and lists are told apart.
        value = json.loads(
            text,
            object_pairs_hook=_pairs,
            parse_int=Lexeme,
            parse_float=Lexeme,
            parse_constant=Lexeme,
        )
    except (ValueError, RecursionError):
        return None
    return _flatten(value)


def _pairs(pairs: list[tuple[str, Any]]) -> tuple[tuple[str, Any], ...]:
    """Keep an object as its pairs.

    It is no built-in so that the decoder, working in a thread, lets the others go on meanwhile.
    """
    return tuple(pairs)


def _flatten(value: Any) -> JsonLines:
    """Give the lines of a decoded value."""
    lines = JsonLines()
    kinds, depths, keys, texts = lines.kinds, lines.depths, lines.keys, lines.texts
    ends, sizes, commas = lines.ends, lines.sizes, lines.commas
    parents, places = lines.parents, lines.places
    # What is left of each object or list around the present line, the line it began on, and how
    # many of its members came already.
    around: list[tuple[Iterator[Any], int, bool, int]] = []
    members: Iterator[Any] = iter([value])
    opening, is_object, place = -1, False, 0
    depth = 0
    # The objects that have a key twice, by the line they begin on: how often each key has come.
    counts: dict[int, dict[str, int]] = {}
    while True:
        for member in members:
            number = len(kinds)
            if is_object:
                key, value = member
                if counts and opening in counts:
                    seen = counts[opening]
                    nth = seen[key] = seen.get(key, 0) + 1
                    if nth > 1:
                        lines.again[number] = nth
            else:
                key, value = None, member
            keys.append(key)
            depths.append(depth)
            ends.append(number + 1)
            parents.append(opening)
            places.append(place)
            place += 1
            commas.append(depth > 0)
            kind = _KINDS[type(value)]
            kinds.append(kind)
            if kind is Kind.LITERAL:
                texts.append(_LITERALS[value])
            elif kind is Kind.STRING or kind is Kind.NUMBER:
                texts.append(value)
            else:
                texts.append("")
                sizes[number] = len(value)
                if kind is Kind.OBJECT and len(dict(value)) < len(value):
                    counts[number] = {}
                if value:
                    around.append((members, opening, is_object, place))
                    members, opening, is_object = iter(value), number, kind is Kind.OBJECT
                    place = 0
                    depth += 1
                    break
        else:
            if not around:
                return lines
            number = len(kinds)
            # No comma after the last member, which may itself end with a bracket.
            commas[number - 1] = False
            kinds.append(Kind.CLOSE_OBJECT if is_object else Kind.CLOSE_LIST)
            keys.append(None)
            texts.append("")
            depth -= 1
            depths.append(depth)
            ends.append(number + 1)
            commas.append(commas[opening])
            ends[opening] = number + 1
            parents.append(opening)
            places.append(place)
            members, opening, is_object, place = around.pop()
