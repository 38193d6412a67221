"""Fits cleaned text into terminal cells: cutting, padding and wrapping by width, not by length.

What is cut ends in `…`. A letter that is two cells wide is never halved.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from rich.cells import cell_len, split_text

CUT = "…"

# Characters to a cell: usually, and at most in cleaned text. Rich measures all that it is given,
# so that is first a little and only then enough for the worst.
_DENSITIES = (2, 24)

_NARROW = re.compile("[ -~¡-¬®-ʯΑ-ΡΣ-ωЀ-҂‐-‧‰-⁞␀-␦─-╿]*")
"""Letters and signs of one cell each, in which most text is that is not of ASCII alone."""


def clip(text: str, width: int) -> str:
    """Give the text if it fits into `width` cells, or its beginning and `…`; in none, nothing."""
    if width <= 0:
        return ""
    if text.isascii():
        return text if len(text) <= width else text[: width - 1].rstrip(" ") + CUT
    head = _head(text, width)
    if len(head) == len(text) and cell_len(text) <= width:
        return text
    return split_text(head, width - 1)[0].rstrip(" ") + CUT


def ending(text: str, width: int) -> str:
    """Give the text if it fits into `width` cells, or `…` and as much of its end as fits."""
    if width <= 0:
        return ""
    if len(text) <= width and cell_len(text) <= width:
        return text
    tail = text[-width:]
    while cell_len(tail) > width - 1:
        tail = tail[1:]
    return CUT + tail


def _head(text: str, width: int) -> str:
    """Give the text, or a beginning of it that is wider than `width`."""
    for density in _DENSITIES:
        head = text[: (width + 1) * density]
        if len(head) == len(text) or cell_len(head) > width:
            return head
    return text


def pad(text: str, width: int, *, right: bool = False) -> str:
    """Give the text in exactly `width` cells, clipped or filled up; `right` aligns it there."""
    fitting = clip(text, width)
    filling = " " * (width - cell_len(fitting))
    return filling + fitting if right else fitting + filling


def wrap(line: str, width: int) -> list[str]:
    """Break one line into pieces of at most `width` cells, at spaces where there are any.

    The pieces hold every character of the line, save one space at each break. Gives at least
    one piece. `width` is at least 2, the width of the widest letter.
    """
    width = max(width, 2)
    if not line.isascii():
        return _wrap_wide(line, width)
    pieces: list[str] = []
    start, length = 0, len(line)
    while length - start > width:
        start = _break(line, start, width, pieces)
    pieces.append(line[start:])
    return pieces


def starts_of(line: str, pieces: Iterable[str]) -> list[int]:
    """Say where in a line each of the pieces begins that `wrap` has broken it into."""
    starts: list[int] = []
    at = 0
    for piece in pieces:
        starts.append(at)
        at += len(piece)
        # `wrap` leaves out the space at a break, and breaks nowhere else before a space.
        at += line.startswith(" ", at)
    return starts


def centred(text: str, width: int, height: int) -> list[str]:
    """Give the lines of a text, wrapped, in the middle of a field; none for an empty text."""
    if not text:
        return []
    lines = [piece for line in text.split("\n") for piece in wrap(line, width - 4)]
    above = max((height - len(lines)) // 2, 0)
    centred_lines = [" " * max((width - cell_len(line)) // 2, 0) + line for line in lines]
    return [""] * above + centred_lines


def _wrap_wide(line: str, width: int) -> list[str]:
    pieces: list[str] = []
    start, length = 0, len(line)
    while True:
        if _NARROW.fullmatch(line, start, min(start + width + 1, length)):
            # A cell for each character, as in ASCII: no need to measure.
            if length - start <= width:
                pieces.append(line[start:])
                return pieces
            start = _break(line, start, width, pieces)
            continue
        head = _head(line[start : start + (width + 1) * _DENSITIES[-1]], width)
        if start + len(head) == length and cell_len(head) <= width:
            pieces.append(head)
            return pieces
        start = _break(line, start, _fitting(head, width), pieces)


def _break(line: str, start: int, taken: int, pieces: list[str]) -> int:
    """Add the next piece, of at most `taken` characters; give where the one after it begins."""
    end = line.rfind(" ", start + 1, start + taken + 1)
    # A break that leaves most of the line empty reads worse than a broken word.
    if end < start + taken // 3:
        end = start + taken
        pieces.append(line[start:end])
        return end
    pieces.append(line[start:end])
    return end + 1


def _fitting(text: str, width: int) -> int:
    """Count the characters at the beginning that fit into `width` cells; at least one."""
    kept, rest = split_text(text, width)
    if kept + rest == text:
        return max(len(kept), 1)
    # A wide letter lies across the border: rich puts a space on each side of it.
    return max(len(kept) - 1, 1)
