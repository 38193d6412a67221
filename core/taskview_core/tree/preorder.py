"""A tree as flat arrays in preorder, on which questions about it are look-ups; never recursive."""

from __future__ import annotations

from array import array
from collections.abc import Iterator

from taskview_core.entities import TaskRow
from taskview_core.tree.assemble import Mark, TaskTree


class Preorder:
    """The tasks of a tree by number: parents before children, from 0.

    `ends[i]` is the number after the last task below task `i`; `parents[i]` is -1 for a root.
    """

    def __init__(self, tree: TaskTree) -> None:
        self.rows: list[TaskRow] = []
        self.marks: dict[int, Mark] = {}
        self.depths = array("l")
        self.parents = array("l")
        self._fill(tree)
        self.ends = array("l", range(1, len(self.rows) + 1))
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

    def _close(self) -> None:
        ends, parents = self.ends, self.parents
        for number in range(len(parents) - 1, -1, -1):
            parent = parents[number]
            if parent >= 0 and ends[parent] < ends[number]:
                ends[parent] = ends[number]

    def __len__(self) -> int:
        return len(self.rows)

    def children(self, number: int) -> Iterator[int]:
        """Give the children of a task in their order; of -1, the roots."""
        ends = self.ends
        child, end = (number + 1, ends[number]) if number >= 0 else (0, len(ends))
        while child < end:
            yield child
            child = ends[child]

    def way_up(self, number: int, top: int) -> tuple[int, ...]:
        """Give the tasks from one up to `top`, both included; -1 stands above the roots."""
        way = []
        while number != -1:
            way.append(number)
            if number == top:
                break
            number = self.parents[number]
        return tuple(way)
