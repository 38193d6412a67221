"""What was found in a document: every match, by its number and by its line."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Lock

from taskview_tui.render.block import Block
from taskview_tui.render.document import Document
from taskview_tui.render.haystack import MOST, Haystack, Unwanted, needles
from taskview_tui.render.piece import Ink, Line, Piece


@dataclass(frozen=True, eq=False)
class Found:
    """What was found in one block, by its place in the block's haystack."""

    block: Block
    haystack: Haystack
    places: array[int]


class Matches:
    """All matches of a text in a document, numbered from 0; or those near a line."""

    def __init__(
        self, text: str, parts: Sequence[tuple[int, Found]], *, partial: bool = False
    ) -> None:
        self.text = text
        """What was looked for."""
        self.partial = partial
        """Whether there may be others, before and after these."""
        self._needles = needles(text)
        self._parts = parts
        self._starts = [start for start, _ in parts]
        self._before: list[int] = []
        count = 0
        for _, found in parts:
            self._before.append(count)
            count += len(found.places)
        self._count = count
        self.has_all = all(len(found.places) < MOST for _, found in parts)
        """False where there were so many that they were not all counted."""

    def __len__(self) -> int:
        return self._count

    def place(self, number: int) -> tuple[int, int]:
        """Give the line of a match, and where it begins in the line's searchable text."""
        part = bisect_right(self._before, number) - 1
        start, found = self._parts[part]
        at = found.places[number - self._before[part]]
        line = found.haystack.line(at)
        return start + line, at - found.haystack.start(line)

    def first_from(self, line: int) -> int:
        """Give the number of the first match on a line or below; the count where there is none."""
        part = bisect_right(self._starts, line) - 1
        if part < 0:
            return 0
        start, found = self._parts[part]
        inside = found.haystack.start(min(line - start, len(found.block)))
        return self._before[part] + bisect_left(found.places, inside)

    def number_at(self, line: int, at: int) -> int:
        """Give the number of the match at a place, or of the first after it."""
        part = bisect_right(self._starts, line) - 1
        start, found = self._parts[part]
        return self._before[part] + bisect_left(
            found.places, found.haystack.start(line - start) + at
        )

    def spans(self, line: int, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Give from where to where the matches on a line are, as far as they are within a range.

        All of these count the letters of the line's searchable text.
        """
        part = bisect_right(self._starts, line) - 1
        if part < 0:
            return
        first, found = self._parts[part]
        if line - first >= len(found.block):
            return
        places, haystack = found.places, found.haystack
        origin = haystack.start(line - first)
        longest = max(len(each) for each in self._needles)
        at = bisect_left(places, max(origin + start - longest, origin))
        while at < len(places) and places[at] < origin + end:
            begin = places[at] - origin
            stop = begin + haystack.length(places[at], self._needles)
            if stop > start:
                yield max(begin, start), min(stop, end)
            at += 1


class Finder:
    """Searches documents; what was made ready for one search serves the next of the same blocks.

    May be asked by several threads at once.
    """

    def __init__(self) -> None:
        self._haystacks: dict[Block, Haystack] = {}
        self._making = Lock()

    def prepare(self, document: Document) -> None:
        """Make ready what a search of a document looks at."""
        self._made_for(document.blocks())

    def find(self, document: Document, text: str, unwanted: Unwanted = lambda: False) -> Matches:
        """Find a text in all lines of a document; StoppedError as soon as it is unwanted."""
        wanted = needles(text)
        blocks = document.blocks() if wanted else []
        haystacks = self._made_for(blocks)
        return Matches(
            text,
            [
                (start, Found(block, haystacks[block], haystacks[block].find(wanted, unwanted)))
                for start, block in blocks
            ],
        )

    def find_near(self, document: Document, text: str, line: int) -> Matches | None:
        """Find, quickly, the first match from a line on and those around it.

        None where that cannot be told without more work: where the document has not been made
        ready, the text has several forms, or there is no match from there to the end.
        """
        wanted = needles(text)
        if len(wanted) != 1:
            return None
        for start, block in document.blocks():
            if start + len(block) <= line:
                continue
            haystack = self._haystacks.get(block)
            if haystack is None:
                return None
            places = haystack.find_near(wanted[0], max(line - start, 0))
            if places is not None:
                return Matches(text, [(start, Found(block, haystack, places))], partial=True)
        return None

    def _made_for(self, blocks: Sequence[tuple[int, Block]]) -> dict[Block, Haystack]:
        with self._making:
            self._haystacks = {
                block: self._haystacks.get(block) or Haystack(block.texts()) for _, block in blocks
            }
            return self._haystacks


def marked(line: Line, number: int, matches: Matches) -> list[Piece]:
    """Give a drawn row of a line with the matches on it in an ink of their own."""
    pieces: list[Piece] = []
    for piece in line:
        if piece.at < 0:
            pieces.append(piece)
            continue
        text, ink, at = piece
        done = 0
        for start, end in matches.spans(number, at, at + len(text)):
            if start - at > done:
                pieces.append(Piece(text[done : start - at], ink, at + done))
            pieces.append(Piece(text[max(start - at, done) : end - at], Ink.MATCH, start))
            done = end - at
        if done < len(text):
            pieces.append(Piece(text[done:], ink, at + done))
    return pieces
