"""Keys as a terminal sends them: an Esc that another key follows at once is not lost."""

from __future__ import annotations

import time

import pytest
from textual import constants
from textual.events import Key

from taskview_tui.keyboard import KeyParser


def _keys(typed: str) -> list[str]:
    return [message.key for message in KeyParser().feed(typed) if isinstance(message, Key)]


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        ("\x1bj", ["escape", "j"]),
        ("\x1bG", ["escape", "G"]),
        ("\x1b1", ["escape", "1"]),
        ("\x1b=", ["escape", "equals_sign"]),
        ("\x1b]", ["escape", "right_square_bracket"]),
        ("\x1b/", ["escape", "slash"]),
        ("\x1bü", ["escape", "ü"]),
        ("\x1b ", ["escape", "space"]),
        ("\x1b\x10", ["escape", "ctrl+p"]),
        ("\x1b\r", ["escape", "enter"]),
        ("\x1b\x1bj", ["escape", "escape", "j"]),
        ("j\x1bjj", ["j", "escape", "j", "j"]),
    ],
)
def test_esc_and_the_key_after_it_are_both_heard(typed: str, keys: list[str]) -> None:
    assert _keys(typed) == keys


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        ("\x1b[A", ["up"]),
        ("\x1bOB", ["down"]),
        ("\x1b[1;5D", ["ctrl+left"]),
        ("\x1b[5~", ["pageup"]),
        ("\x1b[27u", ["escape"]),
        ("\x1b\x1b[A", ["escape", "up"]),
        ("\x1b\t", ["shift+tab"]),
    ],
)
def test_sequences_of_one_key_are_one_key(typed: str, keys: list[str]) -> None:
    assert _keys(typed) == keys


@pytest.mark.parametrize(
    ("typed", "edits", "else_"),
    [
        ("\x1b\x7f", "ctrl+w", "backspace"),
        ("\x1bb", "ctrl+left", "b"),
        ("\x1bf", "ctrl+right", "f"),
    ],
)
def test_keys_with_alt_edit_where_text_is_edited(typed: str, edits: str, else_: str) -> None:
    assert [key.key for key in KeyParser(lambda: True).feed(typed) if isinstance(key, Key)] == [
        edits
    ]
    assert _keys(typed) == ["escape", else_]


@pytest.mark.parametrize(
    ("typed", "key"), [("\x1b[", "left_square_bracket"), ("\x1bO", "O"), ("\x1b", None)]
)
def test_an_esc_that_begins_nothing_is_heard_when_nothing_more_comes(
    typed: str, key: str | None
) -> None:
    parser = KeyParser()
    assert list(parser.feed(typed)) == []
    time.sleep(constants.ESCAPE_DELAY * 1.1)
    heard = [each.key for each in parser.tick() if isinstance(each, Key)]
    assert heard == (["escape"] if key is None else ["escape", key])
