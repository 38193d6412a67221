"""The rows that show, in order, of a document that may have a million: stretches, not single rows.

Where everything is open, a stretch is a range, which takes no room and no time whatever its length.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import accumulate
from typing import TypeAlias

Stretch: TypeAlias = "range | array[int]"
"""Numbers in rising order."""

LONG = 64
"""Numbers in a row from which on a stretch of its own is worth while."""


class Rows:
    """Rising numbers by position, of which any part can be exchanged for another."""

    def __init__(self, stretches: Iterable[Stretch]) -> None:
        self._stretches = [each for each in stretches if each]
        self._count()

    def _count(self) -> None:
        self._ends = list(accumulate(map(len, self._stretches)))
        self._firsts = [each[0] for each in self._stretches]

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __getitem__(self, position: int) -> int:
        at = bisect_right(self._ends, position)
        stretch = self._stretches[at]
        return stretch[position - self._ends[at] + len(stretch)]

    def find(self, number: int) -> int:
        """Give the position of the first number that is not less than this one."""
        at = max(bisect_right(self._firsts, number) - 1, 0)
        if at == len(self._stretches):
            return 0
        stretch = self._stretches[at]
        return self._ends[at] - len(stretch) + bisect_left(stretch, number)

    def replace(self, start: int, end: int, stretches: Iterable[Stretch]) -> None:
        """Put others in the place of the numbers from position `start` to before `end`."""
        first, before = self._cut(start)
        last, after = self._cut(end)
        between = [self._stretches[first][:before]] if before else []
        between += stretches
        if after:
            between.append(self._stretches[last][after:])
            last += 1
        self._stretches[first:last] = [each for each in between if each]
        self._count()

    def _cut(self, position: int) -> tuple[int, int]:
        """Give the stretch of a position, and the place in it; 0 is the beginning of one."""
        at = bisect_right(self._ends, position)
        if at == len(self._ends):
            return at, 0
        return at, position - self._ends[at] + len(self._stretches[at])
