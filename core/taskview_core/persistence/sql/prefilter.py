r"""What the database looks for before Python decides: a condition that no hit escapes.

Whether text matches is decided on the decoded payload, after NFC and `str.lower()` (see
`query.matching`). The database sees the stored text, in which a character may be written in
several ways: raw or as an escape (`é`, `\u00e9`), in either case, composed or not. So of a term
only those characters are asked for that can be written in one way, and where they stand in the
term decides what is asked:

- ASCII stands as itself, in either case, where JSON has a short escape for it with a backslash
  before it; rows that write ASCII as `\u0041` are let through whatever they hold.
- `k`, a last `i`, `;` and the grave accent also come from one other character each (U+212A,
  U+0130, U+037E, U+1FEF): any one character does, and rows with that one's escape pass.
- A character without case and without decomposition (CJK, emoji) is asked for by itself, raw or
  escaped, wherever in the text.
- All else may stand for anything.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Text, and_, cast, func, or_, true

from taskview_core.persistence.sql.expressions import Condition, Expression, Expressions
from taskview_core.query.matching import fold

_LONGEST_PATTERN = 400
_MOST_INERT = 4
_EXOTIC = {"k": "212a", "i": "0130", ";": "037e", "`": "1fef"}
_JSON_SHORT = frozenset('"\\/')


@dataclass(frozen=True, slots=True)
class Sieve:
    """What is asked of stored text: a LIKE pattern (escaped by `!`), single characters, escapes.

    `pattern` is None where nothing can be asked. `inert` are characters that must be there, and
    `exotic` the hex digits of escapes that a part of the pattern may hide behind.
    """

    pattern: str | None
    inert: tuple[str, ...]
    exotic: tuple[str, ...]


def sieve(text: str) -> Sieve:
    """Work out what can be asked for a term."""
    folded = fold(text)[:_LONGEST_PATTERN]
    tokens: list[str] = []
    inert: list[str] = []
    exotic: set[str] = set()
    for index, character in enumerate(folded):
        following = folded[index + 1 : index + 2]
        if character in _EXOTIC and (character != "i" or following in {"", "\u0307"}):
            tokens.append("_")
            exotic.add(_EXOTIC[character])
        elif " " <= character <= "\x7f":
            if character in _JSON_SHORT and tokens and tokens[-1] != "%":
                tokens.append("%")
            tokens.append(f"!{character}" if character in "%_!" else character)
        else:
            if tokens and tokens[-1] != "%":
                tokens.append("%")
            if len(inert) < _MOST_INERT and character not in inert and _is_inert(character):
                inert.append(character)
    if tokens and tokens[-1] == "%":
        tokens.pop()
    asked = any(token not in {"%", "_"} for token in tokens)
    pattern = f"%{''.join(tokens)}%" if asked else None
    return Sieve(pattern, tuple(inert), tuple(sorted(exotic)))


@cache
def _targets() -> frozenset[str]:
    """Give the characters that NFC puts in the place of others, about 20 ms of looking."""
    return frozenset(
        target
        for point in range(0x300, 0x30000)
        if unicodedata.decomposition(chr(point))
        for target in unicodedata.normalize("NFC", chr(point))
        if target != chr(point)
    )


def _is_inert(character: str) -> bool:
    """Whether a non-ASCII character can only come from itself."""
    return (
        ord(character) > 0x7F
        and not 0xD800 <= ord(character) <= 0xDFFF
        and unicodedata.category(character)[0] in "LSPN"
        and character.upper() == character == character.title()
        and not unicodedata.combining(character)
        and unicodedata.normalize("NFD", character) == character
        and character not in _targets()
    )


def json_sieve(engine: Expressions, column: Expression, text: str) -> Condition:
    """Give a condition on stored JSON that holds wherever the term is found in it."""
    stored = cast(column, Text)
    wanted = sieve(text)
    conditions: list[Condition] = []
    if wanted.pattern is not None:
        found = [engine.contains(stored, wanted.pattern), engine.glob_escape(stored)]
        found += [engine.contains(stored, f"%\\u{digits}%") for digits in wanted.exotic]
        conditions.append(or_(*found))
    for character in wanted.inert:
        escape = "".join(f"\\u{unit:04x}" for unit in _utf16(character))
        conditions.append(
            or_(
                engine.contains(stored, f"%{character}%"),
                engine.contains(stored, f"%{escape}%"),
            )
        )
    if not conditions:
        return column.is_not(None)
    return func.coalesce(and_(*conditions), False)


def text_sieve(engine: Expressions, column: Expression, text: str) -> Condition:
    """Give the same for a column of plain text."""
    wanted = sieve(text)
    conditions: list[Condition] = [engine.contains(column, f"%{c}%") for c in wanted.inert]
    if wanted.pattern is not None:
        conditions.append(engine.contains(column, wanted.pattern))
    if not conditions:
        return column.is_not(None)
    found = and_(true(), *conditions)
    hidden = engine.holds_nul(column)
    return func.coalesce(found if hidden is None else or_(found, hidden), False)


def _utf16(character: str) -> list[int]:
    raw = character.encode("utf-16-be")
    return [int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2)]
