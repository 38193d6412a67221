"""Folding of a tree of which only some tasks are to be seen."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence

from taskview_tui.render.folding import Folding


class TreeFolding(Folding):
    """The visible tasks of a tree, by number.

    Where `kept` is given, tasks for which it is false do not show, however open what is around
    them; with a task that is kept go all above it.
    """

    def __init__(
        self, ends: Sequence[int], opened: bytearray, kept: bytearray | None = None
    ) -> None:
        self.kept = kept
        """Changed as tasks are opened; None where all may show."""
        super().__init__(ends, opened)

    @property
    def most(self) -> int:
        """How many tasks show where all are open."""
        return len(self._ends) if self.kept is None else self.kept.count(1)

    def set_all(self, opened: bool) -> None:
        """Open or close every task."""
        self._opened[:] = bytes([opened]) * len(self._opened)
        self.rebuild()

    def set_open(self, line: int, opened: bool) -> None:
        """Show or hide what is nested in a task; where none of its children is kept, all show."""
        if opened and self.kept is not None:
            children = self._children(line)
            if not any(self.kept[child] for child in children):
                for child in children:
                    self.kept[child] = True
        super().set_open(line, opened)

    def reveal(self, line: int, above: Callable[[int], int]) -> None:
        """Open all that a task is nested in, and let it show where it is not kept."""
        if self.kept is None or self.kept[line]:
            super().reveal(line, above)
            return
        self.kept[line] = True
        around = above(line)
        while around >= 0:
            self.kept[around] = self._opened[around] = True
            around = above(around)
        self.rebuild()

    def _children(self, line: int) -> list[int]:
        children = []
        child, end = line + 1, self._ends[line]
        while child < end:
            children.append(child)
            child = self._ends[child]
        return children

    def _inside(self, start: int, end: int) -> array[int]:
        kept = self.kept
        if kept is None:
            return super()._inside(start, end)
        found = array("q")
        ends, opened = self._ends, self._opened
        line = start
        while line < end:
            if not kept[line]:
                line = ends[line]
                continue
            found.extend(self._codes(line))
            line = line + 1 if opened[line] else ends[line]
        return found
