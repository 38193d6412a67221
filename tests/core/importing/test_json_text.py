"""Values are written as JSON that every database stores, whatever they hold."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskview_core.importing.json_text import any_decoded, decoded, json_text, storable_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": [1, 1.5, True, None, "é"]}, '{"a":[1,1.5,true,null,"é"]}'),
        (float("nan"), '"nan"'),
        ([float("inf"), float("-inf")], '["inf","-inf"]'),
        ("half \ud800 of a pair", '"half \ufffd of a pair"'),
        ({"nul\0": "a\0b"}, '{"nul␀":"a␀b"}'),
        (r"\u0000", r'"\\u0000"'),
        ("\U0001f600", '"\U0001f600"'),
    ],
)
def test_what_is_written(value: Any, text: str) -> None:
    assert json_text(value) == text


def test_what_is_nested_too_deep_is_said() -> None:
    value: Any = "bottom"
    for _ in range(5_000):
        value = [value]
    assert "(nested too deep to be kept)" in json_text(value)


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_can_be_stored(text: str) -> None:
    for stored in (storable_text(text), json.loads(json_text(text))):
        stored.encode()
        assert "\0" not in stored
    clean = storable_text(text)
    assert json.loads(json_text(clean)) == clean


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1}', {"a": 1}),
        (" [1, 2]", [1, 2]),
        ("12", "12"),
        ('"quoted"', '"quoted"'),
        ("{broken", "{broken"),
        ("[" * 500 + "]" * 500, "[" * 500 + "]" * 500),
        ("[" + "[]," * 300 + "[]]", [[]] * 301),
        ('{"a": "' + "[" * 500 + '"}', {"a": "[" * 500}),
    ],
)
def test_objects_and_lists_are_read_from_texts(text: str, value: Any) -> None:
    assert decoded(text) == value


def test_any_json_is_read_where_it_is_said_to_be_some() -> None:
    assert any_decoded('"quoted"') == "quoted"
    assert any_decoded("12") == 12
    assert any_decoded("plain") == "plain"
    assert any_decoded("[NaN]") == ["NaN"]


def test_a_text_that_was_cut_within_a_string_is_left_as_it_is() -> None:
    """Each quote in it was once tried as a beginning: this took an hour."""
    text = '[{"a": []}, ' * 60 + '"' + '\\"role\\":' * 100_000
    assert decoded(text) == text
