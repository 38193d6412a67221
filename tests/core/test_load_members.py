"""The scanner that cuts values out of a line: the same values as json.loads, the very text."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskview_core.persistence.lines.members import MalformedError, ObjectScanner
from taskview_core.persistence.lines.plain_lines import plain_members

BAD = [
    '{"a":1,"a":2}', '{"a":01}', '{"a":[1,]}', '{"a":NaN}', r'{"a":"\ud800"}', r'{"a":"\x"}',
    '{"a":1}x', '{"a":"\x01"}', '{"a":1.}', '{"a":{"b":01}}', '{"a":1,"b":"q","a":1}', "[1]", "",
    '{"a":{"a":1,"a":2}}', r'{"\u0061":1}', '{"a":' + "[" * 5_000 + "]" * 5_000 + "}",
]  # fmt: skip


def _plain(text: str) -> dict[str, str] | None:
    found = plain_members(text)
    return None if found is None else dict(zip(*found, strict=True))


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(st.text(), values),
    st.sampled_from([(", ", ": "), (",", ":"), (" ,\t", " :\r\n ")]),
    st.booleans(),
)
def test_members_are_what_json_reads(
    value: dict[str, Any], separators: tuple[str, str], ascii_only: bool
) -> None:
    text = " " + json.dumps(value, separators=separators, ensure_ascii=ascii_only) + "\n"
    members = ObjectScanner().members(text)
    assert [member[0] for member in members] == list(value)
    for key, start, end, _, key_start in members:
        assert json.loads(text[start:end]) == value[key]
        assert text[start:end] == text[start:end].strip()
        assert text[key_start] == '"'


@given(
    st.dictionaries(st.text(), values),
    st.sampled_from([(", ", ": "), (",", ":"), (" ,\t", " :\r\n ")]),
    st.booleans(),
)
def test_plain_values_are_the_same_members(
    value: dict[str, Any], separators: tuple[str, str], ascii_only: bool
) -> None:
    text = json.dumps(value, separators=separators, ensure_ascii=ascii_only) + "\n"
    found = _plain(text)
    members = ObjectScanner().members(text)
    if found is not None:
        assert found == {key: text[start:end] for key, start, end, _, _ in members}


@pytest.mark.parametrize("separators", [(", ", ": "), (",", ":")])
def test_what_programs_write_is_plain(separators: tuple[str, str]) -> None:
    value = {"id": "é \\ \u2028", "input": {"a": [1.10, None, "b, c: d"]}, "error": None}
    for ascii_only in (True, False):
        text = json.dumps(value, separators=separators, ensure_ascii=ascii_only)
        found = _plain(text + "\r\n")
        assert found is not None
        assert {key: json.loads(each) for key, each in found.items()} == value


@given(st.text(alphabet='{}[]",:\\ 01aund\n\t.e-') | st.sampled_from(BAD))
def test_what_json_refuses_is_not_plain(text: str) -> None:
    found = _plain(text)
    if found is not None:
        pairs = json.loads(text, object_pairs_hook=lambda pairs: pairs)
        assert [key for key, _ in pairs] == list(found)


@pytest.mark.parametrize(
    "value",
    [
        "1.10",
        "1e400",
        "-0.0",
        '{"a": 1, "a": 2}',
        r'"\ud800"',
        r'"\u0000\/"',
        "[ 1,\t2 ]",
        "1" * 6000,
    ],
)
def test_values_keep_their_letters(value: str) -> None:
    text = f'{{"before": 1, "value": {value} , "after": 2}}'
    _, (key, start, end, _, _), _ = ObjectScanner().members(text)
    assert (key, text[start:end]) == ("value", value)


def test_what_is_too_deep_for_the_decoder_is_cut_out_all_the_same() -> None:
    deep = "[" * 20_000 + '{"a": [1, "]", {}, [], {"b": null}]}' + "]" * 20_000
    scanner = ObjectScanner()
    members = scanner.members(f'{{"deep": {deep}, "x": 1}}')
    assert [member[0] for member in members] == ["deep", "x"]
    assert members[0][2] - members[0][1] == len(deep)


@pytest.mark.parametrize(
    "end",
    ["}", "1 2", "]]", ",", "1,]", "{]", '{"a"}', '{"a":}', '{"a":1,}', "{1:2}", "tru", '"\\x"',
     "01", '"\n"', ":", '{"a":1 "b":2}', "[1 2]", ""],
)  # fmt: skip
def test_nonsense_in_the_deep_is_refused_as_in_the_shallow(end: str) -> None:
    deep = "[" * 5_000 + end + "]" * 5_000
    with pytest.raises(json.JSONDecodeError):
        json.loads(f"[{end}]" if end else "[[]")
    if not end:
        deep = deep[:-1]
    with pytest.raises(MalformedError):
        ObjectScanner().members(f'{{"deep": {deep}}}')


@given(st.text(alphabet='{}[]",:\\ 01au\n\t'))
def test_what_json_refuses_is_refused(text: str) -> None:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if isinstance(value, dict):
        assert {member[0] for member in ObjectScanner().members(text)} == set(value)
    else:
        with pytest.raises(MalformedError):
            ObjectScanner().members(text)


def test_constants_that_json_has_not_are_seen() -> None:
    scanner = ObjectScanner()
    scanner.members('{"a": [NaN]}')
    assert scanner.saw_constants
    scanner.members('{"a": ["NaN"]}')
    assert not scanner.saw_constants
    scanner.members('{"a": ' + "[" * 5_000 + "-Infinity" + "]" * 5_000 + "}")
    assert scanner.saw_constants
