"""A screen from which one goes to the cause of a failure, but not away from it where none is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from textual import on, work

from taskview_core.entities.status import TaskStatus
from taskview_tui.commands import CAUSE_COMMAND
from taskview_tui.keys import bindings
from taskview_tui.screens.base import BrowserScreen
from taskview_tui.screens.messages import Arrived, Failed, deliver
from taskview_tui.text.clean import clean

if TYPE_CHECKING:
    from taskview_core.entities import TaskRow
    from taskview_core.interfaces import ITaskBrowser
    from taskview_tui.screens.hunt import Hunt


class Below(NamedTuple):
    """Whether anything failed below a task, and whether all below it is in its conversation."""

    failed: bool
    here: bool


class SeeksCause(BrowserScreen):
    """Opens the tree with the cursor on a cause; says it where there is none to be found."""

    BINDINGS = bindings(CAUSE_COMMAND)

    class CauseSought(Arrived["TaskRow", Below]):
        """It is known whether anything failed below a task that did not."""

    class ElsewhereCounted(Arrived["Hunt", int]):
        """It is known how many children of what was found failed in other conversations."""

    def seek_cause(self, task: TaskRow) -> None:
        """Go to what made a task fail, or to the first failure below one that did not."""
        if task.status == TaskStatus.FAILED:
            self.host.open_cause(task.conversation_id, task.id)
        elif self.host.browser is not None:
            self.look_below(task)

    @work(exclusive=True, group="cause")
    async def look_below(self, task: TaskRow) -> None:
        """Open the tree of a task that did not fail where one below it did; else say so."""
        await deliver(self, "cause", task, lambda: _look(self.browser, task), self.CauseSought)

    @work(exclusive=True, group="elsewhere")
    async def look_elsewhere(self, hunt: Hunt, task: TaskRow) -> None:
        """Count what may explain the failure of a task that the tree of its conversation has not.

        Those are its children alone: see `root_cause`.
        """
        await deliver(
            self,
            "elsewhere",
            hunt,
            lambda: _failed_elsewhere(self.browser, task),
            self.ElsewhereCounted,
        )

    @on(CauseSought)
    def _cause_sought(self, message: CauseSought) -> None:
        if not self.is_current:
            return
        task, below = message.ask, message.found
        if below.failed:
            self.host.open_cause(task.conversation_id if below.here else "", task.id)
        else:
            self.app.notify("neither this task nor any below it failed", markup=False)

    @on(Failed)
    def _cause_failed(self, message: Failed) -> None:
        if message.part == "cause":
            words = f"not known whether anything below failed: {clean(str(message.error))}"
            self.app.notify(words, severity="error", markup=False)


async def _look(browser: ITaskBrowser, task: TaskRow) -> Below:
    from taskview_tui.screens.hunt import begin_hunt
    from taskview_tui.screens.tree_state import TreeAsk, find_tree

    found = await find_tree(browser, TreeAsk(None, task.id))
    here = all(row.conversation_id == task.conversation_id for row in found.outline.rows)
    return Below(begin_hunt(found.outline, task.id) is not None, here)


async def _failed_elsewhere(browser: ITaskBrowser, task: TaskRow) -> int:
    from taskview_core.query.task_filter import TaskFilter
    from taskview_core.query.terms import IdKey, IdTerm, Pattern, ValueKey, ValueTerm

    failed, home = TaskStatus.FAILED, task.conversation_id
    if isinstance(task.id, UUID) and isinstance(home, UUID):
        wanted = TaskFilter(
            (
                IdTerm(IdKey.PARENT, task.id),
                IdTerm(IdKey.CONVERSATION, home, denied=True),
                ValueTerm(ValueKey.STATUS, (Pattern(failed.value),)),
            )
        )
        return (await browser.count_tasks(wanted)).value
    # No filter can ask for an id that is no UUID.
    below = (await browser.subtree(task.id)).rows
    children = [row for row in below if row.parent_task_id == task.id and row.status == failed]
    return sum(row.conversation_id != home for row in children)
