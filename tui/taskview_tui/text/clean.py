"""Makes text that nobody vouches for safe to draw, and what was hidden in it visible.

A payload may hold escape sequences that command the terminal, controls that move its cursor,
marks that turn the direction of writing, and invisible characters that carry a message of their
own. Each is replaced by something one can see: a control picture such as `␛` where Unicode has
one, and otherwise its number, as `<U+202E>`. Everything else stays as it is. What comes out can
be cleaned again without a change, and takes the number of cells that `rich.cells` counts.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from rich.cells import get_character_cell_size

TAB_SIZE = 4
"""Cells from one tab stop to the next in a block of text."""

MOST_MARKS = 8
"""How many marks one character may carry; more are counted instead of drawn."""

_MOST_JOINS = 3

_EMOJI = (
    r"[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u231a-\u23ff\u24c2\u25aa-\u27bf"
    r"\u2934\u2935\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001f3fa\U0001f400-\U0001faff]"
)
_TONE = r"[\U0001f3fb-\U0001f3ff]"
# An emoji with its presentation and skin tone.
_FACE = rf"{_EMOJI}\ufe0f?{_TONE}?"
_SELECTOR = r"\ufe00-\ufe0f\U000e0100-\U000e01ef"

# What is drawn as it is, though the classes below would take it: emoji joined in sequence or
# toned, and the three flags that are spelled with tags.
_KEPT = (
    rf"{_FACE}(?:\u200d{_FACE}){{1,{_MOST_JOINS}}}|{_EMOJI}\ufe0f?{_TONE}"
    r"|\U0001f3f4\U000e0067\U000e0062(?:\U000e0065\U000e006e\U000e0067"
    r"|\U000e0073\U000e0063\U000e0074|\U000e0077\U000e006c\U000e0073)\U000e007f"
)

# Controls, direction marks, halves of surrogate pairs, characters that are no characters, those
# that take no room and show nothing, and skin tones without a face.
_ODD = (
    r"\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u070f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    r"\u3164\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\U0001f3fb-\U0001f3ff"
    r"\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
)

# What is neither letter nor digit nor an ordinary sign: in a long run, perhaps a heap of marks.
_SIGN = (
    rf"[^\w\s\x21-\x7e\u2010-\u2027\u2030-\u205e\u2190-\u2bff\u3001-\u3029\u3030-\u303f"
    rf"\U0001f000-\U0001faff{_ODD}]"
)
_JAMO = r"[\u1161-\u11ff\ud7b0-\ud7ff]"

_CLEANED = (
    rf"(?P<kept>{_KEPT})"
    rf"|(?P<heap>(?:{_SIGN}|{_JAMO}){{{MOST_MARKS + 1},}})"
    rf"|(?P<selectors>(?<=[{_SELECTOR}])[{_SELECTOR}]+)"
    rf"|(?P<odd>[{_ODD}])"
)

_KEPT_IN_COPIES = re.compile(r"(\r\n|[\n\t])")
_MADE_VISIBLE = re.compile(r"<(?:U\+[0-9A-F]+|\+([0-9]+) marks)>")


@cache
def _cleaning() -> re.Pattern[str]:
    """Give the pattern, compiled for the first text that is not plain: that takes 8 ms."""
    return re.compile(_CLEANED)


def _is_plain(text: str) -> bool:
    """Whether there is nothing to clean: of what can be printed, that begins with the marks."""
    if not text.isprintable():
        return False
    return text.isascii() or max(text.replace("…", ""), default="") < "\u0300"


def clean(text: str) -> str:
    """Give the text as one line: a line break shows as `⏎`, a tab is one space."""
    if _is_plain(text):
        return text
    if "\n" in text:
        text = text.replace("\r\n", "⏎").replace("\n", "⏎")
    return _cleaning().sub(_shown, text.replace("\t", " "))


ROW = 1_000
"""Characters of which a row of any screen shows a part."""


def clean_row(text: str) -> str:
    """Give the text as `clean` does, for a row: of one longer than ROW the beginning.

    A name may have a megabyte, and is cleaned each time that it is drawn. Where it is cut within a
    heap of marks, those behind are not counted.
    """
    return clean(text) if len(text) <= ROW else f"{clean(text[:ROW])}…"


def clean_block(text: str) -> str:
    """Give the text with its line breaks (`\\n` alone), its tabs made of spaces."""
    if _is_plain(text):
        return text
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join([line if _is_plain(line) else _clean_line(line) for line in lines])


def clean_copy(text: str) -> tuple[str, int]:
    """Give the text for a file or a clipboard, and how many of its characters were made visible.

    Tabs and line ends stay as they are, also `\\r\\n`, for nothing is drawn there; so do joiners
    that terminals do not draw.
    """
    if _is_plain(text):
        return text, 0
    count = 0

    def shown(match: re.Match[str]) -> str:
        nonlocal count
        piece = match[0]
        made = _shown(match) or piece
        if made != piece:
            count += sum(int(each[1] or 1) for each in _MADE_VISIBLE.finditer(made)) or 1
        return made

    # Every second piece is what was split at.
    pieces = [
        piece if at % 2 or _is_plain(piece) else _cleaning().sub(shown, piece)
        for at, piece in enumerate(_KEPT_IN_COPIES.split(text))
    ]
    return "".join(pieces), count


def _clean_line(line: str) -> str:
    if "\t" not in line:
        return _cleaning().sub(_shown, line)
    cleaned = "\t".join(_cleaning().sub(_shown, part) for part in line.split("\t"))
    return cleaned.expandtabs(TAB_SIZE)


def _shown(match: re.Match[str]) -> str:
    """Give what is drawn for a piece of text that the cleaning stopped at."""
    piece = match[0]
    kind = match.lastgroup
    if kind == "kept":
        return piece
    if kind == "odd":
        return _shown_odd(piece, match)
    if kind == "heap":
        return _thinned(piece)
    return "".join(named(character) for character in piece)


def _shown_odd(character: str, match: re.Match[str]) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    before = match.string[match.start() - 1 : match.start()]
    if character == "\u200d" and before and unicodedata.combining(before) == 9:
        # In Indic text, after a virama: it only asks for a ligature, which terminals do not
        # draw, and rich would take the letter after it to need no room.
        return ""
    if character == "\u200c" and before.isalpha() and not before.isascii():
        # Persian and its kin write it inside of words, after a letter of its own width.
        return character if get_character_cell_size(before) else named(character)
    return named(character)


def _thinned(run: str) -> str:
    """Give a run of signs with the marks that heap up on one of them counted, not drawn."""
    pieces: list[str] = []
    heap = 0

    def close() -> None:
        if heap > MOST_MARKS:
            pieces.append(f"<+{heap - MOST_MARKS} marks>")

    before = ""
    for character in run:
        if _is_selector(character) and _is_selector(before):
            close()
            heap = 0
            pieces.append(named(character))
        elif get_character_cell_size(character) == 0:
            heap += 1
            if heap <= MOST_MARKS:
                pieces.append(character)
        else:
            close()
            heap = 0
            pieces.append(character)
        before = character
    close()
    return "".join(pieces)


def _is_selector(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def named(character: str) -> str:
    """Give a character by its number, as `<U+202E>`."""
    return f"<U+{ord(character):04X}>"
