"""The database's sieve lets every hit through: checked over the whole of Unicode."""

from __future__ import annotations

import json
import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskview_core.persistence.sql.prefilter import _EXOTIC, _is_inert, sieve
from taskview_core.query.matching import fold, texts_of_json


def test_only_the_exotic_characters_fold_to_ascii() -> None:
    sources: dict[str, set[str]] = {}
    for point in range(0x80, sys.maxunicode + 1):
        for character in fold(chr(point)):
            if character < "\x80":
                sources.setdefault(character, set()).add(f"{point:04x}")
    assert sources == {character: {escape} for character, escape in _EXOTIC.items()}


def test_an_inert_character_comes_from_itself_alone() -> None:
    for point in range(0x80, sys.maxunicode + 1):
        for character in fold(chr(point)):
            if character != chr(point):
                assert not _is_inert(character), f"U+{point:04X} folds to {character!r}"


@pytest.mark.parametrize(
    ("term", "pattern"),
    [
        ("timeout", "%timeout%"),
        ("100%", "%100!%%"),
        ("a_b", "%a!_b%"),
        ("wow!", "%wow!!%"),
        ('say "hi"', '%say %"hi%"%'),
        ("/src/a.py", "%/src%/a.py%"),
        ("a\\b", "%a%\\b%"),
        ("über", "%ber%"),
        ("token", "%to_en%"),
        ("hi", "%h_%"),
        ("is", "%is%"),
        ("\n", None),
        ("k", None),
    ],
)
def test_what_is_asked_of_the_database(term: str, pattern: str | None) -> None:
    assert sieve(term).pattern == pattern


def test_characters_without_case_are_asked_for_by_themselves() -> None:
    assert sieve("日本語").inert == ("日", "本", "語")
    assert sieve("日本語").pattern is None
    assert sieve("é").inert == ()


def _lets_through(term: str, stored: str) -> bool:
    """Say what the SQL of a sieve says, for JSON text."""
    wanted = sieve(term)
    low = "".join(c.lower() if c < "\x80" else c for c in stored)
    for character in wanted.inert:
        raw = character.encode("utf-16-be")
        escape = "".join(f"\\u{raw[i : i + 2].hex()}" for i in range(0, len(raw), 2))
        if character not in stored and escape not in low:
            return False
    if wanted.pattern is None or re.search(r"\\u00[2-7]", stored):
        return True
    if any(f"\\u{digits}" in low for digits in wanted.exotic):
        return True
    regex = ""
    parts = iter(wanted.pattern)
    for part in parts:
        if part == "!":
            regex += re.escape(next(parts))
        else:
            regex += {"%": ".*", "_": "."}.get(part, re.escape(part))
    return re.fullmatch(regex, low, re.DOTALL) is not None


_ALPHABET = (
    st.sampled_from('aekiKIİK%_!\\"/;\n éÉe\u0301ßſσςΣ日가が\u30b9\u3099豈😀\u0307`1.')
    | st.characters()
)


@given(st.text(_ALPHABET, max_size=12), st.booleans(), st.booleans(), st.data())
def test_no_hit_escapes(text: str, ascii_only: bool, as_key: bool, data: st.DataObject) -> None:
    value: object = {text: 1} if as_key else [text]
    stored = json.dumps(value, ensure_ascii=ascii_only)
    folded = [fold(found) for found in texts_of_json(stored)]
    whole = max(folded, key=len)
    begin = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(begin, len(whole)))
    term = whole[begin:end]
    if term:
        assert _lets_through(term, stored)
