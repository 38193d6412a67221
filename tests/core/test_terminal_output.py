"""What the attack tests look for would be found."""

from __future__ import annotations

import pytest

from support.hostile import ALL_CONTROLS, COMMANDS, HIDING, SAMPLES
from support.terminal_output import read_output

_SENT = (
    "\x1b[?1049h\x1b[?25l\x1b[?1004h\x1b[>1u\x1b[?2026$p\x1b[?2026h\x1b[1;1H"
    "\x1b[1;38;2;1;2;3;48;5;7mx\x1b[0m\r\n"
    "👨\u200d👩 می\u200cخواهم\n\x1b[?2026l\x1b]22;default\x07\x1b]52;c;eA==\x07\x1b[?1049l"
)


def test_what_we_send_is_no_offence() -> None:
    output = read_output(_SENT.encode(), columns=80, lines=24)
    assert output.offences == []
    assert output.copied == ["x"]


@pytest.mark.parametrize("text", [*COMMANDS, *ALL_CONTROLS, *HIDING])
def test_every_hostile_text_is_an_offence_or_a_clipboard(text: str) -> None:
    if text.strip("\r\n\t").isprintable() and "\ufe0f" in text:
        return  # too many selectors hide nothing
    output = read_output(f"\x1b[?1049la{text}b".encode(), columns=80, lines=24)
    assert output.offences or output.copied or text == "line\nbreak\r\nand\rback", repr(text)


@pytest.mark.parametrize(
    "raw", [b"\xff", b"\x1b[?1049h\x1b[?1049h", b"\x1b[25;1H", b"\x1b]52;c;!\x07", b"\xed\xa0\x80"]
)
def test_what_is_odd_in_our_own_words_is_an_offence(raw: bytes) -> None:
    assert read_output(raw, columns=80, lines=24).offences


def test_there_are_texts_enough() -> None:
    assert len(set(SAMPLES)) > 70
