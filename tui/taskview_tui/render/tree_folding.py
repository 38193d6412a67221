"""Folding of a tree: of which only some tasks may be seen, and repeated ones as one line."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterator, Sequence

from taskview_core.tree.repeats import Repeats
from taskview_tui.render.folding import ROWS, Folding, leafs_of
from taskview_tui.render.rows import Stretch


class TreeFolding(Folding):
    """The visible tasks of a tree, by number.

    Where `kept` is given, tasks for which it is false do not show, however open what is around
    them; with a task that is kept go all above it. Of a run of repeats the first task stands
    for all, unless it is in `unfolded`.
    """

    def __init__(
        self,
        extents: Sequence[int],
        opened: bytearray,
        kept: bytearray | None = None,
        repeats: Repeats | None = None,
        unfolded: Collection[int] = (),
    ) -> None:
        self.kept = kept
        """Changed as tasks are opened; None where all may show."""
        self._repeats = repeats
        runs = repeats.ends.items() if repeats is not None else ()
        self._folds = {head: end for head, end in runs if head not in unfolded}
        super().__init__(extents, opened)

    @property
    def most(self) -> int:
        """How many tasks show where all are open."""
        return len(self._extents) if self.kept is None else self.kept.count(1)

    @property
    def unfolded(self) -> list[int]:
        """The first tasks of the runs that show whole."""
        runs = self._repeats.ends if self._repeats is not None else ()
        return [head for head in runs if head not in self._folds]

    def run_end(self, line: int) -> int | None:
        """Give the number after the run that a line stands for, None where it is one task."""
        return self._folds.get(line)

    def head(self, line: int) -> int:
        """Give the first task of the run that a task is in, -1 where it is in none."""
        return -1 if self._repeats is None else self._repeats.heads[line]

    def fold_run(self, head: int) -> None:
        """Show a run as one line."""
        if self._repeats is not None and head in self._repeats.ends:
            self._folds[head] = self._repeats.ends[head]
            self.rebuild()

    def is_open(self, line: int) -> bool:
        """See Folding: a run that shows as one line is closed."""
        return line not in self._folds and super().is_open(line)

    def can_fold(self, line: int) -> bool:
        """See Folding: a run can be opened."""
        return line in self._folds or super().can_fold(line)

    def set_all(self, opened: bool) -> None:
        """Open or close every task and run."""
        self._opened[:] = b"\x01" * len(self._opened) if opened else leafs_of(self._extents)
        self._folds = {}
        if not opened and self._repeats is not None:
            self._folds = dict(self._repeats.ends)
        self.rebuild()

    def set_open(self, line: int, opened: bool) -> None:
        """Show or hide what is nested in a task; where none of its children is kept, all show."""
        if opened and line in self._folds:
            del self._folds[line]
            self.rebuild()
            return
        if opened and self.kept is not None:
            children = self._children(line)
            if not any(self.kept[child] for child in children):
                for child in children:
                    self.kept[child] = True
        super().set_open(line, opened)

    def reveal(self, line: int, above: Callable[[int], int]) -> None:
        """Open all that a task is nested in, and let it show where it is not kept."""
        changed = False
        around = line
        while around >= 0 and self._folds:
            head = self.head(around)
            if head in self._folds and head != line:
                del self._folds[head]
                changed = True
            around = above(around)
        if self.kept is not None and not self.kept[line]:
            changed = True
            self.kept[line] = True
            around = above(line)
            while around >= 0:
                self.kept[around] = self._opened[around] = True
                around = above(around)
        if changed:
            self.rebuild()
        super().reveal(line, above)

    def _children(self, line: int) -> list[int]:
        children = []
        child, end = line + 1, line + self._extents[line]
        while child < end:
            children.append(child)
            child += self._extents[child]
        return children

    def _inside(self, start: int, end: int) -> Iterator[Stretch]:
        kept, folds = self.kept, self._folds
        if kept is None and not folds:
            yield from super()._inside(start, end)
            return
        found = array("q")
        extents, opened = self._extents, self._opened
        line = start
        while line < end:
            if kept is not None and not kept[line]:
                # Nothing is kept below what is not kept itself.
                line = kept.find(1, line, end)
                if line < 0:
                    break
            found.append(line * ROWS)
            after = line + (1 if opened[line] else extents[line])
            line = folds.get(line, after)
        yield found
