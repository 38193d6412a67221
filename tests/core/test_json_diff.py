"""Two payloads compared by path: by value, with numbers and repeated keys as they are stored."""

from __future__ import annotations

import json
from copy import deepcopy
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.examples import examples
from taskview_core.compare.json_diff import (
    MOST_CHANGES,
    MOST_CHARACTERS,
    JsonDiff,
    is_same_json,
    json_diff,
    text_diff,
)
from taskview_core.entities import StoredJson


def changes(left: str | None, right: str | None) -> list[tuple[str, str | None, str | None]]:
    diff = json_diff(StoredJson(left), StoredJson(right))
    assert is_same_json(StoredJson(left), StoredJson(right)) is not bool(diff)
    return [
        (each.path, each.left and each.left.text, each.right and each.right.text)
        for each in diff.changes
    ]


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ('{"a": 1, "b": 2}', '{"b":2,"a":1}', []),
        ('{"a": 1}', '{"a": 1.0}', [(".a", "1", "1.0")]),
        ('{"a": 1e400}', '{"a": 1E400}', [(".a", "1e400", "1E400")]),
        ('{"a": 1, "a": 2}', '{"a": 1, "a": 3}', [(".a#2", "2", "3")]),
        ('{"a": 1, "a": 2}', '{"a": 1}', [(".a#2", "2", None)]),
        ('{"a": 1, "a": 2}', '{"a": 2, "a": 1}', [(".a", "1", "2"), (".a#2", "2", "1")]),
        ('{"odd key": "x"}', '{"odd key": "y"}', [('["odd key"]', '"x"', '"y"')]),
        ("[1, 2, 3]", "[0, 1, 2, 3]", [("[0]", None, "0")]),
        ('[{"r": 1}, {"r": 2}]', '[{"r": 2}]', [("[0]", '{"r": 1}', None)]),
        ('[{"r": 1}, {"r": 2}]', '[{"r": 1}, {"r": 3}]', [("[1].r", "2", "3")]),
        ("true", "1", [("", "true", "1")]),
        ('"1"', "1", [("", '"1"', "1")]),
        ("{}", "[]", [("", "{}", "[]")]),
        (None, "null", [("", "NULL", "null")]),
        (None, None, []),
        ("not json", "not  json", [("", "not json", "not  json")]),
        ("not json", '"not json"', [("", "not json", '"not json"')]),
        ("NaN", "Infinity", [("", "NaN", "Infinity")]),
        ('{"a": [[], {}]}', '{"a": [[], {"b": [null]}]}', [(".a[1].b", None, "[null]")]),
    ],
)
def test_a_change_is_at_its_path(
    left: str | None, right: str | None, expected: list[tuple[str, str | None, str | None]]
) -> None:
    assert changes(left, right) == expected


def test_a_member_that_moved_says_where_it_was() -> None:
    diff = json_diff(StoredJson('[{"a":1,"b":[1]}]'), StoredJson('[7,{"a":1,"b":[2]}]'))
    assert [(each.path, each.old_path) for each in diff.changes] == [
        ("[0]", "[0]"),
        ("[1].b[0]", "[0].b[0]"),
    ]


def test_many_changes_are_counted_where_they_are_not_given() -> None:
    left, right = ([at * 2 + odd for at in range(5_000)] for odd in (0, 1))
    diff = json_diff(StoredJson(json.dumps({"a": left})), StoredJson(json.dumps({"b": right})))
    assert diff.total == 2
    objects = [
        json.dumps({str(at): value for at, value in enumerate(side)}) for side in (left, right)
    ]
    diff = json_diff(*(StoredJson(text) for text in objects))
    assert len(diff.changes) == MOST_CHANGES
    assert diff.total == 5_000
    assert diff.left_out == 5_000 - MOST_CHANGES


def test_long_texts_are_shown_from_a_little_before_where_they_differ() -> None:
    same = "x" * 50_000
    one, two = f"{same}one{same}", f"{same}two{same}"
    (change,) = json_diff(StoredJson(json.dumps(one)), StoredJson(json.dumps(two))).changes
    assert change.left is not None
    assert change.right is not None
    assert change.left.start == change.right.start == 50_000 - 60
    assert "one" in change.left.text[:70]
    assert "two" in change.right.text[:70]
    assert not change.left.is_whole
    (added,) = json_diff(StoredJson("{}"), StoredJson(json.dumps({"a": [one]}))).changes
    assert added.right is not None
    assert len(added.right.text) == MOST_CHARACTERS
    assert not added.right.is_whole


def test_json_too_deep_to_decode_is_compared_as_text() -> None:
    deep = "[" * 200_000 + "]" * 200_000
    assert len(changes(deep, deep + " ")) == 1


def test_deep_json_needs_no_recursion() -> None:
    one, two = (f"{'[' * 600}{middle}{']' * 600}" for middle in (1, 2))
    assert changes(one, two) == [("[0]" * 600, "1", "2")]


def test_errors_are_texts() -> None:
    assert text_diff("1.0", "1.0") == JsonDiff((), 0)
    assert text_diff('{"a":1}', '{"a": 1}').total == 1
    assert text_diff(None, "x").total == 1


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=20,
)


@examples(80)
@given(VALUES, VALUES)
def test_equal_values_and_no_others_are_the_same(left: Any, right: Any) -> None:
    texts = [json.dumps(left), json.dumps(right, indent=1)]
    # In Python 1 == True; in JSON it is not.
    same = json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)
    assert bool(changes(*texts)) is not same
    assert changes(texts[0], json.dumps(left, indent=2)) == []


@examples(80)
@given(VALUES, st.integers(0, 1 << 32))
def test_a_value_planted_at_a_path_is_found_there(value: Any, seed: int) -> None:
    document = {"a": [value, {"b": value}], "c": value}
    changed = deepcopy(document)
    random = Random(seed)
    path, where, key = random.choice(
        [(".c", changed, "c"), (".a[1].b", changed["a"][1], "b"), (".new", changed, "new")]
    )
    where[key] = "planted: not in any other value"
    ((found, _, now),) = changes(json.dumps(document), json.dumps(changed))
    assert (found, now) == (path, '"planted: not in any other value"')
