"""JSON as lines: nothing of the text is lost on the way."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskview_tui.render.json_lines import JsonLines, Kind, parse_json

BRACKETS = {
    Kind.OBJECT: "{",
    Kind.LIST: "[",
    Kind.CLOSE_OBJECT: "}",
    Kind.CLOSE_LIST: "]",
}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=25,
)


def _lines(text: str) -> JsonLines:
    lines = parse_json(text)
    assert lines is not None
    return lines


def _written(lines: JsonLines) -> str:
    """Write the lines as JSON again."""
    parts: list[str] = []
    for number, kind in enumerate(lines.kinds):
        if lines.keys[number] is not None:
            parts.append(json.dumps(lines.keys[number]) + ":")
        if kind in BRACKETS:
            parts.append(BRACKETS[kind])
            if number in lines.sizes and lines.sizes[number] == 0:
                parts.append("}" if kind is Kind.OBJECT else "]")
        elif kind is Kind.STRING:
            parts.append(json.dumps(lines.texts[number]))
        else:
            parts.append(lines.texts[number])
        opens = lines.ends[number] > number + 1
        if lines.commas[number] and not opens:
            parts.append(",")
    return "".join(parts)


@given(VALUES)
def test_the_lines_written_out_are_the_value(value: Any) -> None:
    assert json.loads(_written(_lines(json.dumps(value)))) == value


@given(VALUES)
def test_what_is_nested_ends_where_its_bracket_is(value: Any) -> None:
    lines = _lines(json.dumps(value))

    assert lines.ends[0] == len(lines)
    for number, end in enumerate(lines.ends):
        if end > number + 1:
            assert (
                BRACKETS[lines.kinds[end - 1]]
                == {"{": "}", "[": "]"}[BRACKETS[lines.kinds[number]]]
            )
            assert all(depth > lines.depths[number] for depth in lines.depths[number + 1 : end - 1])
            assert lines.depths[end - 1] == lines.depths[number]


@pytest.mark.parametrize("number", ["1.50", "1e400", "-0", "12345678901234567890123", "NaN"])
def test_numbers_stay_as_they_are_written(number: str) -> None:
    lines = _lines(f"[{number}]")

    assert lines.texts[1] == number
    assert lines.kinds[1] is Kind.NUMBER


def test_repeated_keys_all_show() -> None:
    lines = _lines('{"a": 1, "a": "1", "a": {}}')

    assert lines.keys[1:4] == ["a", "a", "a"]
    assert lines.kinds[1:4] == [Kind.NUMBER, Kind.STRING, Kind.OBJECT]
    assert lines.sizes == {0: 3, 3: 0}


@pytest.mark.parametrize("text", ["", "{", "{'a': 1}", "nul", "1 2", "[" * 200_000])
def test_what_is_not_json_or_too_deep_is_left_to_be_shown_as_text(text: str) -> None:
    assert parse_json(text) is None


def test_half_a_character_survives() -> None:
    assert _lines('"\\ud83d"').texts == ["\ud83d"]
