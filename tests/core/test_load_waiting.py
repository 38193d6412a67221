"""The id of a missing parent goes into metadata and out again, and leaves no trace."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskview_core.persistence.loading.waiting import parent_of, with_parent, without_parent

PARENT = "a0000000000040008000000000000001"

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text() | st.sampled_from(["taskview.metadata", "taskview.parent_task_id"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@given(values)
def test_what_was_there_comes_back_to_the_letter(value: object) -> None:
    text = None if value is None else json.dumps(value)
    kept = with_parent(text, PARENT)
    assert parent_of(kept) == PARENT
    assert without_parent(kept) == text


@pytest.mark.parametrize(
    "text",
    ["{ }", '{"a": 1 }', '{\t"a" : 1.10,"a":2\n}', "[1, 2]", "7", "1.50", '"x"', "{not json",
     "{\"a\": 'x'}", '{"taskview.metadata": 5}', '{"x": {"taskview.parent_task_id": "no"}}', "NaN"],
)  # fmt: skip
def test_odd_metadata_comes_back_to_the_letter(text: str) -> None:
    kept = with_parent(text, PARENT)
    assert parent_of(kept) == PARENT
    assert isinstance(json.loads(kept), dict)
    assert without_parent(kept) == text


@given(st.dictionaries(st.text(), st.integers() | st.text()))
def test_it_is_found_and_taken_out_wherever_it_stands(value: dict[str, object]) -> None:
    # As JSONB gives it back: in an order of its own.
    for before in range(len(value) + 1):
        items = list(value.items())
        items.insert(before, ("taskview.parent_task_id", str_id(PARENT)))
        text = json.dumps(dict(items))
        assert parent_of(text) == PARENT
        assert json.loads(without_parent(text) or "") == value


def str_id(digits: str) -> str:
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


@pytest.mark.parametrize(
    "text",
    [None, "", "{}", '"taskview.parent_task_id"', '{"taskview.parent_task_id": 5}',
     '["taskview.parent_task_id"]', '{"taskview.parent_task_id": "tomorrow"}',
     '{"a": {"taskview.parent_task_id": "' + PARENT + '"}}'],
)  # fmt: skip
def test_other_metadata_holds_no_parent(text: str | None) -> None:
    assert parent_of(text) is None
