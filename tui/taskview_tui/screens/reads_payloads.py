"""A screen whose keys act on the payloads that it shows, wherever its focus is."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import UUID

from textual import work

from taskview_core.query.task_filter import TaskFilter
from taskview_tui.commands import MESSAGES_COMMAND
from taskview_tui.keys import Command, Group, bindings
from taskview_tui.screens.base import BrowserScreen

if TYPE_CHECKING:
    from taskview_core.entities import TaskDetail
    from taskview_tui.widgets.detail_pane import DetailPane

PAYLOAD_COMMANDS = (
    MESSAGES_COMMAND,
    Command(
        id="details.go_to_path",
        keys="full_stop",
        action="screen.go_to_path",
        name="Go to a path",
        help="Type a path such as input.messages[3].content, and go there",
        group=Group.MOVE,
    ),
    Command(
        id="details.follow_value",
        keys="asterisk",
        action="screen.follow_value",
        name="Follow this value",
        help="List the tasks of the conversation whose input or output holds the text or number "
        "under the cursor of the details, whole or as a word, the oldest first: who brought it "
        "in, who passed it on",
        group=Group.OPEN,
    ),
    Command(
        id="details.pager",
        keys="exclamation_mark",
        action="screen.show_outside('pager')",
        name="Show in the pager",
        help="Open the value or payload under the cursor of the details in $PAGER",
        group=Group.OPEN,
    ),
    Command(
        id="details.editor",
        keys="v",
        action="screen.show_outside('editor')",
        name="Show in the editor",
        help="Open the value or payload under the cursor of the details in $EDITOR; changes are "
        "not kept",
        group=Group.OPEN,
    ),
)


_ACTIONS = {each.action.removeprefix("screen.").partition("(")[0] for each in PAYLOAD_COMMANDS}


class ReadsPayloads(BrowserScreen):
    """Acts on what the cursor of the details is on, while they are to be seen."""

    BINDINGS = bindings(*PAYLOAD_COMMANDS)

    @property
    def pane(self) -> DetailPane:
        """Where the details are shown."""
        raise NotImplementedError

    @property
    def shows_pane(self) -> bool:
        """Whether details are wanted at all."""
        raise NotImplementedError

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave out what acts on details while none are shown."""
        return self.shows_pane if action in _ACTIONS else super().check_action(action, parameters)

    def _detail_here(self) -> TaskDetail | None:
        """Give the details that are to be seen, or say that there are none.

        While others are read, or could not be, those that were there before are not meant.
        """
        detail = self.pane.detail
        if detail is None:
            self.app.notify("there are no details to be seen", markup=False)
        return detail

    def action_toggle_messages(self) -> None:
        """Show messages as a conversation, or as the JSON that they are."""
        if self._detail_here() is not None:
            self.pane.action_toggle_messages()

    def action_go_to_path(self) -> None:
        """Let a path be typed, and go there."""
        if self._detail_here() is None:
            return
        from taskview_tui.screens.path_dialog import PathDialog

        self.app.push_screen(PathDialog(self.pane.seek, self.pane.path), self._go_to_path)

    def _go_to_path(self, path: str | None) -> None:
        line = None if path is None else self.pane.seek(path).line
        if line is not None:
            self.pane.show_line(line)

    @work(group="outside", exclusive=True)
    async def action_show_outside(self, tool: str) -> None:
        """Open the value under the cursor, or the payload that a heading stands for, elsewhere."""
        detail = self._detail_here()
        if detail is None:
            return
        spot, section = self.pane.spot, self.pane.section
        from taskview_tui.outside import Tool
        from taskview_tui.render.copies import Copied, copied_part

        if spot is not None:
            text = spot.value
        else:
            names = {Copied.INPUT, Copied.OUTPUT, Copied.METADATA, Copied.ERROR}
            what = next((each for each in names if each.name.title() == section), Copied.ROW)
            found = await asyncio.to_thread(copied_part, detail, what)
            if found is None:
                self.app.notify(f"{what.value} is NULL: nothing to show", markup=False)
                return
            text = found
        self.host.show_outside(text, Tool(tool))

    def action_follow_value(self) -> None:
        """Show the tasks of the conversation that hold the value under the cursor."""
        detail = self._detail_here()
        if detail is None:
            return
        value = self.pane.leaf
        if not value or not value.strip():
            how = "" if self.pane.has_focus else ": go to one in the details (Tab)"
            self.app.notify(f"only a text or a number can be followed{how}", markup=False)
            return
        from taskview_core.query.terms import IdKey, IdTerm

        where = detail.row.conversation_id
        if not isinstance(where, UUID):
            self.app.notify("this task is in no conversation", markup=False)
            return
        self.host.open_holders(TaskFilter((IdTerm(IdKey.CONVERSATION, where),)), value)
