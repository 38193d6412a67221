"""The one line that stands for a payload."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from support import strategies as some
from support import task_strategies as whole
from taskview_core.entities.preview import (
    LONGEST,
    preview_of_error,
    preview_of_json,
    preview_of_text,
    start_of_error,
)


def _line(text: str) -> str:
    return " ".join(text.split())


def _nested(value: Any) -> str:
    """Write a value with brackets and without quotes."""
    if isinstance(value, str):
        return _line(value) or '""'
    if isinstance(value, list):
        return f"[{', '.join(_nested(each) for each in value)}]"
    if isinstance(value, dict):
        inner = ", ".join(f"{_line(key)}: {_nested(each)}" for key, each in value.items())
        return f"{{{inner}}}"
    return json.dumps(value)


def _expected(value: Any) -> str:
    """Write the whole line for a value, the straightforward way."""
    if value is None or value == [] or value == {}:
        return ""
    if isinstance(value, str):
        return _line(value)
    if not isinstance(value, dict):
        return _nested(value)
    entries = [(_line(key), _nested(each), each) for key, each in value.items()]
    parts = [f"{key}: {shown}" for key, shown, _ in entries]
    if isinstance(entries[0][2], str) and _line(entries[0][2]):
        parts[0] = entries[0][1]
    return "  ".join(parts).strip()


@given(whole.json_values(), st.booleans(), st.sampled_from((None, 3)))
@example("", True, None)
@example({"a": " "}, True, None)
@example({"": "x"}, True, None)
@example([[]], True, None)
@example({"a": {}}, True, None)
@example(["x" * 300], True, None)
@example({"a": "\ud83d"}, True, None)
def test_the_preview_of_a_whole_payload(value: Any, escaped: bool, indent: int | None) -> None:
    stored = json.dumps(value, ensure_ascii=escaped, indent=indent)
    shown = preview_of_json(stored, cut=False)
    whole = _expected(json.loads(stored))
    if len(whole) <= LONGEST:
        assert shown == whole
    else:
        assert shown == whole[: LONGEST - 1].rstrip() + "…"


@given(whole.json_values(), st.booleans(), st.integers(1, 400))
@example({"a": "é😀" * 100}, True, 13)
@example({"a\\": ["b\\\\", "c"]}, True, 9)
def test_the_preview_of_a_beginning_is_the_beginning_of_the_preview(
    value: Any, escaped: bool, size: int
) -> None:
    stored = json.dumps(value, ensure_ascii=escaped)
    if size >= len(stored):
        return
    shown = preview_of_json(stored[:size], cut=True)
    assert shown.endswith("…")
    assert len(shown) <= LONGEST
    decoded = json.loads(stored)
    body = shown[:-1].rstrip()
    # Of what may be empty in the end, it is not known yet.
    wholes = (_expected(decoded), _nested(decoded))
    if isinstance(decoded, dict) and decoded:
        # A key shows until its value is known to be a text that is not blank.
        key = _line(next(iter(decoded)))
        if key.startswith(body):
            return
        body = body.removeprefix(f"{key}:").strip()
        wholes = (*wholes, wholes[0].removeprefix(f"{key}:").strip())
    assert any(whole.startswith(body) for whole in wholes)


@pytest.mark.parametrize("stored", [None, "", "null", " null\n", '""', '" "', "{}", "[]", "[ ]"])
def test_nothing_has_no_preview(stored: str | None) -> None:
    assert preview_of_json(stored, cut=False) == ""


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ('{"prompt": "hi", "n": 1}', "hi  n: 1"),
        ('{"n": 1, "prompt": "hi"}', "n: 1  prompt: hi"),
        ('{"a": {"b": [1, "x", null]}, "c": true}', "a: {b: [1, x, null]}  c: true"),
        ('{"messages": [{"role": "user", "content": "hi"}]}', "user: hi"),
        ('{"messages": [{"role": "user", "content": "a"}], "n": 1}', "user: a  n: 1"),
        ('[{"role": "user", "content": [{"type": "text", "text": "hi"}]}]', "user: hi"),
        ('[{"role": "user", "parts": [{"type": "text", "content": "hi"}]}]', "user: hi"),
        (
            '{"messages": [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}],'
            ' "system": "be brief"}',
            "user: hi  system: be brief",
        ),
        ('[{"role": "user", "content": "hi"}, {"role": "assistant", "content": "ho"}]',
         "user: hi · assistant: ho"),
        ('[{"role": "user", "content": [{"type": "text", "text": "one"}, {"type": "text", "text":'
         ' "two"}]}, {"role": "assistant", "content": "ho"}]',
         "user: one two · assistant: ho"),
        ('[{"role": "user", "content": [{"type": "image"}]}]',
         "[{role: user, content: [{type: image}]}]"),
        ('["a", 1, {}]', "[a, 1, {}]"),
        ('"a\\n\\tb   c"', "a b c"),
        ('"null"', "null"),
        ('"[]"', "[]"),
        ("12.50", "12.50"),
        ("-1E+5", "-1E+5"),
        ("false", "false"),
        ('{"a": ""}', 'a: ""'),
        ('{"a": "", "b": "x"}', 'a: ""  b: x'),
        ('{"a": null}', "a: null"),
        ('{"a": 1, "a": 2}', "a: 1  a: 2"),
        (r'{"a": "\u00dcber\ud83d\ude00 \"q\" \\ \/"}', 'Über😀 "q" \\ /'),
        ('{ "a" :\n"x" ,\n"b" : [ ] }', "x  b: []"),
        ('{"a": "line\nbreak"}', "line break"),
        ('{"a": "\x1b[31m"}', "\x1b[31m"),
        ("[NaN, -Infinity]", "[NaN, -Infinity]"),
        ("[" * 90 + "]" * 90, "[" * 90 + "]" * 90),
    ],
)  # fmt: skip
def test_whole_payloads(stored: str, shown: str) -> None:
    assert preview_of_json(stored, cut=False) == shown


@pytest.mark.parametrize(
    "stored",
    [
        "plain words",
        "{'a': 1}",
        '{"a": 1',
        '{"a": 1}}',
        '{"a": 1} x',
        '{"a" 1}',
        '{"a"}',
        '{"a": }',
        '{"a": 1,}',
        '{"a", "b"}',
        "{1: 2}",
        "{,}",
        "[1,]",
        "[,1]",
        "[1 2]",
        '["a" "b"]',
        '["a": 1]',
        '{"a": 1]',
        "]",
        "1, 2",
        '"a", "b"',
        '"a": "b"',
        "01",
        "1.",
        "+1",
        "--1",
        "truefalse",
        "nul",
        '"open',
        r'"\x"',
        r'"\u12"',
        "[" * 3000,
    ],
)
def test_what_is_no_json_shows_as_it_is(stored: str) -> None:
    assert preview_of_json(stored, cut=False) == (
        stored if len(stored) <= LONGEST else f"{stored[: LONGEST - 1]}…"
    )


@pytest.mark.parametrize(
    ("prefix", "shown"),
    [
        ('{"prompt": "hel', "hel…"),
        ('{"prompt": "hello', "hello…"),
        ('{"prompt": "hello", ', "hello…"),
        ('{"prompt": "hello", "n', "hello  n…"),
        ('{"prompt": "hello", "n": tr', "hello  n: tr…"),
        ('{"prompt": "hello", "n": -', "hello  n: -…"),
        ('{"prompt": "hello", "n": 1.', "hello  n: 1.…"),
        ('{"prompt', "prompt…"),
        ('{"prompt"', "prompt…"),
        ('{"n": 1, "a" ', "n: 1  a…"),
        ('{"n": 1, "a" 5', '{"n": 1, "a" 5…'),
        ('{"n": 1, "a" }', '{"n": 1, "a" }…'),
        ('{"a": {"b', "a: {b…"),
        ('{"a": "x\\', "x…"),
        ('{"a": "x\\u00', "x…"),
        ('{"a": "x\\u00e9', "xé…"),
        ('{"a": "x\\ud83d', "x…"),
        ('{"a": "x\\ud83d\\', "x…"),
        ('{"a": "x\\ud83d\\ude0', "x…"),
        ('{"a": "x\\ud83d\\ude00', "x😀…"),
        ('{"a": "x\\\\', "x\\…"),
        ('{"a": "x\\\\u00', "x\\u00…"),
        ('{"a": "x\\\\" , "b": 1', "x\\  b: 1…"),
        ("{", "…"),
        ("[[", "[[…"),
        ("hello wor", "hello wor…"),
        ('{"a": hel', '{"a": hel…'),
        ('{"a": "\\x', '{"a": "\\x…'),
        ('{1: "x', '{1: "x…'),
        ('"one" "two', '"one" "two…'),
    ],
)
def test_beginnings(prefix: str, shown: str) -> None:
    assert preview_of_json(prefix, cut=True) == shown


def test_long_payloads_are_cut_at_two_hundred_characters() -> None:
    for stored in (
        json.dumps({"prompt": "word " * 1000}),
        json.dumps({"prompt": "x" * 5000}),
        json.dumps({"prompt": "é日" * 500}),
        json.dumps({f"key {at}": at for at in range(500)}),
        json.dumps([[["deep"]]] * 200),
        "plain " * 100,
    ):
        for prefix, cut in ((stored, False), (stored[:800], True)):
            shown = preview_of_json(prefix, cut=cut)
            assert shown.endswith("…")
            assert LONGEST - 1 <= len(shown) <= LONGEST or "\\u" in prefix
            assert shown == preview_of_json(stored, cut=False) or "\\u" in prefix


def test_white_space_does_not_use_up_the_room() -> None:
    stored = json.dumps({"prompt": f"a{' ' * 5000}b", "n": 1})
    assert preview_of_json(stored, cut=False) == "a b  n: 1"


def test_exactly_two_hundred_characters_are_whole() -> None:
    assert preview_of_json(json.dumps("x" * 200), cut=False) == "x" * 200
    assert preview_of_json(json.dumps("x" * 201), cut=False) == f"{'x' * 199}…"
    assert preview_of_text("x" * 200, cut=False) == "x" * 200
    assert preview_of_text("x" * 199, cut=True) == f"{'x' * 199}…"
    assert preview_of_text("x" * 200, cut=True) == f"{'x' * 199}…"


@given(st.one_of(st.none(), st.just(""), some.texts()), st.booleans())
def test_the_preview_of_text_is_the_text_on_one_line(text: str | None, cut: bool) -> None:
    line = "" if not text else _line(text)
    assert preview_of_text(text, cut=cut) == (f"{line}…" if text and cut else line)


@given(st.text(st.sampled_from('{}[]:,"\\ \nu0d8eE1-.truefalsn/'), max_size=30), st.booleans())
def test_whatever_is_stored_has_a_preview_on_one_line(text: str, cut: bool) -> None:
    shown = preview_of_json(text, cut=cut)
    assert len(shown.splitlines()) <= 1
    assert len(shown) <= LONGEST
    if not cut:
        assert shown == _expected_of_text(text)


def _expected_of_text(text: str) -> str:
    """Write the line of a text with numbers as they stand, and keys that stand twice."""
    try:
        value = json.loads(
            text,
            strict=False,
            parse_int=_Number,
            parse_float=_Number,
            parse_constant=_Number,
            object_pairs_hook=_Pairs,
        )
    except ValueError:
        return _line(text)
    return _as_written(value)


class _Number(str):
    __slots__ = ()


class _Pairs(list[Any]):
    __slots__ = ()


def _as_written(value: Any, depth: int = 0) -> str:
    if isinstance(value, _Pairs):
        shown = [f"{_line(key)}: {_as_written(each, depth + 1)}" for key, each in value]
        if depth:
            return f"{{{', '.join(shown)}}}"
        if value and isinstance(value[0][1], str) and not isinstance(value[0][1], _Number):
            shown[0] = _line(value[0][1]) or shown[0]
        return "  ".join(shown).strip()
    if isinstance(value, list):
        inner = ", ".join(_as_written(each, depth + 1) for each in value)
        return f"[{inner}]" if depth or value else ""
    if isinstance(value, str):
        return str(value) if isinstance(value, _Number) else _line(value) or '""' * bool(depth)
    if value is None and not depth:
        return ""
    return json.dumps(value)


TRACE_BACK = """Traceback (most recent call last):
  File "/app/a.py", line 1, in run
    raise Busy
app.Busy

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/app/b.py", line 2, in run
    call()
ValueError: no such host: db
  in two lines
"""


@pytest.mark.parametrize("filler", [0, 1000])
def test_of_a_trace_the_preview_is_what_was_raised(filler: int) -> None:
    error = TRACE_BACK.replace("    raise Busy", f"    raise Busy{' ' * filler}")
    assert preview_of_error(start_of_error(error)) == "ValueError: no such host: db in two lines"


def test_what_a_list_reads_of_an_error() -> None:
    assert start_of_error("x" * 400) == "x" * 400
    assert start_of_error("x" * 402) == "x" * 401
    assert len(start_of_error(f"Traceback ({'x' * 1000}")) == 401
    assert preview_of_error(f"Traceback ({'x' * 1000}").endswith("…")
    assert preview_of_error("Traceback (most") == "Traceback (most"
