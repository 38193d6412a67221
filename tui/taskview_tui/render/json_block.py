"""JSON as lines that fold, with long strings clipped until they are unrolled."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from operator import or_

from rich.cells import cell_len

from taskview_core.compare.json_values import Number
from taskview_tui.render.block import AFTER_NAME
from taskview_tui.render.by_width import ByWidth
from taskview_tui.render.data_text import data_words
from taskview_tui.render.folding import extents_of, leafs_of, levels_within
from taskview_tui.render.json_lines import JsonLines, Kind
from taskview_tui.render.json_path import path_of, value_of
from taskview_tui.render.piece import Ink, Line, Piece, line_width
from taskview_tui.text.cells import clip, starts_of, wrap
from taskview_tui.text.clean import clean, clean_block

_MARKER = 2
"""Cells of a fold marker."""

_STEP = 2
LONG = 200
"""Above this many lines a value opens at first only as far as it takes about as many."""
_LEAST_LEVELS = 2
HEAVY = 256 * 1024
"""Characters above which a string is broken into rows in a thread."""

_LEAST_TEXT = 8
"""Cells that a clipped string shows at least."""

_BRACKETS = {
    Kind.OBJECT: ("{", "}"),
    Kind.LIST: ("[", "]"),
    Kind.CLOSE_OBJECT: ("}", ""),
    Kind.CLOSE_LIST: ("]", ""),
}
_OPENING = (Kind.OBJECT, Kind.LIST)
_INKS = {Kind.NUMBER: Ink.NUMBER, Kind.LITERAL: Ink.LITERAL}


class JsonBlock:
    """The lines of a JSON value. Text is made for the lines that are drawn, and for no others."""

    def __init__(self, lines: JsonLines) -> None:
        self._lines = lines
        levels = levels_within(lines.depths, LONG, _LEAST_LEVELS)
        self.extents = extents_of(lines.ends)
        """How many lines each is with all that is nested in it."""
        self.folded = leafs_of(self.extents)
        """Which lines are open where all are folded: those that nest nothing."""
        shown = bytes([depth + 1 < levels for depth in lines.depths])
        self.openings = bytes(map(or_, shown, self.folded))
        """Which lines to open at first; those that nest nothing are always open."""
        self.weight = sum(map(len, lines.texts)) + sum(len(key) for key in lines.keys if key)
        """About how many characters there are to be searched."""
        self._unrolled: ByWidth[_Unrolled] = ByWidth()

    @property
    def lines(self) -> JsonLines:
        """The lines as they were read."""
        return self._lines

    def __len__(self) -> int:
        return len(self._lines)

    def parent(self, line: int) -> int:
        """Give the line of the bracket around a line, -1 for none."""
        return self._lines.parents[line]

    def tall(self, width: int) -> dict[int, int]:
        """Give the lines that take more than one row unasked: none."""
        return {}

    def rows(self, line: int, width: int) -> int:
        """One, and for a string as many more as it needs when it is unrolled."""
        return 1 + len(self._wrapped(line, width).rows)

    def can_unroll(self, line: int, width: int) -> bool:
        """Whether a line is a string that does not show whole."""
        lines = self._lines
        if lines.kinds[line] is not Kind.STRING:
            return False
        text = lines.texts[line]
        room = self._string_room(line, width)
        return len(text) > room or "\n" in text or cell_len(_in_one_row(text)) > room

    def is_heavy(self, line: int) -> bool:
        """Whether breaking a string into rows takes so long that the screen should not wait."""
        return len(self._lines.texts[line]) > HEAVY

    def text(self, line: int) -> str:
        """Give what can be searched on a line: the key and what is not nested of the value."""
        lines = self._lines
        key = lines.keys[line]
        value = clean_block(lines.texts[line])
        return value if key is None else f"{clean(key)}{AFTER_NAME}{value}"

    def texts(self) -> Iterator[str]:
        """Give what can be searched on each line, in order; keys come again and again."""
        names: dict[str | None, str] = {None: ""}
        for key, text in zip(self._lines.keys, self._lines.texts, strict=True):
            name = names.get(key)
            if name is None:
                name = names[key] = f"{clean(key or '')}{AFTER_NAME}"
            yield name + clean_block(text) if text else name

    def path(self, line: int) -> str:
        """Give the way to a line from the top of the value."""
        return path_of(self._lines, line)

    def leaf(self, line: int) -> str | None:
        """Give the text or number on a line; None for brackets and for true, false and null."""
        kind, text = self._lines.kinds[line], self._lines.texts[line]
        if kind is Kind.NUMBER:
            return Number(text)
        return text if kind is Kind.STRING else None

    def value(self, line: int) -> str:
        """Give a string's own text; of all else the JSON."""
        return value_of(self._lines, line)

    def row_of(self, line: int, at: int, width: int) -> tuple[int, bool]:
        """Give the row with a place of the searchable text, and whether to unroll it to see it."""
        before = self._before(line)
        if at < before or not self.can_unroll(line, width):
            return 0, False
        starts = self._wrapped(line, width).starts
        return bisect_right(starts, at - before), True

    def draw(self, line: int, row: int, width: int, opened: bool, unrolled: bool) -> Line:
        """Draw a line, or one row of a string that is unrolled."""
        indent = self._indent(line, width)
        if row:
            wrapped = self._wrapped(line, width)
            at = self._before(line) + wrapped.starts[row - 1]
            text = Piece(wrapped.rows[row - 1], Ink.STRING, at)
            return [indent, Piece(" " * _MARKER + "│ ", Ink.GUIDE), text]
        lines = self._lines
        kind = lines.kinds[line]
        can_fold = lines.ends[line] > line + 1
        marker = "  "
        if can_fold:
            marker = "▾ " if opened else "▸ "
        elif unrolled or self.can_unroll(line, width):
            marker = "▾ " if unrolled else "▸ "
        pieces = [indent, Piece(marker, Ink.GUIDE), *self._key(line, width)]
        comma = lines.commas[line]
        if kind is Kind.STRING:
            pieces.extend(self._string(line, width - line_width(pieces), unrolled))
        elif kind in _OPENING:
            pieces.extend(self._opening(line, opened and can_fold))
            comma = (not opened or not can_fold) and lines.commas[lines.ends[line] - 1]
        elif kind in _BRACKETS:
            pieces.append(Piece(_BRACKETS[kind][0], Ink.GUIDE))
        else:
            pieces.append(Piece(clean(lines.texts[line]), _INKS[kind], self._before(line)))
        if comma:
            pieces.append(Piece(",", Ink.GUIDE))
        return pieces

    def _indent(self, line: int, width: int) -> Piece:
        """Give the blanks before a line; beyond a third of the width, its depth as `⋯27`."""
        depth = self._lines.depths[line]
        room = max(width // 3 // _STEP, 2) * _STEP
        if depth * _STEP <= room:
            return Piece(" " * (depth * _STEP), Ink.GUIDE)
        return Piece(f"⋯{depth}".ljust(room), Ink.GUIDE)

    def _key(self, line: int, width: int) -> list[Piece]:
        key = self._lines.keys[line]
        if key is None:
            return []
        name = Piece(clip(clean(key), max(width // 3, _LEAST_TEXT)), Ink.KEY, 0)
        return [Piece('"', Ink.KEY), name, Piece('"', Ink.KEY), Piece(": ")]

    def _before(self, line: int) -> int:
        """Count the searchable characters of a line that come before its value."""
        key = self._lines.keys[line]
        return 0 if key is None else len(clean(key)) + len(AFTER_NAME)

    def _opening(self, line: int, opened: bool) -> list[Piece]:
        kind = self._lines.kinds[line]
        begin, end = _BRACKETS[kind]
        size = self._lines.sizes[line]
        if opened:
            return [Piece(begin, Ink.GUIDE)]
        if not size:
            return [Piece(begin + end, Ink.GUIDE)]
        names = ("key", "keys") if kind is Kind.OBJECT else ("item", "items")
        note = f" {size:,} {names[size != 1]}"
        return [Piece(f"{begin}…{end}", Ink.GUIDE), Piece(note, Ink.DIM)]

    def _string(self, line: int, room: int, unrolled: bool) -> list[Piece]:
        """Draw a string in one row: whole, or clipped with its length, or only its length."""
        text = self._lines.texts[line]
        length = f"{len(text):,} characters"
        data = data_words(text)
        if data is not None:
            length = f"{data}, {length}"
        if unrolled or data is not None:
            return [Piece(length, Ink.DIM)]
        room -= self._lines.commas[line]
        # What is beyond the room is not looked at, however long it is.
        shown = _in_one_row(text[: room + 1])
        notes: list[Piece] = []
        if len(text) > room or cell_len(shown) + 2 > room:
            note = f" {length}"
            shown = clip(shown + "  ", max(room - 2 - len(note), _LEAST_TEXT))
            notes.append(Piece(note, Ink.DIM))
        quote = Piece('"', Ink.STRING)
        return [quote, Piece(shown, Ink.STRING, self._before(line)), quote, *notes]

    def _string_room(self, line: int, width: int) -> int:
        """Count the cells for a string between its quotes."""
        before = line_width([self._indent(line, width), *self._key(line, width)])
        return width - before - _MARKER - 2 - self._lines.commas[line]

    def _wrapped(self, line: int, width: int) -> _Unrolled:
        unrolled = self._unrolled.get(line, width)
        if unrolled is None:
            room = width - len(self._indent(line, width).text) - _MARKER - 2
            unrolled = _unrolled(clean_block(self._lines.texts[line]), room)
            self._unrolled.keep(line, width, unrolled)
        return unrolled


@dataclass(frozen=True)
class _Unrolled:
    """A string in rows, and where in it each of them begins."""

    rows: list[str]
    starts: list[int]


def _unrolled(text: str, room: int) -> _Unrolled:
    rows: list[str] = []
    starts: list[int] = []
    at = 0
    for line in text.split("\n"):
        if len(line) <= room and line.isascii():  # as `wrap` would have it, for a million lines
            rows.append(line)
            starts.append(at)
            at += len(line) + 1
            continue
        pieces = wrap(line, room)
        rows.extend(pieces)
        starts.extend(at + start for start in starts_of(line, pieces))
        at += len(line) + 1
    return _Unrolled(rows, starts)


def _in_one_row(text: str) -> str:
    """Give a text cleaned for one row, its characters where they are in the unrolled text."""
    return clean_block(text).replace("\n", "⏎")
