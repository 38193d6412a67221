"""Messages are recognised in the usual shapes, and drawn to be read."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.examples import examples
from taskview_core.entities import JsonValue, StoredJson
from taskview_tui.render.chat.message import PartKind
from taskview_tui.render.chat.shapes import chat_of
from taskview_tui.render.data_text import data_words
from taskview_tui.render.payload import read_chat

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40).decode()
T, CALL, RESULT, THINK, DATA = (
    PartKind.TEXT,
    PartKind.CALL,
    PartKind.RESULT,
    PartKind.THINKING,
    PartKind.DATA,
)


def drawn(value: JsonValue, width: int = 60) -> list[str]:
    read = read_chat(StoredJson(json.dumps(value)))
    assert read is not None
    assert read.body is not None
    body = read.body
    return [
        "".join(piece.text for piece in body.draw(line, row, width, True, False)).rstrip()
        for line in range(len(body))
        for row in range(body.rows(line, width))
    ]


def test_what_of_a_message_can_be_followed() -> None:
    """The text as it is stored, whole: not the line that is drawn of it as Markdown."""
    text = "# a\n\nsome *words*"
    parts = [
        {"type": "text", "text": text},
        {"type": "tool_use", "name": "f", "input": {"q": "gate-7", "n": 1, "deep": {"a": 1}}},
    ]
    result = {"role": "tool", "content": [{"type": "text", "text": "two\nlines"}]}
    messages = [{"role": "user", "content": parts}, result, {"role": "user", "content": ""}]
    read = read_chat(StoredJson(json.dumps(messages)))
    assert read is not None
    body = read.body
    assert body is not None
    leaves = {body.text(line): body.leaf(line) for line in range(len(body)) if body.text(line)}
    assert leaves == {
        "user": None,  # the last one, which says nothing
        "a": text,
        "some words": text,
        "→ f": None,
        "q: gate-7": "gate-7",
        "n: 1": "1",
        "deep: ": None,
        "{": None,
        '  "a": 1': None,
        "}": None,
        "tool": "two\nlines",
        "← gave": "two\nlines",
        "two": "two\nlines",
        "lines": "two\nlines",
        "(nothing)": None,
    }
    assert body.leaf(0) == text


@pytest.mark.parametrize(
    ("value", "found"),
    [
        pytest.param(
            [{"role": "user", "content": "hi"}], [("user", "[0]", [(T, "hi")])], id="plain"
        ),
        pytest.param(
            {"n": 1, "messages": [{"role": "user", "content": [{"type": "text", "text": "a"}]}]},
            [("user", ".messages[0]", [(T, "a")])],
            id="openai",
        ),
        pytest.param(
            {"choices": [{"index": 0, "message": {"role": "assistant", "content": "b",
              "tool_calls": [{"id": "1", "function": {"name": "f", "arguments": '{"q": 1}'}}]}}]},
            [("assistant", ".choices[0]", [(T, "b"), (CALL, {"q": 1})])],
            id="openai answer",
        ),
        pytest.param(
            [{"role": "tool", "tool_call_id": "1", "content": "ok"}],
            [("tool", "[0]", [(RESULT, "ok")])],
            id="openai result",
        ),
        pytest.param(
            {"instructions": "be good", "input": [
                {"role": "user", "content": [{"type": "input_text", "text": "a"}]},
                {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]},
                {"type": "function_call", "name": "f", "arguments": "{}"},
                {"type": "function_call_output", "call_id": "1", "output": "3"}]},
            [("system", ".instructions", [(T, "be good")]), ("user", ".input[0]", [(T, "a")]),
             ("assistant", ".input[1]", [(THINK, "hm")]), ("assistant", ".input[2]", [(CALL, {})]),
             ("tool", ".input[3]", [(RESULT, "3")])],
            id="openai responses",
        ),
        pytest.param(
            {"system": [{"type": "text", "text": "s"}], "messages": [
                {"role": "assistant", "content": [
                    {"type": "thinking", "thinking": "hm"},
                    {"type": "tool_use", "id": "1", "name": "f", "input": {"q": 1}}]},
                {"role": "user", "content": [
                    {"type": "tool_result", "content": "no", "is_error": True}]}]},
            [("system", ".system", [(T, "s")]),
             ("assistant", ".messages[0]", [(THINK, "hm"), (CALL, {"q": 1})]),
             ("user", ".messages[1]", [(RESULT, "no")])],
            id="anthropic",
        ),
        pytest.param(
            {"gen_ai.input.messages": json.dumps([
                {"role": "user", "parts": [{"type": "text", "content": "a"}]},
                {"role": "assistant", "parts": [
                    {"type": "reasoning", "content": "hm"},
                    {"type": "tool_call", "id": "1", "name": "f", "arguments": {"q": 1}}]},
                {"role": "tool", "parts": [
                    {"type": "tool_call_response", "id": "1", "response": {"r": 2}}]}])},
            [("user", '["gen_ai.input.messages"][0]', [(T, "a")]),
             ("assistant", '["gen_ai.input.messages"][1]', [(THINK, "hm"), (CALL, {"q": 1})]),
             ("tool", '["gen_ai.input.messages"][2]', [(RESULT, {"r": 2})])],
            id="genai",
        ),
        pytest.param(
            {"contents": [{"role": "model", "parts": [
                {"text": "a"}, {"functionCall": {"name": "f", "args": {"q": 1}}}]}]},
            [("model", ".contents[0]", [(T, "a"), (CALL, {"q": 1})])],
            id="google",
        ),
        pytest.param(
            [[{"id": ["langchain", "HumanMessage"], "kwargs": {"content": "a"}},
              {"type": "ai", "content": "b", "tool_calls": [{"name": "f", "args": {"q": 1}}]}]],
            [("user", "[0][0]", [(T, "a")]), ("assistant", "[0][1]", [(T, "b"), (CALL, {"q": 1})])],
            id="langchain",
        ),
        pytest.param({"prompt": "do it"}, [("prompt", ".prompt", [(T, "do it")])], id="prompt"),
        pytest.param(
            {"role": "assistant", "content": [{"type": "image", "source": {"type": "base64",
              "media_type": "image/png", "data": "QUJD"}}]},
            [("assistant", "", [(DATA, "QUJD")])],
            id="image",
        ),
    ],
)  # fmt: skip
def test_shapes(value: JsonValue, found: list[object]) -> None:
    chat = chat_of(value)
    assert chat is not None
    assert [
        (each.role, each.path, [(part.kind, part.value) for part in each.parts])
        for each in chat.messages
    ] == found


@pytest.mark.parametrize(
    "value",
    [None, 1, "text", [], {}, {"a": 1}, [1, 2], [{"role": "user"}], {"messages": [1]},
     {"input": {"role": "admin", "name": "x"}}, {"output": "plain"}],
)  # fmt: skip
def test_what_is_no_conversation_is_left_alone(value: JsonValue) -> None:
    assert chat_of(value) is None


WORDS = st.sampled_from(
    ["role", "content", "type", "text", "user", "tool_use", "parts", "messages", "name",
     "arguments", "tool_calls", "function", "input", "system", "kwargs", "id", "message",
     "image_url", "url", "tool_result", "reasoning", "summary"]
)  # fmt: skip
VALUES = st.recursive(
    WORDS | st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=25,
)


@examples(150)
@given(VALUES)
def test_whatever_is_there_can_be_drawn(value: JsonValue) -> None:
    read = read_chat(StoredJson(json.dumps({"messages": [{"role": "x", "content": value}]})))
    assert read is not None
    chat_of(value)


def test_markdown_is_drawn_and_nothing_else() -> None:
    text = (
        "# Title\n\nsome **bold** and `code`,\n[here](http://x.y)\n\n1. one\n   - two\n\n"
        "> quoted\n\n```py\nprint('\x1b[2J')\n```\n\n<script>x</script>\n\n|a|b|\n|-|-|\n|1|2|"
    )
    assert drawn([{"role": "user", "content": text}]) == [
        "▾ user",
        "    Title",
        "",
        "    some bold and code,",
        "    here <http://x.y>",
        "",
        "    1. one",
        "       • two",
        "",
        "    │ quoted",
        "    │",
        "    py",
        "      print('␛[2J')",
        "",
        "    <script>x</script>",
        "",
        "    a │ b",
        "    ───",
        "    1 │ 2",
    ]


def test_calls_and_results() -> None:
    value: JsonValue = [
        {"role": "assistant", "content": [
            {"type": "tool_use", "name": "run", "input": {"script": "a\nb", "n": 3, "o": [1]}}]},
        {"role": "user", "content": [
            {"type": "tool_result", "is_error": True, "content": [{"text": "no"}]}]},
    ]  # fmt: skip
    assert drawn(value) == [
        "▾ assistant",
        "▾   → run",
        "      script:",
        "        a",
        "        b",
        "      n: 3",
        "      o:",
        "        [",
        "          1",
        "        ]",
        "▾ user",
        "▾   ← failed",
        "      no",
    ]


def test_long_lines_are_wrapped_under_their_bullet() -> None:
    lines = drawn([{"role": "u", "content": "- " + "word " * 20}], 30)
    assert lines[1].startswith("    • word")
    assert all(line.startswith("      word") for line in lines[2:])
    assert all(len(line) <= 30 for line in lines)


def test_images_and_other_keys_are_said_and_not_spilled() -> None:
    value: JsonValue = {
        "model": "m",
        "messages": [{"role": "user", "content": [
            {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}}]}],
    }  # fmt: skip
    assert drawn(value, 80) == [
        "▾ user",
        f"    [image/png, 10 KB, base64, {len(PNG) + 22:,} characters]",
        "  not shown: model (m: the JSON has all)",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (PNG, "image/png, 10 KB, base64"),
        (f"data:image/jpeg;base64,{PNG}", "image/jpeg, 10 KB, base64"),
        (f"data:;base64,{PNG}", "image/png, 10 KB, base64"),
        (base64.b64encode(b"%PDF-1.7" + b"x" * 200).decode(), "application/pdf, 208 bytes, base64"),
        (base64.b64encode(bytes((i * 197 + 31) % 256 for i in range(3000))).decode(),
         "data, 3.0 KB, base64"),
        ("iVBORw0KGgo=", None),
        ("word " * 100, None),
        ("a" * 1_000, None),
        ("0123456789abcdef" * 40, None),
        ("some_long_identifier_" * 20, None),
        ("https://host/" + "path/" * 60, None),
    ],
)  # fmt: skip
def test_data_is_told_from_text(text: str, words: str | None) -> None:
    assert data_words(text) == words


ADDRESS = "https://host/" + "path/" * 1_000
LONG = "word " * 5_000


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ([{"type": "image_url", "image_url": {"url": ADDRESS}}], [f"[image_url] {ADDRESS}"]),
        (
            [{"type": "image_url", "image_url": {"url": f"{LONG}\nmore"}}],
            [
                f"[image_url] {LONG[:20_000]} … 5,000 more characters (m: the JSON has all)",
                "more",
            ],
        ),
        (
            f"```\n{LONG}\nmore\n```",
            [f"{LONG[:20_000]} … 5,000 more characters (m: the JSON has all)", "more"],
        ),
        (
            [{"type": "thinking", "thinking": LONG}],
            [
                "thinking",
                f"{LONG[:20_000]} … 5,000 more characters (m: the JSON has all)",
            ],
        ),
    ],
)
def test_what_is_cut_is_said(content: JsonValue, shown: list[str]) -> None:
    read = read_chat(StoredJson(json.dumps([{"role": "user", "content": content}])))
    assert read is not None
    body = read.body
    assert body is not None
    assert [body.text(line) for line in range(len(body))] == ["user", *shown]
