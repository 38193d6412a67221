"""Which lines of a nested document are on the screen: folding as work on one flat list.

The lines stand in preorder with numbers from 0, so that what is nested in a line follows it
directly. Whatever is done, it is a cut into or a splice of the list of visible lines; nothing is
recursive, and nothing is done for lines that stay as they are.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count
from operator import sub

from taskview_tui.render.rows import LONG, Rows, Stretch

ROWS = 1 << 24
"""More than the rows of any one line."""


class Folding:
    """The visible rows of a document.

    `extents[i]` is how many lines line `i` is with all that is nested in it: see `extents_of`.
    `opened[i]` is true where what is nested in line `i` shows; best of lines too that nest nothing,
    for stretches of what is open cost nothing. A line takes one row, or as many as `tall` has for
    it. All three may be changed from outside, if that is told by `rebuild` or `update_rows`.
    """

    def __init__(
        self,
        extents: Sequence[int],
        opened: bytearray,
        tall: Mapping[int, int] | None = None,
    ) -> None:
        self._extents = extents
        self._opened = opened
        self._tall: Mapping[int, int] = {} if tall is None else tall
        self._visible = Rows(self._inside(0, len(extents)))

    def __len__(self) -> int:
        return len(self._visible)

    def line(self, position: int) -> int:
        """Give the number of the line that has the row at a position."""
        return self._visible[position] // ROWS

    def row(self, position: int) -> int:
        """Give which row of its line stands at a position, from 0."""
        return self._visible[position] % ROWS

    def position(self, line: int) -> int:
        """Give the position of a line, or of the one above it that hides it."""
        code = line * ROWS
        at = self._visible.find(code)
        if at < len(self._visible) and self._visible[at] == code:
            return at
        # What hides it is the nearest visible line before it; its first row is wanted.
        return self._visible.find(self.line(max(at - 1, 0)) * ROWS)

    def is_visible(self, line: int) -> bool:
        """Say whether a line shows."""
        at = self._visible.find(line * ROWS)
        return at < len(self._visible) and self._visible[at] == line * ROWS

    def is_open(self, line: int) -> bool:
        """Say whether what is nested in a line shows when the line does."""
        return bool(self._opened[line])

    def can_fold(self, line: int) -> bool:
        """Say whether anything is nested in a line."""
        return self._extents[line] > 1

    def set_open(self, line: int, opened: bool) -> None:
        """Show or hide what is nested in a line."""
        if bool(self._opened[line]) == opened or not self.can_fold(line):
            return
        self._opened[line] = opened
        if self.is_visible(line):
            after = line + self._extents[line]
            start = self._visible.find((line + 1) * ROWS)
            end = self._visible.find(after * ROWS)
            shown = self._inside(line + 1, after) if opened else ()
            self._visible.replace(start, end, shown)

    def update_rows(self, line: int) -> None:
        """Take in that a line has another number of rows."""
        if self.is_visible(line):
            start = self._visible.find(line * ROWS)
            end = self._visible.find((line + 1) * ROWS)
            self._visible.replace(start, end, [self._codes(line)])

    def rebuild(self) -> None:
        """Take in that any line may have been opened or closed, or have other rows."""
        self._visible = Rows(self._inside(0, len(self._extents)))

    def reveal(self, line: int, above: Callable[[int], int]) -> None:
        """Open all that a line is nested in; `above` gives the line around one, -1 for none."""
        closed: list[int] = []
        around = above(line)
        while around >= 0:
            if not self._opened[around]:
                closed.append(around)
            around = above(around)
        if len(closed) == 1:
            self.set_open(closed[0], True)
        elif closed:
            for each in closed:
                self._opened[each] = True
            self.rebuild()

    def _inside(self, start: int, end: int) -> Iterator[Stretch]:
        """Give the rows of the lines from start to end that show, if those around them do."""
        found = array("q")
        extents, opened = self._extents, self._opened
        tall = [*sorted(line for line in self._tall if start <= line < end), end]
        line, next_tall = start, 0
        while line < end:
            if line > tall[next_tall]:
                next_tall = bisect_left(tall, line, next_tall)
            if line == tall[next_tall]:
                found.extend(self._codes(line))
            elif opened[line]:
                # All that is open follows each other, up to the next that is closed.
                closed = opened.find(0, line, tall[next_tall])
                after = tall[next_tall] if closed < 0 else closed
                rows = range(line * ROWS, after * ROWS, ROWS)
                if len(rows) < LONG:
                    found.extend(rows)
                else:
                    yield found
                    yield rows
                    found = array("q")
                line = after
                continue
            else:
                found.append(line * ROWS)
            line += 1 if opened[line] else extents[line]
        yield found

    def _codes(self, line: int) -> range:
        return range(line * ROWS, line * ROWS + self._tall.get(line, 1))


def extents_of(ends: Iterable[int]) -> array[int]:
    """Give how many lines each is with all nested in it, of the numbers after the last of them.

    Unlike those they are the same wherever the lines stand in a longer document.
    """
    return array("l", map(sub, ends, count()))


def leafs_of(extents: Iterable[int]) -> bytes:
    """Say which lines nest nothing."""
    return bytes(map((1).__eq__, extents))


def levels_within(depths: Sequence[int], most: int, least: int) -> int:
    """Count the levels, but not fewer than `least`, whose lines together are at most `most`."""
    sizes = Counter(depths)
    shown = levels = 0
    for depth in sorted(sizes):
        shown += sizes[depth]
        if levels >= least and shown > most:
            break
        levels = depth + 1
    return levels
