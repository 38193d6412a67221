"""Blocks of a document: runs of lines that know how they are drawn at a width."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from taskview_tui.render.piece import Ink, Line, Piece
from taskview_tui.text.cells import pad, wrap
from taskview_tui.text.clean import clean, clean_block


class Block(Protocol):
    """Lines of one kind, by number from 0."""

    def __len__(self) -> int:
        """How many lines there are."""
        ...

    @property
    def ends(self) -> Sequence[int]:
        """The number after the last line that is nested in each line."""
        ...

    def rows(self, line: int, width: int) -> int:
        """How many rows a line takes when all of its text is shown."""
        ...

    def can_unroll(self, line: int, width: int) -> bool:
        """Whether a line has more text than it shows."""
        ...

    def draw(self, line: int, row: int, width: int, opened: bool, unrolled: bool) -> Line:
        """Draw one row of a line.

        `opened` is true where what is nested in it shows, `unrolled` where all of its text does.
        """
        ...


class FlatBlock:
    """Lines that nest nothing and always show whole, wrapped."""

    def __init__(self, count: int, names: int = 0) -> None:
        self._count = count
        self._names = names
        self._width = -1
        self._wrapped: dict[int, list[str]] = {}

    def __len__(self) -> int:
        return self._count

    @property
    def ends(self) -> Sequence[int]:
        """The number after each line."""
        return range(1, self._count + 1)

    def can_unroll(self, line: int, width: int) -> bool:
        """Whether a line has more text than it shows: never."""
        return False

    def rows(self, line: int, width: int) -> int:
        """How many rows a line takes."""
        return len(self._pieces(line, width))

    def tall(self, width: int) -> dict[int, int]:
        """Give the lines that take more than one row, with how many they take."""
        counts = ((line, self.rows(line, width)) for line in range(self._count))
        return {line: count for line, count in counts if count > 1}

    def draw(self, line: int, row: int, width: int, opened: bool, unrolled: bool) -> Line:
        """Draw one row of a line."""
        raise NotImplementedError

    def _pieces(self, line: int, width: int) -> list[str]:
        if width != self._width:
            self._width = width
            self._wrapped.clear()
        pieces = self._wrapped.get(line)
        if pieces is None:
            pieces = wrap(self._text(line), width - self._names)
            if len(pieces) > 1:
                self._wrapped[line] = pieces
        return pieces

    def _text(self, line: int) -> str:
        raise NotImplementedError


class TextBlock(FlatBlock):
    """Text as it is, with its own line breaks, wrapped at the view's edge."""

    def __init__(self, text: str, ink: Ink = Ink.TEXT) -> None:
        self._lines = clean_block(text).split("\n")
        self._ink = ink
        super().__init__(len(self._lines))

    def _text(self, line: int) -> str:
        return self._lines[line]

    def draw(self, line: int, row: int, width: int, opened: bool, unrolled: bool) -> Line:
        """Draw one row of a line."""
        return [Piece(self._pieces(line, width)[row], self._ink)]


class FieldBlock(FlatBlock):
    """Names with their values, in two columns; a long value is wrapped in its own."""

    def __init__(self, fields: Sequence[tuple[str, str, Ink]]) -> None:
        self._fields = [(name, clean(value), ink) for name, value, ink in fields]
        names = max((len(name) for name, _, _ in fields), default=0) + 2
        super().__init__(len(fields), names)

    def _text(self, line: int) -> str:
        return self._fields[line][1]

    def draw(self, line: int, row: int, width: int, opened: bool, unrolled: bool) -> Line:
        """Draw one row of a field; its name stands at the first."""
        name, _, ink = self._fields[line]
        label = pad(name if row == 0 else "", self._names)
        return [Piece(label, Ink.DIM), Piece(self._pieces(line, width)[row], ink)]
