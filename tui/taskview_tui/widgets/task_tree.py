"""The tree of tasks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import compress, count
from operator import gt, or_
from typing import ClassVar

from textual.binding import BindingType

from taskview_core.entities import Ident, TaskRow, TaskStatus
from taskview_core.tree.assemble import TaskTree
from taskview_core.tree.repeats import Repeats
from taskview_core.tree.rows import TreeRows
from taskview_tui.keys import Command, Group, bindings
from taskview_tui.render.task_outline import TaskOutline
from taskview_tui.render.tree_folding import TreeFolding
from taskview_tui.widgets.line_keys import choose_command
from taskview_tui.widgets.row_table import RowMessage
from taskview_tui.widgets.tree_lines import TreeLines

SMALL = 200
"""Up to this many tasks a tree is opened whole at first."""

TREE_COMMANDS = (
    choose_command("Show task", "Show the details of the task", "details"),
    Command(
        id="tree.expand",
        keys="l,right",
        action="expand",
        name="Expand",
        help="Show the tasks below; if they show already, go to the first of them",
        group=Group.MOVE,
    ),
    Command(
        id="tree.collapse",
        keys="h,left",
        action="collapse",
        name="Collapse",
        help="Hide the tasks below; if there are none, go to the parent",
        group=Group.MOVE,
    ),
    Command(
        id="tree.toggle",
        keys="o",
        action="toggle_fold",
        name="Open or close",
        short="open",
        help="Show or hide the tasks below, one level of them; or the repeats in a line with ×",
        group=Group.VIEW,
    ),
    Command(
        id="tree.toggle_all",
        keys="O",
        action="toggle_all",
        name="Open or close all",
        short="all",
        help="Show every task of the tree; if they all show already, only the roots",
        group=Group.VIEW,
    ),
)
"""Commands of the tree."""


@dataclass(frozen=True)
class ExpandedState:
    """What a tree looked like: the tasks that were open, the cursor's, and how far it scrolled."""

    opened: frozenset[Ident]
    cursor: Ident | None
    offset: int
    """Lines between the top of the view and the cursor."""
    unfolded: frozenset[Ident] = frozenset()
    """The first tasks of the runs of repeats that showed whole."""


class TaskTreeView(TreeLines):
    """Tasks under the tasks that started them, as far as they are opened."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(*TREE_COMMANDS)
    # What opens a large tree does not wait for a scroll bar to appear.
    DEFAULT_CSS = "TaskTreeView.-large { overflow-y: scroll; }"

    class Selected(RowMessage[TaskRow]):
        """The cursor has come to another task, or its task has changed."""

    class Chosen(RowMessage[TaskRow]):
        """Enter, or a click on the cursor's task."""

    def __init__(
        self,
        *,
        name: str | None = None,
        id: str | None = None,  # Textual's own name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._take(TaskOutline(TaskTree.assemble(TreeRows(()))), bytearray())

    def _take(
        self, outline: TaskOutline, opened: bytearray, unfolded: frozenset[Ident] = frozenset()
    ) -> None:
        self._outline = outline
        self._opened = opened
        self._look_at_clock(self._clock_view)
        self._folding = self._whole(unfolded)
        self._last = outline.last
        self._slots = None
        self._version += 1
        self.set_class(len(outline) > SMALL, "-large")

    def _whole(self, unfolded: frozenset[Ident]) -> TreeFolding:
        """Make the folding of the whole tree."""
        repeats, rows = self._outline.repeats, self._outline.rows
        heads = {head for head in repeats.ends if rows[head].id in unfolded} if unfolded else ()
        return TreeFolding(self._outline.extents, self._opened, repeats=repeats, unfolded=heads)

    # For screens.

    def show(self, tree: TaskTree | TaskOutline, *, cursor: Ident | None = None) -> None:
        """Show another tree, with the cursor on a task, which is opened to.

        A small tree shows whole; of others as many levels as fit into about 200 lines. For a
        very large one, a thread can make the outline beforehand.
        """
        outline = tree if isinstance(tree, TaskOutline) else TaskOutline(tree)
        self._show(outline, outline.openings(SMALL), cursor, None)

    def show_rest(self, outline: TaskOutline) -> None:
        """Show all of a tree whose beginning is shown; the cursor's task stays where it stands."""
        row = self.selected
        offset = self.cursor_line - self.top_line
        self._show(outline, outline.openings(SMALL), None if row is None else row.id, offset)

    def expanded_state(self) -> ExpandedState:
        """Give what the tree looks like, to come back to it."""
        row = self.selected
        return ExpandedState(
            self._outline.idents(compress(count(), map(gt, self._opened, self._outline.leafs))),
            None if row is None else row.id,
            self.cursor_line - self.top_line,
            self._unfolded(),
        )

    def _unfolded(self) -> frozenset[Ident]:
        return self._outline.idents(self._folding.unfolded)

    def repeats_known(self, repeats: Repeats) -> None:
        """Fold the runs that are known by now; what is open and the cursor's task stay."""
        before = self._number()
        unfolded = self._unfolded()
        self._outline.repeats = repeats
        head = -1 if before is None else repeats.heads[before]
        if head not in {-1, before}:
            unfolded |= self._outline.idents([head])

        def fold() -> None:
            self._folding = self._whole(unfolded)

        self._change(fold)

    def restore(self, tree: TaskTree | TaskOutline, state: ExpandedState) -> None:
        """Show a tree as it was, or, where its tasks have changed, as much so as can be."""
        outline = tree if isinstance(tree, TaskOutline) else TaskOutline(tree)
        were_open = (row.id in state.opened for row in outline.rows)
        opened = bytearray(map(or_, were_open, outline.leafs))
        self._show(outline, opened, state.cursor, state.offset, state.unfolded)

    def _show(
        self,
        outline: TaskOutline,
        opened: bytearray,
        cursor: Ident | None,
        offset: int | None,
        unfolded: frozenset[Ident] = frozenset(),
    ) -> None:
        before = self.selected
        self._take(outline, opened, unfolded)
        number = outline.number(cursor)
        if number is not None:
            self._folding.reveal(number, outline.above)
        line = 0 if number is None else self._folding.position(number)
        # A task that was asked for stands in the middle, with what is around it.
        self.lines_changed(line, None if offset is None else line - offset, centre=offset is None)
        after = self.selected
        if after is not None and after != before:
            self.post_message(self.Selected(self, after))

    @property
    def selected(self) -> TaskRow | None:
        """The task under the cursor; None where there are none."""
        number = self._number()
        return None if number is None else self._outline.rows[number]

    @property
    def failed_place(self) -> int | None:
        """Which of the failed tasks the cursor is on, from 1; None on another task."""
        number = self._number()
        if number is None or self._outline.rows[number].status != TaskStatus.FAILED:
            return None
        return self._outline.failed_before(number) + 1

    def select(self, ident: Ident) -> bool:
        """Put the cursor on a task, opening what hides it; say whether it is in the tree."""
        number = self._outline.number(ident)
        if number is None:
            return False
        self._go_to(number)
        return True

    def _go_to(self, number: int) -> None:
        """Put the cursor on a task; one that stands for a run is shown as itself."""

        def open_to() -> None:
            self._folding.reveal(number, self._outline.above)
            if self._folding.run_end(number) is not None:
                self._folding.set_open(number, True)

        self._change(open_to)
        self.move_cursor(self._folding.position(number), centre=True)

    def _change(self, change: Callable[[], None]) -> None:
        """Open or close tasks, with the cursor on its task, or on the one that now hides it."""
        before = self._number()
        offset = self.cursor_line - self.top_line
        change()
        line = 0 if before is None else self._folding.position(before)
        self.lines_changed(line, line - offset)
        if self._number() != before:
            self.cursor_moved()

    # What the user does.

    def cursor_moved(self) -> None:
        """Tell which task the cursor is on."""
        row = self.selected
        if row is not None:
            self.post_message(self.Selected(self, row))

    def chosen(self) -> None:
        """Tell which task was chosen."""
        row = self.selected
        if row is not None:
            self.post_message(self.Chosen(self, row))

    def action_expand(self) -> None:
        """Open the cursor's task, or go to the first task below it."""
        number = self._number()
        if number is None or not self._folding.can_fold(number):
            return
        if self._folding.is_open(number):
            self.move_cursor(self.cursor_line + 1)
        else:
            self._change(lambda: self._folding.set_open(number, True))

    def action_collapse(self) -> None:
        """Close the cursor's task, or go to its parent."""
        number = self._number()
        if number is None:
            return
        if self._folding.can_fold(number) and self._folding.is_open(number):
            self._change(lambda: self._folding.set_open(number, False))
        elif self._outline.above(number) >= 0:
            self.move_cursor(self._folding.position(self._outline.above(number)))

    def action_toggle_fold(self) -> None:
        """Open the cursor's task or run if it is closed; fold or close it if it is open."""
        number = self._number()
        if number is None:
            return
        head = self._folding.head(number)
        is_shown_whole = head >= 0 and self._folding.run_end(head) is None
        if is_shown_whole and (number == head or not self._folding.can_fold(number)):
            self._change(lambda: self._folding.fold_run(head))
        else:
            self._change(lambda: self._folding.set_open(number, not self._folding.is_open(number)))

    def action_toggle_all(self) -> None:
        """Open every task; if all are open, close them."""
        if not len(self._folding):
            return
        opened = len(self._folding) < self._folding.most
        self._change(lambda: self._folding.set_all(opened))
