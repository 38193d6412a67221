"""JSON as lines that fold, with long strings clipped until they are unrolled."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from taskview_tui.render.folding import levels_within
from taskview_tui.render.json_lines import JsonLines, Kind
from taskview_tui.render.piece import Ink, Line, Piece, line_width
from taskview_tui.text.cells import clip, wrap
from taskview_tui.text.clean import clean, clean_block

_MARKER = 2
"""Cells of a fold marker."""

_STEP = 2
LONG = 200
"""Above this many lines a value opens at first only as far as it takes about as many."""
_LEAST_LEVELS = 2

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
        self.openings = bytearray([depth + 1 < levels for depth in lines.depths])
        """Which lines to open at first."""
        self._width = -1
        self._unrolled: dict[int, list[str]] = {}

    def __len__(self) -> int:
        return len(self._lines)

    @property
    def ends(self) -> Sequence[int]:
        """The number after the line that closes each object or list."""
        return self._lines.ends

    def rows(self, line: int, width: int) -> int:
        """One, and for a string as many more as it needs when it is unrolled."""
        return 1 + len(self._wrapped(line, width))

    def can_unroll(self, line: int, width: int) -> bool:
        """Whether a line is a string that does not show whole."""
        lines = self._lines
        if lines.kinds[line] is not Kind.STRING:
            return False
        text = lines.texts[line]
        room = self._string_room(line, width)
        return len(text) > room or "\n" in text or cell_len(clean(text)) > room

    def draw(self, line: int, row: int, width: int, opened: bool, unrolled: bool) -> Line:
        """Draw a line, or one row of a string that is unrolled."""
        indent = self._indent(line, width)
        if row:
            text = self._wrapped(line, width)[row - 1]
            return [indent, Piece(" " * _MARKER + "│ ", Ink.GUIDE), Piece(text, Ink.STRING)]
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
            pieces.append(Piece(clean(lines.texts[line]), _INKS[kind]))
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
        return [Piece(f'"{clip(clean(key), max(width // 3, _LEAST_TEXT))}"', Ink.KEY), Piece(": ")]

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
        if unrolled:
            return [Piece(length, Ink.DIM)]
        room -= self._lines.commas[line]
        # What is beyond the room is not looked at, however long it is.
        shown = clean(text[: room + 1])
        if len(text) <= room and cell_len(shown) + 2 <= room:
            return [Piece(f'"{shown}"', Ink.STRING)]
        note = f" {length}"
        clipped = clip(shown + "  ", max(room - 2 - len(note), _LEAST_TEXT))
        return [Piece(f'"{clipped}"', Ink.STRING), Piece(note, Ink.DIM)]

    def _string_room(self, line: int, width: int) -> int:
        """Count the cells for a string between its quotes."""
        before = line_width([self._indent(line, width), *self._key(line, width)])
        return width - before - _MARKER - 2 - self._lines.commas[line]

    def _wrapped(self, line: int, width: int) -> list[str]:
        if width != self._width:
            self._width = width
            self._unrolled.clear()
        rows = self._unrolled.get(line)
        if rows is None:
            room = width - len(self._indent(line, width).text) - _MARKER - 2
            block = clean_block(self._lines.texts[line])
            rows = [piece for each in block.split("\n") for piece in wrap(each, room)]
            self._unrolled[line] = rows
        return rows
