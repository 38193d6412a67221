"""A tree of tasks as flat arrays in preorder, on which every question is a look-up."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from functools import cached_property
from itertools import accumulate
from operator import or_

from taskview_core.entities import Ident, TaskStatus
from taskview_core.tree.assemble import TaskTree
from taskview_core.tree.preorder import Preorder
from taskview_core.tree.repeats import Repeats, find_repeats
from taskview_core.tree.root_cause import Failures
from taskview_tui.render.folding import extents_of, leafs_of, levels_within
from taskview_tui.render.timing import Timing
from taskview_tui.render.tree_facts import TreeFacts


class TaskOutline:
    """The tasks of a tree by number: parents before children, from 0.

    `ends[i]` is the number after the last task below task `i`, and `extents[i]` how many they are
    with it; `leafs[i]` is true where there are none. `parents[i]` is -1 for a root; `last[i]` is
    true where no sibling comes after. `failures` says what made what fail, and
    `timing` when each waited and ran.
    """

    def __init__(self, tree: TaskTree) -> None:
        self.preorder = Preorder(tree)
        self.rows = self.preorder.rows
        self.marks = self.preorder.marks
        self.depths = self.preorder.depths
        self.parents = self.preorder.parents
        self.ends = self.preorder.ends
        self.extents = extents_of(self.ends)
        self.leafs = leafs_of(self.extents)
        self.last = bytearray(len(self.rows))
        self._numbers = {row.id: number for number, row in enumerate(self.rows)}
        self.shapes = frozenset(zip(self.depths, (row.agent_id for row in self.rows), strict=True))
        """The pairs of depth and agent that there are: few, however many tasks."""
        # By the objects, of which there are few: to hash a status of each task takes a while.
        self.statuses = frozenset({id(row.status): row.status for row in self.rows}.values())
        """The statuses that there are."""
        self.failures = Failures(self.preorder)
        self.repeats: Repeats = find_repeats(self.preorder)
        self.timing = Timing(self.preorder)
        self._outside = tree.outside
        self._failed_before = self._count_failed()
        self._find_last()

    def _count_failed(self) -> array[int]:
        failed = TaskStatus.FAILED
        sums = accumulate((row.status == failed for row in self.rows), initial=0)
        return array("l", sums)

    def _find_last(self) -> None:
        """Fill in the last children, from the bottom up."""
        parents = self.parents
        ended = bytearray(len(parents) + 1)
        for number in range(len(parents) - 1, -1, -1):
            # A root's parent is -1, which stands for the last place.
            if not ended[parents[number]]:
                ended[parents[number]] = self.last[number] = True

    @cached_property
    def facts(self) -> TreeFacts:
        """What the rows tell of parents and children; made when it is first asked for."""
        return TreeFacts(self.preorder, self._numbers, self._outside)

    def __len__(self) -> int:
        return len(self.rows)

    def number(self, ident: Ident | None) -> int | None:
        """Give the number of a task, or None where it is not in the tree."""
        return None if ident is None else self._numbers.get(ident)

    def above(self, number: int) -> int:
        """Give the number of the parent, -1 for a root."""
        return self.parents[number]

    def below(self, number: int) -> int:
        """Count the tasks below one, on all levels."""
        return self.ends[number] - number - 1

    def failed_below(self, number: int) -> int:
        """Count the failed tasks below one, on all levels."""
        return self._failed_before[self.ends[number]] - self._failed_before[number + 1]

    def failed_before(self, number: int) -> int:
        """Count the failed tasks before one in the order of the tree."""
        return self._failed_before[number]

    def openings(self, most: int) -> bytearray:
        """Say which tasks to open at first: all of a small tree, of others the first levels.

        `most` is how many tasks to show by that, if the roots alone are not more. Those with
        nothing below are always open.
        """
        if len(self.rows) <= most:
            return bytearray(b"\x01" * len(self.rows))
        # The children of an only root show, however many they are: it alone says nothing.
        levels = levels_within(self.depths, most, 2 if self.ends[0] == len(self.rows) else 1)
        shown = bytes(depth + 1 < levels for depth in self.depths)
        return bytearray(map(or_, shown, self.leafs))

    def idents(self, numbers: Iterable[int]) -> frozenset[Ident]:
        """Give the ids of tasks by their numbers."""
        return frozenset(self.rows[number].id for number in numbers)
