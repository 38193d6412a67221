"""A payload is kept as it is stored, and decoded as far as it can be."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from support import task_strategies as whole
from taskview_core.entities import StoredJson


@given(whole.json_values())
def test_json_is_decoded(value: Any) -> None:
    stored = StoredJson(json.dumps(value))
    assert stored.value() == value
    assert stored.is_json


@given(whole.json_values())
def test_empty_is_null_and_what_holds_nothing(value: Any) -> None:
    empty = value is None or value in ("", [], {})
    for indent in (None, 1):
        stored = json.dumps(value, indent=indent)
        assert StoredJson(stored).is_empty is empty
        assert StoredJson(f" \n{stored}\t\r").is_empty is empty


@pytest.mark.parametrize("text", [None, "null", '""', "{}", "[]", "{ }", "[\n\t]", " {\r\n} "])
def test_what_is_empty(text: str | None) -> None:
    assert StoredJson(text).is_empty
    assert StoredJson(text).is_json


@pytest.mark.parametrize(
    "text",
    ["0", "false", '" "', "[null]", "[[]]", "{]", "[}", "nul", "{\xa0}", '"" ""', "not json"],
)
def test_what_is_not_empty(text: str) -> None:
    assert not StoredJson(text).is_empty


@pytest.mark.parametrize(
    "text", ["", " ", "not json", '{"a": ', "{'a': 1}", "\ufeff{}", "[" * 5000 + "]" * 5000]
)
def test_what_is_no_json_or_too_deep_comes_back_as_it_is(text: str) -> None:
    stored = StoredJson(text)
    assert not stored.is_json
    assert stored.value() == text


def test_null_is_json_without_a_value() -> None:
    assert StoredJson(None).value() is None
    assert StoredJson("null").value() is None


def test_the_text_keeps_what_decoding_loses() -> None:
    text = '{"a": 1.50, "a": 1E2, "b": "\\u00e9"}'
    stored = StoredJson(text)
    assert stored.text == text
    assert stored.value() == {"a": 100.0, "b": "é"}
