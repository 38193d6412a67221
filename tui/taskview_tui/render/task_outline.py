"""A tree of tasks as flat arrays in preorder, on which every question is a look-up."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from itertools import accumulate

from taskview_core.entities import Ident, TaskRow, TaskStatus
from taskview_core.tree.assemble import Mark, TaskTree
from taskview_tui.render.folding import levels_within


class TaskOutline:
    """The tasks of a tree by number: parents before children, from 0.

    `ends[i]` is the number after the last task below task `i`; `parents[i]` is -1 for a root;
    `last[i]` is true where no sibling comes after.
    """

    def __init__(self, tree: TaskTree) -> None:
        self.rows: list[TaskRow] = []
        self.marks: dict[int, Mark] = {}
        self.depths = array("l")
        self.parents = array("l")
        self._fill(tree)
        self.ends = array("l", range(1, len(self.rows) + 1))
        self.last = bytearray(len(self.rows))
        self._failed_before = self._count_failed()
        self._close()

    def _fill(self, tree: TaskTree) -> None:
        """Number the tasks. Each look-up by id has its price where there are 100,000."""
        tasks, children = tree.tasks, tree.children
        rows, depths, parents = self.rows, self.depths, self.parents
        stack = [(ident, -1, 0) for ident in reversed(tree.roots)]
        while stack:
            ident, parent, depth = stack.pop()
            number = len(rows)
            rows.append(tasks[ident])
            depths.append(depth)
            parents.append(parent)
            if depth == 0 and ident in tree.marks:
                self.marks[number] = tree.marks[ident]
            for child in reversed(children.get(ident, ())):
                stack.append((child, number, depth + 1))

    def _count_failed(self) -> array[int]:
        failed = TaskStatus.FAILED
        sums = accumulate((row.status == failed for row in self.rows), initial=0)
        return array("l", sums)

    def _close(self) -> None:
        """Fill in ends and last, from the bottom up."""
        ends, parents = self.ends, self.parents
        ended = bytearray(len(parents) + 1)
        for number in range(len(parents) - 1, -1, -1):
            # A root's parent is -1, which stands for the last place.
            parent = parents[number]
            if not ended[parent]:
                ended[parent] = self.last[number] = True
            if parent >= 0 and ends[parent] < ends[number]:
                ends[parent] = ends[number]

    def __len__(self) -> int:
        return len(self.rows)

    def number(self, ident: Ident | None) -> int | None:
        """Give the number of a task, or None where it is not in the tree."""
        if ident is None:
            return None
        return next((number for number, row in enumerate(self.rows) if row.id == ident), None)

    def above(self, number: int) -> int:
        """Give the number of the parent, -1 for a root."""
        return self.parents[number]

    def below(self, number: int) -> int:
        """Count the tasks below one, on all levels."""
        return self.ends[number] - number - 1

    def failed_below(self, number: int) -> int:
        """Count the failed tasks below one, on all levels."""
        return self._failed_before[self.ends[number]] - self._failed_before[number + 1]

    def openings(self, most: int) -> bytearray:
        """Say which tasks to open at first: all of a small tree, of others the first levels.

        `most` is how many tasks to show by that, if the roots alone are not more.
        """
        if len(self.rows) <= most:
            return bytearray(b"\x01" * len(self.rows))
        # The children of an only root show, however many they are: it alone says nothing.
        levels = levels_within(self.depths, most, 2 if self.ends[0] == len(self.rows) else 1)
        return bytearray(depth + 1 < levels for depth in self.depths)

    def idents(self, numbers: Iterable[int]) -> frozenset[Ident]:
        """Give the ids of tasks by their numbers."""
        return frozenset(self.rows[number].id for number in numbers)
