"""The tree of a conversation, or of one task and all below it, with the details beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from threading import Thread

from textual import on, work
from textual.containers import Container
from textual.widget import Widget

from taskview_core.entities import Ident, TaskDetail, TaskRow
from taskview_core.tree.assemble import Mark
from taskview_tui.bars.status_line import StatusLine
from taskview_tui.bars.status_text import ListStatus
from taskview_tui.commands import PANE_COMMANDS
from taskview_tui.keys import Command, Group, bindings
from taskview_tui.render.task_outline import TaskOutline
from taskview_tui.render.tree_find import LOOKS_AT
from taskview_tui.screens.messages import Arrived, Failed, deliver
from taskview_tui.screens.timing import TIMING_COMMANDS, ShowsClock
from taskview_tui.screens.tree_beginning import find_beginning
from taskview_tui.screens.tree_following import MarksHolders
from taskview_tui.screens.tree_hunting import HuntsCause
from taskview_tui.screens.tree_state import MANY, TreeAsk, TreeFound, find_tree
from taskview_tui.screens.with_detail import Found
from taskview_tui.text.clean import clean
from taskview_tui.widgets.detail_pane import DetailPane
from taskview_tui.widgets.finding_tree import FindingTree
from taskview_tui.widgets.task_tree import TaskTreeView

_UNSEEN = 0.3

TREE_COMMANDS = (
    Command(
        id="tree.next_failed",
        keys="e",
        action="screen.next_failed(1)",
        name="Next failed task",
        short="failed",
        help="Go to the next task of the tree that failed, wherever it is hidden",
        group=Group.MOVE,
    ),
    Command(
        id="tree.previous_failed",
        keys="E",
        action="screen.next_failed(-1)",
        name="Previous failed task",
        help="Go back to the failed task before",
        group=Group.MOVE,
    ),
)


class TreeScreen(ShowsClock, MarksHolders, HuntsCause):
    """Shows a tree; Enter shows the task under the cursor on the whole screen."""

    BINDINGS = bindings(*TREE_COMMANDS, *TIMING_COMMANDS, *PANE_COMMANDS)

    class TreeArrived(Arrived[TreeAsk, TreeFound]):
        """The tree has come."""

    class BeginningArrived(Arrived[TreeAsk, TaskOutline]):
        """The beginning of the tree has come, which is drawn until all of it is there."""

    def __init__(self, ask: TreeAsk) -> None:
        super().__init__()
        self._ask = ask
        self._placed: TaskRow | None = None
        """The task that the cursor was put on as the beginning of the tree was drawn, if it was."""
        self._asked_at = 0.0
        self._took: float | None = None

    def compose_content(self) -> Iterable[Widget]:
        """Make tree and pane."""
        yield Container(FindingTree(), DetailPane(), classes="body")

    def on_mount(self) -> None:
        """Let the keys be the tree's."""
        self.view.focus()
        self.show_holders()

    @property
    def view(self) -> FindingTree:
        """The tree's widget."""
        return self.query_one(FindingTree)

    @property
    def main_widget(self) -> Widget:
        """See BrowserScreen."""
        return self.view

    @property
    def crumb(self) -> str:
        """See BrowserScreen."""
        found = self._shown
        if found is not None and found.title:
            return found.title
        if self._ask.top is not None:
            return f"task {str(self._ask.top)[:8]}"
        return f"conversation {str(self._ask.conversation)[:8]}"

    @property
    def conversation(self) -> Ident | None:
        """The conversation whose tree it is; None for the tree of a task."""
        return None if self._ask.top is not None else self._ask.conversation

    @property
    def selected_task(self) -> TaskRow | None:
        """See WithDetail."""
        return self.view.selected

    # Reading

    def begin(self) -> None:
        """See BrowserScreen."""
        self._go(self._ask)

    def is_shown(self, ask: TreeAsk) -> bool:
        """See TreeAsides."""
        return ask is self._ask

    def _go(self, ask: TreeAsk) -> None:
        self._ask = ask
        self._asked_at = self.host.ticks()
        self._took = None
        self.asked("tree")
        self._read(ask)
        if self._shown is None and self._placed is None:
            self._read_beginning(ask)
        self.beat()
        self.update_lines()

    @work(exclusive=True, group="tree")
    async def _read(self, ask: TreeAsk) -> None:
        await deliver(self, "tree", ask, lambda: find_tree(self.browser, ask), self.TreeArrived)

    @work(exclusive=True, group="beginning")
    async def _read_beginning(self, ask: TreeAsk) -> None:
        await deliver(
            self,
            "beginning",  # Whose failure is that of the tree, which is told.
            ask,
            lambda: find_beginning(self.browser, ask),
            self.BeginningArrived,
        )

    @on(BeginningArrived)
    def _paint_beginning(self, message: BeginningArrived) -> None:
        outline = message.found
        if message.ask is not self._ask or self._shown is not None or not len(outline):
            return
        self.view.show(outline, cursor=self._first_cursor(outline.rows))
        self._placed = self.view.selected
        self.want_detail(self.view.selected)
        self.update_lines()

    def _first_cursor(self, rows: Sequence[TaskRow]) -> Ident | None:
        """Give where the cursor is to stand at first: of the tree of a task, below that."""
        cursor, top = self._ask.cursor, self._ask.top
        if cursor is None and top is not None:
            return next((row.id for row in rows if row.parent_task_id == top), None)
        return cursor

    @on(TreeArrived)
    def _paint_tree(self, message: TreeArrived) -> None:
        if message.ask is not self._ask:
            return
        first = self._shown is None
        found = message.found
        self._shown = found
        self._took = message.took
        self.recovered("tree")
        self.workers.cancel_group(self, "beginning")
        cursor = self._ask.cursor
        if first and self._placed is not None and cursor == self._placed.id:
            cursor = None  # It was put there once: since then it may have been moved.
        if first and self.view.selected is self._placed:
            self.view.show(found.outline, cursor=self._first_cursor(found.outline.rows))
        else:
            if first:
                self.view.show_rest(found.outline)
            else:
                self.view.restore(found.outline, self.view.expanded_state())
            if cursor is not None:
                self.view.select(cursor)
        if len(found.outline) > MANY:
            Thread(target=found.outline.timing.prepare, name="timing", daemon=True).start()
        self.hunt_in(found)
        self.read_asides(self._ask, found)
        self.view.show_empty("" if found.tree.tasks else "this conversation has no tasks")
        self.want_detail(self.view.selected, anew=True)
        self.update_lines()

    @on(Failed)
    def _tree_failed(self, message: Failed) -> None:
        if message.part == "tree" and message.ask is self._ask:
            ask = self._ask
            self.lost("tree", message.error, lambda: self._go(replace(ask)))
            if self._shown is None:
                self.view.show_empty(f"{clean(str(message.error))}\n\nr: try again")
                self.pane.show_message("")
            self.update_lines()

    def refresh_rows(self) -> None:
        """See BrowserScreen."""
        # Where the cursor is when the tree comes, there it stays: it may be moved meanwhile.
        self._go(replace(self._ask, cursor=self._ask.cursor if self._shown is None else None))

    @property
    def is_busy(self) -> bool:
        """See BrowserScreen."""
        return self._took is None and self.trouble_of("tree") is None

    @property
    def shows_old_rows(self) -> bool:
        """See BrowserScreen."""
        return self._shown is not None and self._took is None

    def update_lines(self) -> None:
        """See BrowserScreen."""
        super().update_lines()
        running_for = self.host.ticks() - self._asked_at
        reading = self.is_busy and (self._shown is None or running_for > _UNSEEN)
        words = "" if self._placed is None else "the first of its tasks"
        if self._shown is not None:
            count = len(self._shown.tree.tasks)
            words = f"{count:,} task{'' if count == 1 else 's'}"
            place = self.view.failed_place
            if place is not None:
                words += f", failed {place:,} of {self._shown.failed:,}"
            elif self._shown.failed:
                words += f", {self._shown.failed:,} failed"
        if self._ask.top is not None:
            words = f"from one task down: {words}" if words else "from one task down"
        first = self.hunt_words or self._found_words or words
        if self.followed_words:
            first = f"{self.followed_words}  {first}"
        self.query_one(StatusLine).status = ListStatus(
            hint="  ".join(part for part in (first, self.clock_words, self.aside_words) if part),
            took=self._took,
            running="reading…" if reading else "",
            running_for=running_for,
            times=f"times: {self.host.times.label(self.host.clock())}",
        )

    @property
    def _found_words(self) -> str:
        """Where a search stands, as long as only what it found is to be seen."""
        view = self.view
        return f"{view.find_words} for {clean(view.find_text)}" if view.is_narrowed else ""

    def action_find_in_tree(self) -> None:
        """Let it be typed what tasks to find."""
        self.ask_to_find(self.view, LOOKS_AT)

    def show_times(self) -> None:
        """See BrowserScreen."""
        self.pane.times = self.host.times

    async def find_around(self, detail: TaskDetail) -> Found:
        """See WithDetail; the tree knows."""
        if self._shown is None:
            return Found(detail)
        tree = self._shown.tree
        parent = detail.row.parent_task_id
        return Found(
            detail,
            None if parent is None else tree.tasks.get(parent),
            tuple(tree.tasks[child] for child in tree.children.get(detail.row.id, ())),
            parent_status=None if parent is None else tree.outside.get(parent),
        )

    # The cursor

    def go_to(self, task_id: Ident) -> bool:
        """Put the cursor on a task of the tree; say whether it is there."""
        if self._shown is None:
            self._ask = replace(self._ask, cursor=task_id)
            self._go(self._ask)
            return True
        if task_id not in self._shown.tree.tasks:
            return False
        self.view.select(task_id)
        return True

    @on(TaskTreeView.Selected)
    def _cursor_moved(self, event: TaskTreeView.Selected) -> None:
        self.want_detail(event.row)
        self.update_lines()

    @on(TaskTreeView.Chosen)
    def _chosen(self, event: TaskTreeView.Chosen) -> None:
        self.host.open_detail(event.row.id)

    def action_next_failed(self, step: int) -> None:
        """Go to the next or previous failed task in the order of the whole tree."""
        task = self.view.selected
        if self._shown is None or task is None:
            return
        failed = self._shown.failed_after(task.id, step)
        if failed is not None:
            self.view.select(failed.id)
        else:
            words = "no other task here failed" if self._shown.failed else "no task here failed"
            self.app.notify(words, markup=False)

    def clear_own_filter(self) -> bool:
        """Take back the marks of a value or of a hunt; say whether there was any."""
        return self.end_following() or self.end_hunt() or self.clear_clock()

    def action_show_parent(self) -> None:
        """Go to the parent: in this tree, or in that of the conversation where it is."""
        task = self.view.selected
        if task is None or self._shown is None:
            return
        parent = task.parent_task_id
        if parent is None and task.id in (self._known.orphans or ()):
            self.app.notify(
                "the parent of this task is known from its metadata alone", markup=False
            )
        elif parent is None:
            self.app.notify("this task has no parent: it is a root", markup=False)
        elif parent in self._shown.tree.tasks:
            self.view.select(parent)
        elif parent in self._shown.elsewhere:
            self.host.open_conversation(self._shown.elsewhere[parent], parent)
        elif self._shown.tree.marks.get(task.id) is Mark.ABOVE:
            self.host.open_conversation(task.conversation_id, parent)
        else:
            self.app.notify("the parent of this task does not exist", markup=False)

    def action_show_children(self) -> None:
        """Show the tree of the task alone; say so where nothing is below it."""
        task = self.view.selected
        if task is None or self._shown is None:
            return
        elsewhere = task.id == self.explained_elsewhere
        if not (self._shown.tree.children.get(task.id) or elsewhere):
            self.app.notify("this task has no children", markup=False)
        elif task.id != self._ask.top:
            super().action_show_children()

    def action_show_conversation(self) -> None:
        """Show the whole conversation, unless it is on the screen already."""
        task = self.view.selected
        if task is not None and task.conversation_id != self.conversation:
            super().action_show_conversation()
