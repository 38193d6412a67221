"""Keys as a terminal sends them: an Esc that another key follows at once is not lost."""

from __future__ import annotations

import pytest
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
        ("\x1b\x7f", ["ctrl+w"]),
        ("\x1b\t", ["shift+tab"]),
        ("\x1bb", ["ctrl+left"]),
        ("\x1bf", ["ctrl+right"]),
    ],
)
def test_sequences_of_one_key_are_one_key(typed: str, keys: list[str]) -> None:
    assert _keys(typed) == keys
