"""What a typed path leads to."""

from __future__ import annotations

import json

import pytest

from taskview_core.compare.json_diff import json_diff
from taskview_core.entities import StoredJson
from taskview_tui.render.block import TextBlock
from taskview_tui.render.document import Document, Section
from taskview_tui.render.path_search import seek
from taskview_tui.render.payload import read_chat, read_payload

INPUT = {
    "messages": [
        {"role": "user", "content": ""},
        {"role": "assistant", "content": [1, {"a": "x"}]},
    ],
    "odd key": {"": 1},
    "empty": [],
}


def document(*, chat: bool = False) -> Document:
    stored = StoredJson(json.dumps(INPUT))
    read = read_chat(stored) if chat else read_payload(stored)
    assert read is not None
    return Document([Section("Error", "", TextBlock("boom")), read.section("Input")])


def test_every_line_is_found_by_its_own_path() -> None:
    shown = document()
    for line in range(2, len(shown)):
        path = shown.path(line)
        found = seek(shown, path).line
        assert found is not None
        assert shown.path(found) == path
        assert found <= line


@pytest.mark.parametrize(
    ("path", "fault", "offers"),
    [
        ("inp", "there is no inp: did you mean input", ("input",)),
        ("input.mesages[0]", "there is no .mesages[0]: did you mean .messages", ()),
        ("input.mess", "there is no .mess: did you mean .messages", ("input.messages",)),
        ("input.messages[7]", ".messages is a list: [0] to [1]", ()),
        ("input.empty[0]", "there is nothing in .empty", ()),
        ("input.messages[0].role.x", "there is nothing in .messages[0].role", ()),
        ('input["od', 'there is no ["od', ('input["odd key"]',)),
        ("input.messages[99999999999999999999]", ".messages is a list: [0] to [1]", ()),
    ],
)
def test_what_is_not_there(path: str, fault: str, offers: tuple[str, ...]) -> None:
    found = seek(document(), path)
    assert found.line is None
    assert found.fault.startswith(fault)
    assert found.offers == offers


def test_equal_keys_are_told_apart_as_they_are_where_values_differ() -> None:
    stored = StoredJson('{"a": 1, "a": {"b": 2, "b": [3, 4]}, "odd key": 5, "odd key": 6}')
    shown = Document([read_payload(stored).section("Input")])
    paths = [shown.path(line) for line in range(1, len(shown))]
    assert "input.a#2.b#2[1]" in paths
    assert 'input["odd key"]#2' in paths
    for line, path in enumerate(paths, start=1):
        found = seek(shown, path).line
        assert found is not None
        assert shown.path(found) == path
        assert found <= line
    other = StoredJson('{"a": 1, "a": {"b": 2, "b": [3, 9]}, "odd key": 5, "odd key": 7}')
    changes = [change.path for change in json_diff(stored, other).changes]
    assert changes == [".a#2.b#2[1]", '["odd key"]#2']
    assert {f"input{change}" for change in changes} <= set(paths)
    assert seek(shown, "input").offers == (
        "input.a",
        "input.a#2",
        'input["odd key"]',
        'input["odd key"]#2',
    )
    assert seek(shown, "input.a#1").line == seek(shown, "input.a").line
    missing = seek(shown, "input.a#3")
    assert (missing.line, missing.fault) == (None, "there is no .a#3: did you mean .a#2, .a")


def test_what_comes_next_is_offered() -> None:
    assert seek(document(), "").offers == ("error", "input")
    assert seek(document(), "input").offers == (
        "input.messages",
        'input["odd key"]',
        "input.empty",
    )
    assert seek(document(), "input.messages[1]").offers == (
        "input.messages[1].role",
        "input.messages[1].content",
    )


def test_in_a_conversation_the_message_is_found() -> None:
    shown = document(chat=True)
    found = seek(shown, "input.messages[1].content[0]").line
    assert found is not None
    assert shown.path(found) == "input.messages[1]"
