"""Payloads come out letter for letter, and always as one line of valid JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskview_core.entities import StoredJson
from taskview_tui.text.json_text import is_valid_json, json_string, payload_text, tokens
from taskview_tui.text.pretty_json import pretty

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda below: st.lists(below) | st.dictionaries(st.text(st.characters(codec="utf-8")), below),
)  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "1.0",
        "1e400",
        "-0",
        "123456789012345678901234567890.10",
        "9" * 5000,
        '{"a":1,"a":2}',
        r'"\ud800 \u0000 \u00e9 \/"',
        '"é 漢字 🙂"',
        '{ "a" :[ ] }',
        "null",
        '""',
    ],
)
def test_a_payload_stays_as_it_is_stored(text: str) -> None:
    assert payload_text(StoredJson(text)) == (text, True)


def test_null_is_null() -> None:
    assert payload_text(StoredJson(None)) == ("null", True)


def test_white_space_between_the_parts_is_put_on_one_line() -> None:
    text = '\n{\r\n\t"a": [1,\n 2]\n}\n'
    assert payload_text(StoredJson(text)) == ('{   "a": [1,  2] }', True)


@pytest.mark.parametrize("text", ["", "{", "nope", "NaN", "[Infinity]", "[1,]", '{"a"}', "\x1b[2J"])
def test_what_is_no_json_becomes_a_string(text: str) -> None:
    written, was_json = payload_text(StoredJson(text))
    assert not was_json
    assert json.loads(written) == text


@pytest.mark.parametrize(
    "character", ["\x7f", "\x9b", "\u0085", "\u2028", "\u2029", "\u202e", "\u2066", "\ufeff"]
)
def test_what_a_terminal_or_a_line_reader_obeys_is_escaped(character: str) -> None:
    stored = json.dumps({"a": f"x{character}y"}, ensure_ascii=False)
    written, _ = payload_text(StoredJson(stored))
    assert character not in written
    assert json.loads(written) == json.loads(stored)
    assert json.loads(json_string(f"x{character}y")) == f"x{character}y"


def test_an_odd_byte_that_became_half_a_surrogate_pair_can_be_written() -> None:
    written, was_json = payload_text(StoredJson('{"a": "\udcff"}'))
    assert was_json
    assert written == r'{"a": "\udcff"}'
    assert json_string("\udcff").encode() == rb'"\udcff"'


@pytest.mark.parametrize("depth", [900, 5_000, 100_000])
def test_depth_is_no_fault(depth: int) -> None:
    for opening, inside, closing in (("[", "", "]"), ('{"a":', "1", "}")):
        text = opening * depth + inside + closing * depth
        assert is_valid_json(text)
        assert payload_text(StoredJson(text)) == (text, True)


@pytest.mark.parametrize("end", ["]]", "", "}", ",]", " x", "] 1"])
def test_a_fault_is_found_however_deep(end: str) -> None:
    text = "[" * 5_000 + "]" * 4_999 + end
    assert not is_valid_json(text)


@pytest.mark.parametrize(
    "inside",
    ["1,", ",1", '"a":1', "{1}", '{"a"}', '{"a":}', '{"a":1,}', '{,"a":1}', "01", "1.", "tru", "+1",
     '"\\x"', '"\n"', '"', ":", "NaN", '{"a":1 "b":2}', "[1 2]", "{]"],
)  # fmt: skip
def test_deep_text_is_held_to_the_same_rules(inside: str) -> None:
    deep = "[" * 5_000 + inside + "]" * 5_000
    assert not is_valid_json(deep)
    assert not is_valid_json(f"[{inside}]")


@given(VALUES, st.booleans(), st.sampled_from([None, 2]))
def test_any_value_comes_back(value: Any, ascii_only: bool, indent: int | None) -> None:
    stored = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    written, was_json = payload_text(StoredJson(stored))
    assert was_json
    assert len(written.splitlines()) == 1
    assert written.encode()
    assert json.loads(written) == value
    deep = "[" * 2_000 + stored + "]" * 2_000
    assert is_valid_json(deep)


@given(VALUES)
def test_pretty_lines_hold_the_same_value_and_tokens(value: Any) -> None:
    stored = json.dumps(value)
    shown = "\n".join(pretty(stored))
    assert json.loads(shown) == value
    assert [token for token in tokens(shown) if token[0] != '"'] == [
        token for token in tokens(stored) if token[0] != '"'
    ]


def test_pretty_keeps_numbers_and_repeated_keys() -> None:
    assert list(pretty('{"a":1.00,"a":[1e3,{}],"b":[{"c":"\\u00e9\\u001b"}]}')) == [
        "{",
        '  "a": 1.00,',
        '  "a": [',
        "    1e3,",
        "    {}",
        "  ],",
        '  "b": [',
        "    {",
        '      "c": "é\\u001b"',
        "    }",
        "  ]",
        "}",
    ]


def test_what_is_deep_is_not_spread_over_more_than_it_is_worth() -> None:
    """Two blanks for each of 30,000 levels would be 900 MB; and more memory than there is."""
    deep = 30_000
    shown = list(pretty("[" * deep + "]" * deep))
    assert len(shown) == 2 * deep - 1
    assert max(map(len, shown)) <= 102
    assert "".join(map(str.strip, shown)) == "[" * deep + "]" * deep
