"""Paths to the lines of a JSON value, and what stands there as text."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.examples import examples
from taskview_tui.render.json_lines import Kind, parse_json
from taskview_tui.render.json_path import path_of, value_of
from taskview_tui.text.cells import ending

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3) | st.sampled_from(["a", "b-c"]), inner, max_size=3)
    ),
    max_leaves=12,
)
_STEP = re.compile(r'\.([A-Za-z_][\w-]*)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]')


def _follow(value: Any, path: str) -> Any:
    """Take the way that a path says."""
    at = 0
    while at < len(path):
        step = _STEP.match(path, at)
        assert step is not None, path
        name, place, quoted = step.groups()
        value = value[int(place) if place else name or json.loads(quoted)]
        at = step.end()
    return value


@examples(60)
@given(VALUES)
def test_each_path_leads_to_what_stands_there(value: Any) -> None:
    lines = parse_json(json.dumps(value))
    assert lines is not None
    for line in range(len(lines)):
        there = _follow(value, path_of(lines, line))
        text = value_of(lines, line)
        assert (text if isinstance(there, str) else json.loads(text)) == there


def test_numbers_and_repeated_keys_are_copied_as_they_are_stored() -> None:
    lines = parse_json('{"n": 1.50, "a": [], "n": 1e400, "s": "\\u202e"}')
    assert lines is not None
    assert value_of(lines, 0) == ('{\n  "n": 1.50,\n  "a": [],\n  "n": 1e400,\n  "s": "\\u202e"\n}')
    assert value_of(lines, len(lines) - 1) == value_of(lines, 0)
    assert lines.kinds[len(lines) - 1] is Kind.CLOSE_OBJECT


def test_of_equal_keys_each_has_its_own_path() -> None:
    """As `taskview diff` tells them."""
    lines = parse_json('{"a": 1, "o": {"a": 1, "b": 2}, "a": {"x y": 1, "x y": 2}, "b": 1, "a": 3}')
    assert lines is not None
    places = [line for line in range(len(lines)) if lines.kinds[line] is Kind.NUMBER]
    assert [path_of(lines, line) for line in places] == [
        ".a",
        ".o.a",
        ".o.b",
        '.a#2["x y"]',
        '.a#2["x y"]#2',
        ".b",
        ".a#3",
    ]


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("input.a", 7, "input.a"),
        ("input.abc", 7, "…ut.abc"),
        ("日本語", 5, "…本語"),
        ("日本語", 4, "…語"),
        ("ab", 0, ""),
    ],
)
def test_the_end_of_a_long_path_is_what_shows(text: str, width: int, shown: str) -> None:
    assert ending(text, width) == shown


def test_what_is_deep_is_copied_in_no_more_than_it_is_worth() -> None:
    deep, many = 500, 10_000
    stored = '{"a":' * deep + str([1] * many) + "}" * deep
    lines = parse_json(stored)
    assert lines is not None
    copied = value_of(lines, 0)
    assert len(copied) < 2 * (deep + many) * 120
    assert json.loads(copied) == json.loads(stored)
