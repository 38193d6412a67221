"""A screen from which one goes to the cause of a failure, but not away from it where none is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import on, work
from textual.message import Message

from taskview_core.entities.status import TaskStatus
from taskview_tui.commands import CAUSE_COMMAND
from taskview_tui.keys import bindings
from taskview_tui.screens.base import BrowserScreen
from taskview_tui.screens.messages import Failed, deliver
from taskview_tui.text.clean import clean

if TYPE_CHECKING:
    from taskview_core.entities import TaskRow
    from taskview_core.interfaces import ITaskBrowser


@dataclass(frozen=True, eq=False)
class CauseAsk:
    """One request to look whether anything failed below a task that did not."""

    task: TaskRow


class SeeksCause(BrowserScreen):
    """Opens the tree with the cursor on a cause; says it where there is none to be found."""

    BINDINGS = bindings(CAUSE_COMMAND)

    @dataclass
    class CauseSought(Message):
        """It is known whether anything failed below a task."""

        ask: CauseAsk
        failed: bool

    def seek_cause(self, task: TaskRow) -> None:
        """Go to what made a task fail, or to the first failure below one that did not."""
        if task.status == TaskStatus.FAILED:
            self.host.open_cause(task.conversation_id, task.id)
        elif self.host.browser is not None:
            self._look_below(CauseAsk(task))

    @work(exclusive=True, group="cause")
    async def _look_below(self, ask: CauseAsk) -> None:
        await deliver(
            self,
            "cause",
            ask,
            lambda: _has_failure(self.browser, ask.task),
            lambda failed, _took: self.CauseSought(ask, failed),
        )

    @on(CauseSought)
    def _cause_sought(self, message: CauseSought) -> None:
        if not self.is_current:
            return
        task = message.ask.task
        if message.failed:
            self.host.open_cause(task.conversation_id, task.id)
        else:
            self.app.notify("neither this task nor any below it failed", markup=False)

    @on(Failed)
    def _cause_failed(self, message: Failed) -> None:
        if message.part == "cause":
            words = f"not known whether anything below failed: {clean(str(message.error))}"
            self.app.notify(words, severity="error", markup=False)


async def _has_failure(browser: ITaskBrowser, task: TaskRow) -> bool:
    from taskview_tui.screens.hunt import begin_hunt
    from taskview_tui.screens.tree_state import TreeAsk, find_tree

    found = await find_tree(browser, TreeAsk(None, task.id))
    return begin_hunt(found.outline, task.id) is not None
