"""The times of a tree made ready to be drawn."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from taskview_core.tree.axis import idle_stretches
from taskview_core.tree.clock import Spans
from taskview_core.tree.critical_path import CriticalPath, Extents, critical_path
from taskview_core.tree.preorder import Preorder
from taskview_core.tree.slices import Together
from taskview_core.tree.waits import Waits

_Parts = dict[int, list[tuple[float, float]]]


class Timing:
    """What the bars of a tree are drawn from: made once, most of it when it is first needed.

    A `top` of -1 is the whole tree.
    """

    def __init__(self, tree: Preorder) -> None:
        self._tree = tree
        self.spans = Spans(tree)
        self.waits = Waits(tree, self.spans)
        self._known_extents: dict[int, tuple[float, float]] = {}
        self._known_idle: dict[int, tuple[tuple[float, float], ...]] = {}
        self._paths: dict[int, CriticalPath] = {}
        self._parts: tuple[CriticalPath | None, _Parts] = (None, {})
        self._members: dict[tuple[int, int], tuple[int, ...]] = {}
        self._together: dict[tuple[int, int], Together] = {}

    def prepare(self) -> None:
        """Find what the whole tree is asked for by a key, for that key to be answered at once.

        May run in a thread: what is asked for meanwhile is found twice, and is the same.
        """
        self.idle(-1)
        self.path(-1)

    def _range(self, top: int) -> tuple[int, int]:
        return (0, len(self._tree)) if top < 0 else (top, self._tree.ends[top])

    def extent(self, top: int) -> tuple[float, float]:
        """Give the first and last time of a task and all below it; inf, -inf where none is."""
        found = self._known_extents.get(top)
        if found is None:
            found = self._known_extents[top] = self.spans.extent(*self._range(top))
        return found

    def idle(self, top: int) -> tuple[tuple[float, float], ...]:
        """Give the longest stretches in which neither a task nor any below it ran."""
        found = self._known_idle.get(top)
        if found is None:
            found = self._known_idle[top] = idle_stretches(self.spans, *self._range(top))
        return found

    @cached_property
    def _extents(self) -> Extents:
        return Extents(self._tree, self.spans)

    def path(self, top: int) -> CriticalPath:
        """Give the critical path of a task and all below it."""
        found = self._paths.get(top)
        if found is None:
            found = self._paths[top] = critical_path(self._tree, self._extents, top)
        return found

    def critical(self, path: CriticalPath | None, number: int) -> Sequence[tuple[float, float]]:
        """Give a task's stretches of a critical path, in order."""
        known, parts = self._parts
        if known is not path:
            parts = {}
            for each, low, high in path.stretches if path is not None else ():
                parts.setdefault(each, []).append((low, high))
            self._parts = (path, parts)
        return parts.get(number, ())

    # Repeats that are drawn as one bar.

    def members(self, head: int, run_end: int) -> tuple[int, ...]:
        """Give the tasks of a run of repeats, without those below them."""
        found = self._members.get((head, run_end))
        if found is None:
            ends, numbers, number = self._tree.ends, [], head
            while number < run_end:
                numbers.append(number)
                number = ends[number]
            found = self._members[head, run_end] = tuple(numbers)
        return found

    def together(self, head: int, run_end: int) -> Together:
        """Give when any of the repeats ran."""
        found = self._together.get((head, run_end))
        if found is None:
            members = self.members(head, run_end)
            found = self._together[head, run_end] = Together(self.spans, members)
        return found

    def critical_together(
        self, path: CriticalPath | None, head: int, run_end: int
    ) -> Sequence[tuple[float, float]]:
        """Give the stretches of a critical path that are any repeat's, in order."""
        members = self.members(head, run_end)
        return sorted(part for number in members for part in self.critical(path, number))
