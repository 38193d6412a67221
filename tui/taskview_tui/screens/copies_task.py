"""A screen from which the task under the cursor, or a part of it, is copied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on, work

from taskview_tui.screens.base import BrowserScreen
from taskview_tui.screens.messages import Arrived, Failed, deliver
from taskview_tui.text.clean import clean

if TYPE_CHECKING:
    from taskview_core.entities import Ident, TaskDetail, TaskRow  # noqa: F401 - in a string
    from taskview_tui.render.copies import Copied, Spot


class CopiesTask(BrowserScreen):
    """Reads a task of which something is to be copied, and copies it."""

    class CopyArrived(Arrived["Copied", "TaskDetail"]):
        """A task of which something is to be copied has come."""

    @property
    def selected_task(self) -> TaskRow | None:
        """The task under the cursor, or the one that is shown."""
        raise NotImplementedError

    def spot_in(self, task: TaskRow) -> Spot | None:
        """Give the path and value that the eye is on, where that is in the details of a task."""
        raise NotImplementedError

    def action_copy_id(self) -> None:
        """Put the task's id on the clipboard."""
        from taskview_tui.render.copies import Copied

        task = self.selected_task
        if task is not None:
            self.host.copy_text(str(task.id), Copied.ID.value)

    def action_choose_copy(self) -> None:
        """Let it be chosen what of the task to copy."""
        task = self.selected_task
        if task is None or self.host.browser is None:
            return
        spot = self.spot_in(task)
        from taskview_tui.render.copies import choices
        from taskview_tui.screens.copy_menu import CopyMenu

        self.app.push_screen(
            CopyMenu(choices(spot)), lambda name: self._copy(task, spot, name) if name else None
        )

    def _copy(self, task: TaskRow, spot: Spot | None, name: str) -> None:
        from taskview_tui.render.copies import Copied, command_line

        what = Copied[name]
        if what is Copied.ID:
            self.action_copy_id()
        elif what is Copied.COMMAND:
            self.host.copy_text(command_line(self.browser.address, task.id), what.value)
        elif spot is not None and what in {Copied.PATH, Copied.VALUE}:
            text = spot.path if what is Copied.PATH else spot.value
            self.host.copy_text(text, what.value)
        else:
            self._read_to_copy(task.id, what)

    @work(group="copy", exclusive=True)
    async def _read_to_copy(self, task_id: Ident, what: Copied) -> None:
        """Read the task whole: no list has its payloads, and the pane may hold an older state."""
        await deliver(
            self,
            "copy",
            what,
            lambda: self.browser.get_task(task_id),
            self.CopyArrived,
        )

    @on(CopyArrived)
    def _copy_arrived(self, message: CopyArrived) -> None:
        from taskview_tui.render.copies import copied_part

        text = copied_part(message.found, message.ask)
        if text is None:
            self.app.notify(f"{message.ask.value} is NULL: nothing to copy", markup=False)
        else:
            self.host.copy_text(text, message.ask.value)

    @on(Failed)
    def _copy_failed(self, message: Failed) -> None:
        if message.part == "copy":
            words = f"not copied: {clean(str(message.error))}"
            self.app.notify(words, severity="error", markup=False)
