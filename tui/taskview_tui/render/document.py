"""A document: blocks under headings, as one list of numbered lines that fold."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from taskview_tui.render.block import Block
from taskview_tui.render.piece import Ink, Line, Piece
from taskview_tui.text.clean import clean

_INSET = 2


@dataclass(frozen=True)
class Section:
    """A heading, a note beside it, and the lines below it; without a title only these."""

    title: str
    note: str = ""
    body: Block | None = None
    note_ink: Ink = Ink.DIM


class Document:
    """The lines of some sections, by number from 0."""

    def __init__(self, sections: Sequence[Section]) -> None:
        self._sections = list(sections)
        self._places: list[int] = []
        self._starts: list[int] = []
        self._blocks: list[Block | None] = []
        self.extents = array("l")
        """How many lines each is with all that is nested in it."""
        for section in sections:
            start = len(self.extents)
            self._places.append(start)
            body = 0 if section.body is None else len(section.body)
            if section.title:
                self._starts.append(start)
                self._blocks.append(None)
                self.extents.append(1 + body)
                start += 1
            if section.body is not None and body:
                self._starts.append(start)
                self._blocks.append(section.body)
                self.extents.extend(section.body.extents)

    def __len__(self) -> int:
        return len(self.extents)

    def spans(self) -> dict[str, range]:
        """Give the lines of each section by its title."""
        ends = [*self._places[1:], len(self)]
        return {
            section.title: range(start, end)
            for section, start, end in zip(self._sections, self._places, ends, strict=True)
        }

    def replace_section(self, section: Section) -> range | None:
        """Put other values into the section of that title; give its lines.

        Where it had another number of lines nothing is done, and None is given.
        """
        lines = self.spans().get(section.title, range(0))
        if not lines or section.body is None or len(section.body) != len(lines) - 1:
            return None
        at = self._places.index(lines.start)
        self._sections[at] = section
        self._blocks[self._starts.index(lines.start + 1)] = section.body
        return lines

    @property
    def headings(self) -> Sequence[int]:
        """The numbers of the lines that are headings, in order."""
        return [
            start
            for start, section in zip(self._places, self._sections, strict=True)
            if section.title
        ]

    def openings(self) -> bytearray:
        """Say which lines to open at first: all, of long JSON the first levels.

        Lines that nest nothing are always open.
        """
        opened = bytearray(b"\x01" * len(self))
        for start, block in self.blocks():
            opened[start : start + len(block)] = block.openings
        return opened

    def folded(self) -> bytearray:
        """Say which lines are open where all is folded up to the headings."""
        opened = bytearray(b"\x01" * len(self))
        for start, block in self.blocks():
            opened[start : start + len(block)] = block.folded
        return opened

    def blocks(self) -> list[tuple[int, Block]]:
        """Give the blocks, each with the number of its first line."""
        pairs = zip(self._starts, self._blocks, strict=True)
        return [(start, block) for start, block in pairs if block is not None]

    def block_at(self, line: int) -> Block | None:
        """Give the block of a line; None for a heading."""
        found = self._find(line)
        return None if found is None else found[0]

    @property
    def weight(self) -> int:
        """About how many characters there are to be searched."""
        return sum(block.weight for _, block in self.blocks())

    def above(self, line: int) -> int:
        """Give the line that a line is nested in, -1 for none."""
        found = self._find(line)
        if found is None:
            return -1
        block, number = found
        start = line - number
        parent = block.parent(number)
        if parent >= 0:
            return start + parent
        return start - 1 if self._section(line).title else -1

    def _section(self, line: int) -> Section:
        return self._sections[bisect_right(self._places, line) - 1]

    def _inset(self, line: int) -> int:
        """Count the cells by which what is under a heading stands to the right of it."""
        return _INSET if self._section(line).title else 0

    def _find(self, line: int) -> tuple[Block, int] | None:
        """Give the block of a line, and its number there; None for a heading."""
        at = bisect_right(self._starts, line) - 1
        block = self._blocks[at]
        return None if block is None else (block, line - self._starts[at])

    def tall(self, width: int, unrolled: Collection[int]) -> dict[int, int]:
        """Give the lines that take more than one row, with how many they take."""
        found: dict[int, int] = {}
        for start, block in zip(self._starts, self._blocks, strict=True):
            if block is not None:
                rows = block.tall(width - self._inset(start))
                found.update((start + line, count) for line, count in rows.items())
        found.update((line, self.rows(line, width)) for line in unrolled)
        return found

    def rows(self, line: int, width: int) -> int:
        """How many rows a line takes once it is unrolled."""
        found = self._find(line)
        return 1 if found is None else found[0].rows(found[1], width - self._inset(line))

    def can_unroll(self, line: int, width: int) -> bool:
        """Whether a line has more text than it shows."""
        found = self._find(line)
        return found is not None and found[0].can_unroll(found[1], width - self._inset(line))

    def is_heavy(self, line: int) -> bool:
        """Whether unrolling a line takes so long that the screen should not wait for it."""
        found = self._find(line)
        return found is not None and found[0].is_heavy(found[1])

    def row_of(self, line: int, at: int, width: int) -> tuple[int, bool]:
        """Give the row with a place of a line's searchable text, and whether to unroll for it."""
        found = self._find(line)
        if found is None:
            return 0, False
        return found[0].row_of(found[1], at, width - self._inset(line))

    def path(self, line: int) -> str:
        """Give the way to a line: its section in small letters, and the place in that."""
        found = self._find(line)
        title = self._section(line).title.lower()
        return title if found is None else title + found[0].path(found[1])

    def leaf(self, line: int) -> str | None:
        """Give the text or number on a line of JSON; None for all else."""
        found = self._find(line)
        return found[0].leaf(found[1]) if found is not None else None

    def heading(self, line: int) -> str:
        """Give the title of the section of a line."""
        return self._section(line).title

    def value(self, line: int) -> str | None:
        """Give what stands on a line, as text to copy; None for a heading."""
        found = self._find(line)
        return None if found is None else found[0].value(found[1])

    def draw(self, line: int, row: int, width: int, opened: bool, unrolled: bool) -> Line:
        """Draw one row of a line."""
        found = self._find(line)
        section = self._section(line)
        if found is not None:
            inset = self._inset(line)
            drawn = found[0].draw(found[1], row, width - inset, opened, unrolled)
            return [Piece(" " * inset), *drawn]
        marker = "  "
        if self.extents[line] > 1:
            marker = "▾ " if opened else "▸ "
        return [
            Piece(marker, Ink.GUIDE),
            Piece(clean(section.title), Ink.HEADING),
            Piece(f"  {clean(section.note)}" if section.note else "", section.note_ink),
        ]
