"""Cursors are words that come back as the same place, and nothing else is a cursor."""

from __future__ import annotations

import base64
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support import strategies as some
from taskview_core.errors import UsageError
from taskview_core.query.request import Cursor, PageRequest, Place
from taskview_core.query.sort import CONVERSATION_SORT_KEYS, NEWEST_FIRST, TASK_SORT_KEYS, Sort

_KEY_VALUES = st.one_of(
    st.none(),
    some.texts(),
    st.integers(-(2**63), 2**63),
    st.floats(allow_nan=False),
    st.just("2026-01-31 10:00:00.000000"),
)
cursors = st.builds(
    Cursor,
    st.sampled_from(Place),
    st.builds(Sort, st.sampled_from((*TASK_SORT_KEYS, *CONVERSATION_SORT_KEYS)), st.booleans()),
    st.lists(_KEY_VALUES, max_size=3).map(tuple),
    st.one_of(st.none(), st.integers(0, 10**12)),
)


@given(cursors)
def test_a_cursor_comes_back_from_its_word(cursor: Cursor) -> None:
    word = cursor.encode()
    assert re.fullmatch(r"c[A-Za-z0-9_-]*", word)
    found = Cursor.decode(word)
    assert found == cursor
    assert [type(value) for value in found.key] == [type(value) for value in cursor.key]


def _word(body: object) -> str:
    return "c" + base64.urlsafe_b64encode(json.dumps(body).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c",
        "x",
        "cé",
        "c===",
        "c!!!!",
        "-created",
        "c" + "A" * 10_000,
        Cursor(Place.FIRST, NEWEST_FIRST).encode()[:-3],
        Cursor(Place.FIRST, NEWEST_FIRST).encode()[1:],
        Cursor(Place.FIRST, NEWEST_FIRST).encode() + "!",
        _word(None),
        _word(5),
        _word("first"),
        _word([]),
        _word({"a": 1, "b": 2, "c": 3, "d": 4}),
        _word(["first", "-created", []]),
        _word(["nowhere", "-created", [], None]),
        _word([["first"], "-created", [], None]),
        _word(["first", "-nothing", [], None]),
        _word(["first", 5, [], None]),
        _word(["first", "-created", "abc", None]),
        _word(["first", "-created", [[1]], None]),
        _word(["first", "-created", [{"a": 1}], None]),
        _word(["first", "-created", [], "1"]),
        _word(["first", "-created", [], 1.5]),
        "c" + base64.urlsafe_b64encode(b"[" * 9000).decode(),
        "c" + base64.urlsafe_b64encode(b"\xff\xfe").decode(),
        "c" + base64.urlsafe_b64encode(b"9" * 9000).decode(),
    ],
)
def test_anything_else_is_a_wrong_use(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        Cursor.decode(text)
    assert caught.value.title == "this is not a cursor"


@given(st.text(max_size=60), st.binary(max_size=60))
def test_nonsense_never_raises_anything_else(text: str, data: bytes) -> None:
    for word in (text, f"c{text}", "c" + base64.urlsafe_b64encode(data).decode()):
        try:
            found = Cursor.decode(word)
        except UsageError:
            continue
        assert Cursor.decode(found.encode()) == found


def test_a_cursor_goes_with_its_order() -> None:
    cursor = Cursor(Place.AFTER, NEWEST_FIRST, ("2026", "a"))
    assert PageRequest(10, NEWEST_FIRST, cursor).cursor is cursor
    with pytest.raises(UsageError, match="belongs to the order -created, not agent"):
        PageRequest(10, Sort("agent"), cursor)


def test_a_page_holds_at_least_one_row() -> None:
    with pytest.raises(UsageError, match="at least one row"):
        PageRequest(0)


@pytest.mark.parametrize("text", ["created", "-created", "duration", "-status"])
def test_sorts_come_back_from_their_text(text: str) -> None:
    sort = Sort.parse(text)
    assert str(sort) == text
    assert str(sort.reversed()) == (text[1:] if text[0] == "-" else f"-{text}")
    assert sort.reversed().reversed() == sort


@pytest.mark.parametrize(("text", "near"), [("-creatd", "created"), ("agnet", "agent")])
def test_a_mistyped_sort_key_is_answered_with_the_nearest(text: str, near: str) -> None:
    with pytest.raises(UsageError) as caught:
        Sort.parse(text)
    assert f"did you mean {near}?" in caught.value.detail
    assert "created, started, completed" in caught.value.detail


def test_a_sort_key_of_tasks_is_none_of_conversations() -> None:
    with pytest.raises(UsageError, match="cannot sort by 'agent'"):
        Sort.parse("agent", CONVERSATION_SORT_KEYS)
