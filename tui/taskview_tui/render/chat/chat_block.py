"""A conversation as a block of a document: messages fold, text is wrapped."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from rich.cells import cell_len

from taskview_tui.render.block import FlatBlock
from taskview_tui.render.chat.chat_lines import chat_lines
from taskview_tui.render.chat.message import Chat
from taskview_tui.render.folding import extents_of, leafs_of
from taskview_tui.render.piece import Ink, Line, Piece
from taskview_tui.text.cells import starts_of, wrap

_MARKER = 2


class ChatBlock(FlatBlock):
    """The lines of a conversation."""

    def __init__(self, chat: Chat) -> None:
        pairs = list(chat_lines(chat))
        self._styled = [line for line, _ in pairs]
        self._paths = [path for _, path in pairs]
        self._texts = [line.text for line in self._styled]
        self._parents, ends = _nesting([line.depth for line in self._styled])
        self._extents = extents_of(ends)
        super().__init__(len(pairs))

    @property
    def extents(self) -> Sequence[int]:
        """How many lines each is with all that is nested in it."""
        return self._extents

    @property
    def openings(self) -> bytes:
        """Which lines to open at first: all of them."""
        return b"\x01" * len(self._styled)

    @property
    def folded(self) -> bytes:
        """Which lines are open where all are folded: those that nest nothing."""
        return leafs_of(self._extents)

    def parent(self, line: int) -> int:
        """Give the line that a line is nested in, -1 for none."""
        return self._parents[line]

    def tall(self, width: int) -> dict[int, int]:
        """Give the lines that take more than one row, with how many they take."""
        found: dict[int, int] = {}
        for line, text in enumerate(self._texts):
            if len(text) > self._room(line, width) or not text.isascii():
                count = self.rows(line, width)
                if count > 1:
                    found[line] = count
        return found

    def draw(self, line: int, row: int, width: int, opened: bool, unrolled: bool) -> Line:
        """Draw one row of a line: what stands before it, then its runs as far as they reach."""
        styled = self._styled[line]
        rows, starts = self._broken(line, width)
        marker = "  "
        if self._extents[line] > 1 and row == 0:
            marker = "▾ " if opened else "▸ "
        before = styled.first if row == 0 else styled.rest
        pieces = [Piece(marker + before, Ink.GUIDE)]
        begin, end = starts[row], starts[row] + len(rows[row])
        at = 0
        for run in styled.runs:
            start, stop = max(at, begin), min(at + len(run.text), end)
            if start < stop:
                pieces.append(Piece(run.text[start - at : stop - at], run.ink, start))
            at += len(run.text)
        return pieces

    def path(self, line: int) -> str:
        """Give the way to the message of a line."""
        return self._paths[line]

    def leaf(self, line: int) -> str | None:
        """Give the text that a line is of: of the line of a message, what it says first."""
        return self._styled[line].leaf

    def value(self, line: int) -> str:
        """Give the text of a line, and of all that is nested in it."""
        texts = self._styled[line : line + self._extents[line]]
        if len(texts) == 1:
            return texts[0].text
        return "\n".join(each.first + each.text for each in texts)

    def _text(self, line: int) -> str:
        return self._texts[line]

    def _is_long(self, line: int) -> bool:
        return False  # What is very large has been broken into rows by a thread.

    def _room(self, line: int, width: int) -> int:
        return max(width - _MARKER - cell_len(self._styled[line].first), 8)

    def _broken(self, line: int, width: int) -> tuple[list[str], list[int]]:
        broken = self._wrapped.get(line, width)
        if broken is None:
            text = self._texts[line]
            pieces = wrap(text, self._room(line, width))
            broken = pieces, starts_of(text, pieces)
            if len(pieces) > 1:
                self._wrapped.keep(line, width, broken)
        return broken


def _nesting(depths: Sequence[int]) -> tuple[array[int], array[int]]:
    """Give for each line the one it is nested in, and the number after all nested in it."""
    parents = array("l")
    ends = array("l", range(1, len(depths) + 1))
    way: list[int] = []
    for line, depth in enumerate(depths):
        while way and depths[way[-1]] >= depth:
            ends[way.pop()] = line
        parents.append(way[-1] if way else -1)
        way.append(line)
    for line in way:
        ends[line] = len(depths)
    return parents, ends
