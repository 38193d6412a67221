"""Blocks of a document: runs of lines that know how they are drawn at a width."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from typing import Protocol

from taskview_tui.render.by_width import ByWidth
from taskview_tui.render.piece import Ink, Line, Piece
from taskview_tui.text.cells import CUT, clip, pad, starts_of, wrap
from taskview_tui.text.clean import ROW, clean, clean_block

_LEAST = 8
"""Cells that the beginning of a long text gets, however narrow the view is."""

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


LONG = 20_000
"""Characters of a line from which on it shows whole only when it is asked for."""


class FlatBlock:
    """Lines that nest nothing and show whole, wrapped, unless they are very long.

    A line of a megabyte is thousands of rows, which take seconds to break: nobody waits for them
    who has not asked.
    """

    def __init__(self, count: int, names: int = 0) -> None:
        self._count = count
        self._names = names
        self._wrapped: ByWidth[tuple[list[str], list[int]]] = ByWidth()
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
        """About how many characters there are to be searched."""
        if self._weight is None:
            self._weight = sum(map(self._length, range(self._count)))
        return self._weight

    def texts(self) -> Iterator[str]:
        """Give what can be searched on each line, in order."""
        return (self.text(line) for line in range(self._count))

    def parent(self, line: int) -> int:
        """Give the line that a line is nested in: none."""
        return -1

    def can_unroll(self, line: int, width: int) -> bool:
        """Whether a line has more text than it shows."""
        return self._is_long(line)

    def is_heavy(self, line: int) -> bool:
        """Whether breaking a line takes long; others are broken when they are first shown."""
        return self._is_long(line)

    def rows(self, line: int, width: int) -> int:
        """How many rows a line takes when all of its text is shown."""
        return len(self._broken(line, width)[0])

    def tall(self, width: int) -> dict[int, int]:
        """Give the lines that take more than one row, with how many they take."""
        room = max(width - self._names, 2)
        found: dict[int, int] = {}
        for line in range(self._count):
            if self._is_long(line):
                continue  # one row
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
        """Give the row with a place of the searchable text, and whether to unroll it to see it."""
        at -= self._before(line)
        is_long = self._is_long(line)
        if is_long and at < len(self._shown(line, width).removesuffix(CUT)):
            return 0, False
        _, starts = self._broken(line, width)
        return max(bisect_right(starts, at) - 1, 0), is_long

    def path(self, line: int) -> str:
        """Give the way to a line from the heading: none."""
        return ""

    def leaf(self, line: int) -> str | None:
        """Give the text or number of JSON on a line: there is none."""
        return None

    def value(self, line: int) -> str:
        """Give the text of a line."""
        return self._text(line)

    def _is_long(self, line: int) -> bool:
        return self._length(line) > LONG

    def _length(self, line: int) -> int:
        """Count the characters of a line as it is stored: a long one is cleaned when it must be."""
        return len(self._text(line))

    def _beginning(self, line: int) -> str:
        """Give as much of a line, cleaned, as fills a row."""
        return self._text(line)[:ROW]

    def _broken(self, line: int, width: int) -> tuple[list[str], list[int]]:
        """Give the rows of a line, and where in its text each of them begins."""
        broken = self._wrapped.get(line, width)
        if broken is None:
            text = self._text(line)
            pieces = wrap(text, width - self._names)
            broken = pieces, starts_of(text, pieces)
            if len(pieces) > 1:
                self._wrapped.keep(line, width, broken)
        return broken

    def _shown(self, line: int, width: int) -> str:
        """Give what shows of a long line unasked."""
        room = width - self._names - len(self._note(line))
        return clip(self._beginning(line), max(room, _LEAST))

    def _note(self, line: int) -> str:
        return f" ▸ {self._length(line):,} characters"

    def _before(self, line: int) -> int:
        """Count the searchable characters of a line that come before its text."""
        return 0

    def _text(self, line: int) -> str:
        raise NotImplementedError

    def _value(self, line: int, row: int, width: int, ink: Ink, unrolled: bool) -> Line:
        """Draw one row of a line's text; of a long one the beginning, and how long it is."""
        if self._is_long(line) and not unrolled:
            shown = Piece(self._shown(line, width), ink, self._before(line))
            return [shown, Piece(self._note(line), Ink.DIM)]
        pieces, starts = self._broken(line, width)
        return [Piece(pieces[row], ink, self._before(line) + starts[row])]


class TextBlock(FlatBlock):
    """Text as it is, with its own line breaks, wrapped at the view's edge."""

    def __init__(self, text: str, ink: Ink = Ink.TEXT) -> None:
        self._stored = text.replace("\r\n", "\n").split("\n")
        self._cleaned: list[str | None] = [
            None if len(each) > LONG else clean_block(each) for each in self._stored
        ]
        self._ink = ink
        super().__init__(len(self._stored))

    def value(self, line: int) -> str:
        """Give the text of a line as it is stored."""
        return self._stored[line]

    def _length(self, line: int) -> int:
        return len(self._stored[line])

    def _beginning(self, line: int) -> str:
        return clean_block(self._stored[line][:ROW])

    def _text(self, line: int) -> str:
        text = self._cleaned[line]
        if text is None:
            text = self._cleaned[line] = clean_block(self._stored[line])
        return text

    def draw(self, line: int, row: int, width: int, opened: bool, unrolled: bool) -> Line:
        """Draw one row of a line."""
        return self._value(line, row, width, self._ink, unrolled)


class FieldBlock(FlatBlock):
    """Names with their values, in two columns; a long value is wrapped in its own."""

    def __init__(self, fields: Sequence[tuple[str, str, Ink]]) -> None:
        self._fields = fields
        self._cleaned: list[str | None] = [
            None if len(value) > LONG else clean(value) for _, value, _ in fields
        ]
        names = max((len(name) for name, _, _ in fields), default=0) + 2
        super().__init__(len(fields), names)

    def _length(self, line: int) -> int:
        return len(self._fields[line][1])

    def _beginning(self, line: int) -> str:
        return clean(self._fields[line][1][:ROW])

    def _before(self, line: int) -> int:
        return len(self._fields[line][0]) + len(AFTER_NAME)

    def _text(self, line: int) -> str:
        text = self._cleaned[line]
        if text is None:
            text = self._cleaned[line] = clean(self._fields[line][1])
        return text

    def value(self, line: int) -> str:
        """Give the value of a field as it was given."""
        return self._fields[line][1]

    def path(self, line: int) -> str:
        """Give the name of a field; the second line of a value has none."""
        name = self._fields[line][0]
        return f".{name}" if name else ""

    def text(self, line: int) -> str:
        """Give what can be searched on a line: the name and the value."""
        return f"{self._fields[line][0]}{AFTER_NAME}{self._text(line)}"

    def draw(self, line: int, row: int, width: int, opened: bool, unrolled: bool) -> Line:
        """Draw one row of a field; its name stands at the first."""
        name, _, ink = self._fields[line]
        label = pad(name if row == 0 else "", self._names)
        label_at = -1 if row else 0
        return [Piece(label, Ink.DIM, label_at), *self._value(line, row, width, ink, unrolled)]
