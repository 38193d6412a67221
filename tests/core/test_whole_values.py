"""Which payloads hold a value that is followed, and which only have its letters."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from taskview_core.compare.json_values import Number
from taskview_core.compare.whole_value import holds_value, longest_plain
from taskview_core.query.matching import text_term_matches
from taskview_core.query.terms import TextTerm


@pytest.mark.parametrize(
    ("stored", "value", "expected"),
    [
        # Whole leaves.
        ('{"a": ["gate-7"]}', "gate-7", True),
        ('{"a": ["Gate-7"]}', "gate-7", False),
        ('{"gate-7": 1}', "gate-7", False),
        ('{"a": "1"}', "1", True),
        ('{"a": 1}', Number("1"), True),
        ('{"a": "1"}', Number("1"), True),
        ('{"a": 1.0}', Number("1"), False),
        ('{"a": 11}', Number("1"), False),
        ('{"a": "tok_abc123xyz", "b": "x: 1"}', Number("1"), False),
        ('"ok, done"', "ok", False),
        # Words of texts.
        ('"see ticket gate-7, please"', "gate-7", True),
        ('"(gate-7)."', "gate-7", True),
        ('"https://example.com/gate-7?x"', "gate-7", True),
        ('"delegate-7"', "gate-7", False),
        ('"gate-77"', "gate-7", False),
        ('"gate-7-b"', "gate-7", False),
        ('"gate_7 and my_gate-7 or gate-7"', "gate-7", True),
        ('"order 48213 was sent."', Number("48213"), True),
        ('"order 48213."', Number("48213"), True),
        ('"3.48213 and 48213.5 and 1,48213"', Number("48213"), False),
        ('"-48213"', Number("48213"), False),
        ('"straßen"', "traß", False),
        ('"a\\n text with its line\\n"', "\n text with its line\n", True),
        # JSON in texts: the arguments of a tool.
        (json.dumps({"arguments": json.dumps({"n": 1, "city": 'Bo"b'})}), Number("1"), True),
        (json.dumps({"arguments": json.dumps({"n": 1, "city": 'Bo"b'})}), 'Bo"b', True),
        (json.dumps([" [not json"]), Number("1"), False),
        # What is no JSON, or nothing.
        ("it is gate-7", "gate-7", True),
        (None, "NULL", False),
        ("null", "null", False),
        ("true", "true", False),
    ],
)
def test_a_value_is_held_whole(stored: str | None, value: str, expected: bool) -> None:
    assert holds_value(stored, value) is expected


@given(st.text(min_size=1), st.text(), st.text())
def test_a_text_holds_itself_and_is_held_between_spaces(
    value: str, before: str, behind: str
) -> None:
    assert holds_value(json.dumps({"a": [value]}), value)
    around = json.dumps(f"{before} {value} {behind}")
    # Text between brackets may be JSON itself, and is looked into as well.
    assert holds_value(around, value) or len(value) < 4


@given(st.text("ab-_1", min_size=4), st.text("ab-_1", min_size=1))
def test_no_part_of_a_longer_word_is_held(value: str, more: str) -> None:
    assert not holds_value(json.dumps(value + more), value)
    assert not holds_value(json.dumps(more + value), value) or (more + value) == value


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ("gate-7", "gate-7"),
        ("Zürich", "rich"),
        ("Straße 4", "Str"),
        ('say "gate" now', "gate"),
        ("C:\\temp\\new", "temp"),
        ("one\ntwo, three", "two, three"),
        ("https://example.com/?a=1&b=2", "example.com"),
        ("cafe\u0301", "caf"),
        (Number("-3.250e+10"), "-3.250e"),
        ("日本", ""),
        ("\n", ""),
    ],
)
def test_the_part_of_a_value_that_nobody_escapes(value: str, plain: str) -> None:
    assert longest_plain(value) == plain


@given(st.text(min_size=1), st.integers(0, 2), st.booleans())
@example("Stra\u00dfe cafe\u0301", 1, True)
def test_what_holds_a_value_is_found_by_that_part(value: str, depth: int, ascii_only: bool) -> None:
    stored = json.dumps({"a": [value]}, ensure_ascii=ascii_only)
    for _ in range(depth):
        stored = json.dumps({"arguments": stored}, ensure_ascii=ascii_only)
    assert holds_value(stored, value)
    plain = longest_plain(value)
    assert not plain or text_term_matches(TextTerm(plain), stored, None, None)
