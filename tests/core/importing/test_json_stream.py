"""JSON that is taken apart piece by piece: whatever the pieces, the same values and places."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskview_core.importing import json_stream
from taskview_core.importing.json_stream import BadJsonError, JsonStream

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def stream_of(text: str | bytes, chunk: int = 4) -> JsonStream:
    return JsonStream(BytesIO(text.encode() if isinstance(text, str) else text), chunk=chunk)


def items_of(stream: JsonStream) -> list[Any]:
    found = []
    stream.take("[")
    while stream.peek() != "]":
        found.append(stream.value())
        if stream.peek() == ",":
            stream.take(",")
    stream.take("]")
    assert stream.peek() == ""
    return found


@given(st.lists(VALUES, max_size=4), st.integers(1, 40), st.sampled_from([None, 1]), st.booleans())
def test_a_list_is_read_item_by_item_whatever_the_pieces(
    values: list[Any], chunk: int, indent: int | None, ascii_only: bool
) -> None:
    text = json.dumps(values, indent=indent, ensure_ascii=ascii_only)
    assert items_of(stream_of(text, chunk)) == values


@given(st.lists(VALUES, min_size=1, max_size=4), st.integers(1, 40))
def test_values_are_passed_over_by_their_brackets(values: list[Any], chunk: int) -> None:
    stream = stream_of(json.dumps([*values, "end"]), chunk)
    stream.take("[")
    for _ in values:
        stream.skip()
        stream.take(",")
    assert stream.value() == "end"


@pytest.mark.parametrize("chunk", [1, 3, 1000])
def test_places_are_lines_and_columns(chunk: int) -> None:
    stream = stream_of('[1,\n  "two",\n\n   {"three": 3}]', chunk)
    places = []
    stream.take("[")
    while stream.peek() != "]":
        places.append(stream.here())
        stream.mark()
        stream.value()
        assert stream.place() == places[-1]
        if stream.peek() == ",":
            stream.take(",")
    assert places == [(1, 2), (2, 3), (4, 4)]


@pytest.mark.parametrize("chunk", [1, 1000])
@pytest.mark.parametrize(
    ("text", "reason", "skippable"),
    [
        ("[nope]", "this is not JSON: Expecting value", True),
        ('{"a" 1}', "this is not JSON: Expecting ':' delimiter", True),
        ('{"a": 1', "the file ends within it", False),
        ('"open', "the file ends within it", False),
        ('"a\nb" and more behind it', "this is not JSON: Invalid control character at", True),
        ("[" * 100_000, "it is nested too deep to be read", True),
    ],
)
def test_what_is_wrong_is_said(text: str, reason: str, skippable: bool, chunk: int) -> None:
    stream = stream_of(text, max(chunk, len(text) // 1000))
    with pytest.raises(BadJsonError) as raised:
        stream.value()
    assert (raised.value.reason, raised.value.skippable) == (reason, skippable)


def test_bytes_that_are_not_utf_8_spoil_their_value_alone() -> None:
    stream = stream_of(b'["good", "b\xffd", "\xc3\xa9"]', 3)
    stream.take("[")
    assert stream.value() == "good"
    stream.take(",")
    with pytest.raises(BadJsonError, match="it is not UTF-8"):
        stream.value()
    stream.skip()
    stream.take(",")
    assert stream.value() == "é"


def test_numbers_longer_than_python_reads_and_constants_are_text() -> None:
    assert items_of(stream_of(f"[{'9' * 5000}, NaN, -Infinity]")) == [
        "9" * 5000,
        "NaN",
        "-Infinity",
    ]


def test_a_value_that_is_too_long_is_not_read_but_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(json_stream, "LONGEST", 1000)
    stream = stream_of(json.dumps([["x" * 10] * 200, "end"]), 64)
    stream.take("[")
    with pytest.raises(BadJsonError, match="it is longer than"):
        stream.value()
    stream.skip()
    stream.take(",")
    assert stream.value() == "end"


@pytest.mark.parametrize("chunk", [1, 7, 1000])
@pytest.mark.parametrize(
    ("between", "found"),
    [
        ('\n{"next": 1}', True),
        ('}{"next": 1}', True),
        ('\n  , {"traceId": 1}', True),
        ('\n  "a": {"b": 1}', False),
        ("", False),
    ],
)
def test_the_next_document_is_found(between: str, found: bool, chunk: int) -> None:
    stream = stream_of('{"broken" {' + between, chunk)
    stream.begin()
    stream.take("{")
    stream.value()
    assert stream.next_document() is found
    if found:
        assert stream.value() in ({"next": 1}, {"traceId": 1})


def test_a_mark_at_the_beginning_is_passed_over() -> None:
    assert stream_of("\ufeff[1]").value() == [1]


def test_the_end_of_the_input_moves_nothing() -> None:
    """A number right at the end has to be read on, and there is nothing to read."""
    stream = stream_of('{"a": [1, 2, 3], "total": 0}', 1000)
    stream.take("{")
    for _ in range(2):
        stream.mark()
        stream.value()
        stream.take(":")
        stream.value()
        if stream.peek() == ",":
            stream.take(",")
    stream.take("}")
    assert stream.peek() == ""


def test_only_what_is_needed_is_kept() -> None:
    """A list of any length is read in memory for one item and one piece."""
    count, size = 2_000, 0
    stream = stream_of(json.dumps(["x" * 100] * count), 1024)
    stream.take("[")
    for _ in range(count):
        stream.mark()
        stream.value()
        size = max(size, len(stream._text))
        if stream.peek() == ",":
            stream.take(",")
    assert size < 4 * 1024


def test_of_a_value_that_is_passed_over_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "LONGEST", 1_000)
    asked: list[int] = []

    class Asked(BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            asked.append(size or 0)
            return super().read(size)

    stream = JsonStream(Asked(b'[{"a":[' + b'["x",1],' * 20_000 + b'1]},"next"]'), chunk=100)
    stream.take("[")
    stream.mark()
    with pytest.raises(BadJsonError, match="longer"):
        stream.value()
    stream.skip()
    stream.take(",")
    assert stream.value() == "next"
    # As much is read as is kept, or a piece.
    assert max(asked) < 5_000
