"""The critical path: the chain of tasks that set how long a tree took.

The rule is that of CRISP (Zhang et al., "CRISP: Critical Path Analysis of Large-Scale Microservice
Architectures", USENIX ATC 2022), which Jaeger draws as well. Go back from the end of a task: what
it waited for at last is the child that finished last. Before that child began, it waited for the
child that had finished last by then, and so on; a child that was still running when a later one of
the path began has held nothing up. What no such child covers is the task's own share. The same
holds within each of these children.

Two things are our own. Where CRISP cuts off what children do after their parents ended, here a
task lasts until the last one below it ended, and begins with the first: the clocks of agents
disagree, and a child that goes on by itself is what set the end. The roots of a tree are children
of the tree; what no root covers, nobody did.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from dataclasses import dataclass
from math import inf
from typing import NamedTuple

from taskview_core.tree.clock import Spans
from taskview_core.tree.preorder import Preorder


class Stretch(NamedTuple):
    """A stretch of the clock, in seconds, that a task's own work has set; `high` may be inf."""

    number: int
    low: float
    high: float


@dataclass(frozen=True)
class CriticalPath:
    """The stretches, the first first, and the tasks on the way to one that have no share.

    The stretches do not meet, and where the whole was one task with all below it, they leave
    nothing of its time out. `duration` is how long they are together, in seconds; infinite where
    the path still grows.
    """

    stretches: tuple[Stretch, ...]
    tasks: frozenset[int]
    """The tasks that have a share of their own."""
    passed: frozenset[int]
    duration: float


class Extents:
    """From when to when each task of a tree or one below it ran, by number.

    It is from inf to -inf where none of these times is known.
    """

    def __init__(self, tree: Preorder, spans: Spans) -> None:
        lows = array("d", (inf,)) * len(tree)
        highs = array("d", (-inf,)) * len(tree)
        parents, started, ended = tree.parents, spans.started, spans.ended
        for number in range(len(tree) - 1, -1, -1):
            low, high, start = lows[number], highs[number], started[number]
            if start == start:
                low = start if start < low else low
                end = ended[number]
                high = max(start, end, high)
                lows[number], highs[number] = low, high
            parent = parents[number]
            if parent >= 0:
                if low < lows[parent]:
                    lows[parent] = low
                if high > highs[parent]:
                    highs[parent] = high
        self.lows, self.highs = lows, highs


def critical_path(tree: Preorder, extents: Extents, top: int = -1) -> CriticalPath:
    """Give the critical path of a task with all below it; of -1, that of the whole tree.

    Tasks whose times are not known are on it only if there is one below them that is.
    """
    lows, highs = extents.lows, extents.highs
    stretches: list[Stretch] = []
    # What is still to be gone back through: a task with its children in the order of their ends,
    # and the time back to which all is settled.
    stack = [_Way(tree, extents, top, inf if top < 0 else highs[top])]
    while stack:
        way = stack[-1]
        child = way.next()
        if way.number >= 0:
            own_from = highs[child] if child >= 0 else lows[way.number]
            if own_from < way.until:
                stretches.append(Stretch(way.number, own_from, way.until))
        if child < 0:
            stack.pop()
        else:
            way.until = lows[child]
            stack.append(_Way(tree, extents, child, highs[child]))
    stretches.reverse()
    tasks = frozenset(stretch.number for stretch in stretches)
    duration = sum((stretch.high - stretch.low for stretch in stretches), 0.0)
    return CriticalPath(tuple(stretches), tasks, _passed(tree, tasks, top), duration)


class _Way:
    """How far back a task has been gone through."""

    def __init__(self, tree: Preorder, extents: Extents, number: int, until: float) -> None:
        self.number = number
        self.until = until
        lows, highs = extents.lows, extents.highs
        # Of those that end at once, the longest is the last.
        children = sorted(
            (highs[child], -lows[child], child)
            for child in tree.children(number)
            if lows[child] < inf
        )
        self._numbers = [child for _high, _low, child in children]
        self._ends = [high for high, _low, _child in children]

    def next(self) -> int:
        """Give the child that finished last before what is settled; -1 where none did."""
        at = bisect_right(self._ends, self.until)
        del self._ends[max(at - 1, 0) :]
        return self._numbers[at - 1] if at > 0 else -1


def _passed(tree: Preorder, tasks: frozenset[int], top: int) -> frozenset[int]:
    """Give the tasks up to `top` that are above these and none of them."""
    found: set[int] = set()
    for number in tasks:
        while number != top and (number := tree.parents[number]) >= 0:
            if number in found:
                break
            found.add(number)
    return frozenset(found - tasks)
