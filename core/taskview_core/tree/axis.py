"""The axis that the bars of a tree are drawn on: a stretch of its clock, cut into slices.

Idle stretches, in which no task ran, can be squeezed: the map from the clock to the axis is linear
from cut to cut, and a cut takes a small part of the axis however long it was.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import pairwise
from math import frexp, inf

from taskview_core.tree.clock import Spans
from taskview_core.tree.stretches import Stretches

MOST_CUTS = 40
"""The longest so many idle stretches are squeezed; a bar has not many more cells."""

_CUT_SHARE = 0.03
_CUTS_SHARE = 0.25
"""How much of the busy time one cut, and all cuts together, are drawn as long as at most."""

_NOTHING = 1e-9
"""Where less than this part of a stretch is busy, there is nothing to squeeze the rest for."""

_INSTANT = 1e-6
"""An axis is no shorter than a microsecond."""


@dataclass(frozen=True)
class Axis:
    """A stretch of a tree's clock in seconds, and the idle stretches in it that are squeezed.

    The cuts are in order and do not meet; each is drawn as long as `cut_length` seconds.
    """

    start: float
    end: float
    cuts: tuple[tuple[float, float], ...] = ()
    cut_length: float = 0.0

    def bounds(self, slices: int) -> tuple[float, ...]:
        """Give the times between which the slices lie, one more than these: all equally wide."""
        knots = self._knots()
        result: list[float] = []
        at = 0
        width = knots[-1][1]
        for number in range(slices):
            place = width * number / slices
            while knots[at + 1][1] <= place and at + 2 < len(knots):
                at += 1
            (low, begin), (high, end) = knots[at], knots[at + 1]
            result.append(low + (high - low) * (place - begin) / (end - begin))
        result.append(self.end)
        return tuple(result)

    def _knots(self) -> list[tuple[float, float]]:
        """Give the ends of the linear parts: the time, and its place on the axis."""
        knots = [(self.start, 0.0)]

        def add(time: float, length: float) -> None:
            if time > knots[-1][0]:
                knots.append((time, knots[-1][1] + length))

        for low, high in self.cuts:
            add(low, low - knots[-1][0])
            add(high, self.cut_length)
        add(self.end, self.end - knots[-1][0])
        return knots


def axis_of(
    low: float,
    high: float,
    now: float,
    idle: Sequence[tuple[float, float]] = (),
    cells: int = 0,
) -> Axis:
    """Give the axis from `low` to `high`, or where that is infinite, to `now` and a little more.

    What is more than `now` is less than a sixteenth of the whole: a bar that grows has room for a
    while before all bars have to be drawn anew. The stretches in `idle` are squeezed where that
    makes them shorter. Of an axis that is drawn in so many `cells`, each takes one, if there are
    not too many: what is squeezed is to be seen.
    """
    if low == inf:
        return Axis(0.0, _INSTANT)
    if high == inf:
        length = max(now - low, _INSTANT)
        step = 2.0 ** (frexp(length)[1] - 5)
        high = low + (length // step + 1) * step
    # Far from its beginning, a clock does not tell a microsecond from the next any more.
    high = max(high, low + _INSTANT, low + abs(low) * 1e-12)
    inside = [(max(begin, low), min(end, high)) for begin, end in idle if begin < high]
    inside = [(begin, end) for begin, end in inside if end > begin]
    busy = high - low - sum(end - begin for begin, end in inside)
    if not inside or busy <= (high - low) * _NOTHING:
        return Axis(low, high)
    # Each takes this part of the whole, where they are few.
    share = 1 / (cells - len(inside)) if cells > 2 * len(inside) else 0.0
    length = min(max(_CUT_SHARE, share), _CUTS_SHARE / len(inside)) * busy
    length = max(length, (high - low) * 1e-12)
    cuts = tuple((begin, end) for begin, end in inside if end - begin > length)
    return Axis(low, high, cuts, length)


def idle_stretches(spans: Spans, first: int, end: int) -> tuple[tuple[float, float], ...]:
    """Give the longest stretches in which no task from one to before another ran, in order.

    The tasks are one with all below it, or all of a tree. The stretches before the first and
    after the last run are there too, and have no other end. Waiting in a queue is not running.
    Where a task still runs, nothing is heard of it after the last time that the tree knows: that
    is the last stretch then.
    """
    outside = spans.outside
    numbers = {first, *outside[bisect_left(outside, first) : bisect_left(outside, end)]}
    runs = Stretches(run for number in numbers if (run := spans.run(number)) is not None)
    if not runs:
        return ()
    gaps = list(zip([-inf, *runs.highs], [*runs.lows, inf], strict=True))
    if runs.highs[-1] == inf:
        gaps[-1] = (spans.last_known(first, end), inf)
    return tuple(sorted(nlargest(MOST_CUTS, gaps, key=lambda gap: gap[1] - gap[0])))


def cut_slices(axis: Axis, bounds: Sequence[float]) -> frozenset[int]:
    """Give the slices in which something was squeezed."""
    found: set[int] = set()
    for number, (low, high) in enumerate(pairwise(bounds)):
        if any(begin < high and end > low for begin, end in axis.cuts):
            found.add(number)
    return frozenset(found)
