"""A tree of which only some tasks show, with what is above them."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from taskview_core.entities import Ident
from taskview_core.tree.repeats import Repeats
from taskview_tui.render.tree_find import TreeMatches, last_kept
from taskview_tui.render.tree_folding import TreeFolding
from taskview_tui.widgets.task_tree import TaskTreeView


class NarrowedTree(TaskTreeView):
    """Shows what was found and what is above it, or the whole tree again."""

    def __init__(self) -> None:
        self._matches: TreeMatches | None = None
        self._narrowed = False
        self._open_runs: frozenset[Ident] = frozenset()
        """The runs of repeats that were open in the whole tree."""
        super().__init__()

    @property
    def is_narrowed(self) -> bool:
        """Whether only what was found is to be seen, with what is above it."""
        return self._narrowed

    @property
    def has_matches(self) -> bool:
        """Whether there are matches to go to by now."""
        return self._matches is not None and bool(self._matches.numbers)

    def go_to_match(self, step: int) -> None:
        """Go on to the next match from the cursor, or with -1 to the one before."""
        matches, here = self._matches, self._number()
        if matches is None or here is None:
            return
        number = matches.after(here, step)
        goes_round = number is not None and (number - here) * step <= 0
        if number is not None and not (matches.partial and goes_round):
            self._go_to(number)

    def _folding_of(self, matches: TreeMatches) -> TreeFolding:
        kept = bytearray(matches.kept)
        return TreeFolding(self._outline.extents, bytearray(matches.opened), kept)

    def _narrow(
        self, matches: TreeMatches, number: int, folding: TreeFolding | None = None
    ) -> None:
        """Show only what was found and what is above it, and the cursor's task."""
        if not self._narrowed:
            self._open_runs = super()._unfolded()
        self._narrowed = True
        self._swap(folding or self._folding_of(matches), matches.last, number)

    def _show_whole(self, number: int) -> None:
        if self._narrowed:
            self._narrowed = False
            self._swap(self._whole(self._open_runs), self._outline.last, number)

    def _swap(self, folding: TreeFolding, last: bytearray, number: int) -> None:
        before = self.selected
        offset = self.cursor_line - self.top_line
        self._folding, self._last = folding, last
        self._version += 1
        known = folding.most
        if len(self._outline):
            folding.reveal(number, self._outline.above)
        if folding.most != known:
            self._draw_guides()
        line = folding.position(number) if len(folding) else 0
        self.lines_changed(line, line - offset)
        if self.selected != before:
            self.cursor_moved()

    def _unfolded(self) -> frozenset[Ident]:
        return self._open_runs if self._narrowed else super()._unfolded()

    def repeats_known(self, repeats: Repeats) -> None:
        """See TaskTreeView; while only what was found shows, runs are not folded."""
        if self._narrowed:
            self._outline.repeats = repeats
        else:
            super().repeats_known(repeats)

    def _draw_guides(self) -> None:
        """Bring the guides in line with what is kept."""
        kept = self._folding.kept
        if kept is not None:
            end = None if self._matches is None else self._matches.end
            self._last = last_kept(self._outline, kept, end)

    def _change(self, change: Callable[[], None]) -> None:
        before = self._folding.most
        super()._change(change)
        if self._folding.most != before:
            self._draw_guides()

    def is_found(self, number: int) -> bool:
        """Say whether a task is one that was found, while only those show."""
        matches = self._matches
        return self._narrowed and matches is not None and matches.place(number) is not None

    def stamp(self, index: int) -> Hashable:
        """See LineView."""
        return (self._narrowed, super().stamp(index))
