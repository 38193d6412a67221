"""Blocks of a document: runs of lines that know how they are drawn at a width."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from typing import Protocol

from taskview_tui.render.piece import Ink, Line, Piece
from taskview_tui.text.cells import pad, starts_of, wrap
from taskview_tui.text.clean import clean, clean_block

AFTER_NAME = "\0"
"""Stands in searchable text between a name and its value; no cleaned text holds it."""


class Block(Protocol):
    """Lines of one kind, by number from 0."""

    def __len__(self) -> int:
        """How many lines there are."""
        ...

    @property
    def extents(self) -> Iterable[int]:
        """How many lines each is with all that is nested in it."""
        ...

    @property
    def openings(self) -> bytes | bytearray:
        """Which lines to open at first; those that nest nothing are always open."""
        ...

    @property
    def folded(self) -> bytes | bytearray:
        """Which lines are open where all are folded: those that nest nothing."""
        ...

    @property
    def weight(self) -> int:
        """About how many characters there are to be searched."""
        ...

    def parent(self, line: int) -> int:
        """Give the line that a line is nested in, -1 for none."""
        ...

    def tall(self, width: int) -> dict[int, int]:
        """Give the lines that take more than one row unasked, with how many they take."""
        ...

    def rows(self, line: int, width: int) -> int:
        """How many rows a line takes when all of its text is shown."""
        ...

    def can_unroll(self, line: int, width: int) -> bool:
        """Whether a line has more text than it shows."""
        ...

    def is_heavy(self, line: int) -> bool:
        """Whether breaking a line into rows takes so long that the screen should not wait."""
        ...

    def draw(self, line: int, row: int, width: int, opened: bool, unrolled: bool) -> Line:
        """Draw one row of a line.

        `opened` is true where what is nested in it shows, `unrolled` where all of its text does.
        """
        ...

    def text(self, line: int) -> str:
        """Give what can be searched on a line, cleaned; pieces say which part of it they are."""
        ...

    def texts(self) -> Iterator[str]:
        """Give what can be searched on each line, in order."""
        ...

    def row_of(self, line: int, at: int, width: int) -> tuple[int, bool]:
        """Give the row with a place of the searchable text, and whether to unroll it to see it."""
        ...

    def path(self, line: int) -> str:
        """Give the way to a line from the block's heading, such as `.messages[0]`; may be empty."""
        ...

    def leaf(self, line: int) -> str | None:
        """Give the text or `Number` of JSON on a line; None where there is none."""
        ...

    def value(self, line: int) -> str:
        """Give what stands on a line, with all that is nested in it, as text to copy."""
        ...


class FlatBlock:
    """Lines that nest nothing and always show whole, wrapped."""

    def __init__(self, count: int, names: int = 0) -> None:
        self._count = count
        self._names = names
        self._width = -1
        self._wrapped: dict[int, tuple[list[str], list[int]]] = {}
        self._weight: int | None = None

    def __len__(self) -> int:
        return self._count

    @property
    def extents(self) -> Iterable[int]:
        """How many lines each is with all that is nested in it: itself alone."""
        return repeat(1, self._count)

    @property
    def openings(self) -> bytes:
        """Which lines to open at first: there is nothing to open."""
        return b"\x01" * self._count

    @property
    def folded(self) -> bytes:
        """Which lines are open where all are folded: there is nothing to fold."""
        return b"\x01" * self._count

    @property
    def weight(self) -> int:
        """How many characters there are to be searched."""
        if self._weight is None:
            self._weight = sum(len(self.text(line)) for line in range(self._count))
        return self._weight

    def texts(self) -> Iterator[str]:
        """Give what can be searched on each line, in order."""
        return (self.text(line) for line in range(self._count))

    def parent(self, line: int) -> int:
        """Give the line that a line is nested in: none."""
        return -1

    def can_unroll(self, line: int, width: int) -> bool:
        """Whether a line has more text than it shows: never."""
        return False

    def is_heavy(self, line: int) -> bool:
        """Whether breaking a line takes long: it is done already when it is first shown."""
        return False

    def rows(self, line: int, width: int) -> int:
        """How many rows a line takes."""
        return len(self._broken(line, width)[0])

    def tall(self, width: int) -> dict[int, int]:
        """Give the lines that take more than one row, with how many they take."""
        room = max(width - self._names, 2)
        found: dict[int, int] = {}
        for line in range(self._count):
            text = self._text(line)
            if len(text) > room or not text.isascii():  # the others fit, were there a million
                count = self.rows(line, width)
                if count > 1:
                    found[line] = count
        return found

    def draw(self, line: int, row: int, width: int, opened: bool, unrolled: bool) -> Line:
        """Draw one row of a line."""
        raise NotImplementedError

    def text(self, line: int) -> str:
        """Give what can be searched on a line."""
        return self._text(line)

    def row_of(self, line: int, at: int, width: int) -> tuple[int, bool]:
        """Give the row with a place of the searchable text; nothing has to be unrolled."""
        _, starts = self._broken(line, width)
        at -= len(self.text(line)) - len(self._text(line))
        return max(bisect_right(starts, at) - 1, 0), False

    def path(self, line: int) -> str:
        """Give the way to a line from the heading: none."""
        return ""

    def leaf(self, line: int) -> str | None:
        """Give the text or number of JSON on a line: there is none."""
        return None

    def value(self, line: int) -> str:
        """Give the text of a line."""
        return self._text(line)

    def _broken(self, line: int, width: int) -> tuple[list[str], list[int]]:
        """Give the rows of a line, and where in its text each of them begins."""
        if width != self._width:
            self._width = width
            self._wrapped.clear()
        broken = self._wrapped.get(line)
        if broken is None:
            text = self._text(line)
            pieces = wrap(text, width - self._names)
            broken = pieces, starts_of(text, pieces)
            if len(pieces) > 1:
                self._wrapped[line] = broken
        return broken

    def _text(self, line: int) -> str:
        raise NotImplementedError

    def _value(self, line: int, row: int, width: int, ink: Ink) -> Piece:
        """Draw one row of a line's text."""
        pieces, starts = self._broken(line, width)
        before = len(self.text(line)) - len(self._text(line))
        return Piece(pieces[row], ink, before + starts[row])


class TextBlock(FlatBlock):
    """Text as it is, with its own line breaks, wrapped at the view's edge."""

    def __init__(self, text: str, ink: Ink = Ink.TEXT) -> None:
        self._stored = text
        self._lines = clean_block(text).split("\n")
        self._ink = ink
        super().__init__(len(self._lines))

    def value(self, line: int) -> str:
        """Give the text of a line as it is stored."""
        return self._stored.replace("\r\n", "\n").split("\n")[line]

    def _text(self, line: int) -> str:
        return self._lines[line]

    def draw(self, line: int, row: int, width: int, opened: bool, unrolled: bool) -> Line:
        """Draw one row of a line."""
        return [self._value(line, row, width, self._ink)]


class FieldBlock(FlatBlock):
    """Names with their values, in two columns; a long value is wrapped in its own."""

    def __init__(self, fields: Sequence[tuple[str, str, Ink]]) -> None:
        self._values = [value for _, value, _ in fields]
        self._fields = [(name, clean(value), ink) for name, value, ink in fields]
        names = max((len(name) for name, _, _ in fields), default=0) + 2
        super().__init__(len(fields), names)

    def _text(self, line: int) -> str:
        return self._fields[line][1]

    def value(self, line: int) -> str:
        """Give the value of a field as it was given."""
        return self._values[line]

    def path(self, line: int) -> str:
        """Give the name of a field; the second line of a value has none."""
        name = self._fields[line][0]
        return f".{name}" if name else ""

    def text(self, line: int) -> str:
        """Give what can be searched on a line: the name and the value."""
        name, value, _ = self._fields[line]
        return f"{name}{AFTER_NAME}{value}"

    def draw(self, line: int, row: int, width: int, opened: bool, unrolled: bool) -> Line:
        """Draw one row of a field; its name stands at the first."""
        name, _, ink = self._fields[line]
        label = pad(name if row == 0 else "", self._names)
        label_at = -1 if row else 0
        return [Piece(label, Ink.DIM, label_at), self._value(line, row, width, ink)]
