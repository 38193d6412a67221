"""Marks a task or conversation, to compare it with another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskview_tui.keys import Command, Group, bindings
from taskview_tui.screens.base import BrowserScreen
from taskview_tui.widgets.line_view import LineView

if TYPE_CHECKING:
    from taskview_tui.side import Side

MARK_COMMANDS = (
    Command(
        id="compare.mark",
        keys="space",
        action="screen.mark",
        name="Mark to compare",
        short="mark",
        help="Mark what is under the cursor, to compare another one with it; again to unmark it",
        group=Group.VIEW,
        rank=7,
    ),
    Command(
        id="compare.open",
        keys="equals_sign",
        action="screen.compare",
        name="Compare with what is marked",
        help="Compare what is marked (left) with what is under the cursor (right), "
        "each with all below it",
        group=Group.OPEN,
    ),
)


class Marks(BrowserScreen):
    """A screen on which something can be marked. There is one mark, seen on all screens."""

    BINDINGS = bindings(*MARK_COMMANDS)

    @property
    def markable(self) -> Side | None:
        """What is under the cursor; None where nothing is."""
        raise NotImplementedError

    @property
    def lists_conversations(self) -> bool:
        """Whether conversations stand on the lines of this screen, and not tasks."""
        return False

    def on_mount(self) -> None:
        """Draw the mark wherever it comes to be."""
        self.watch(self.app, "marked", self._on_marked)

    def _on_marked(self, marked: Side | None) -> None:
        here = marked is not None and marked.is_conversation == self.lists_conversations
        view = self.main_widget
        if isinstance(view, LineView):
            view.show_marked(marked.id if marked is not None and here else None)

    def action_mark(self) -> None:
        """Mark what is under the cursor, in place of what was; what is marked is unmarked."""
        side = self.markable
        if side is None:
            return
        if self.host.marked is not None and _same(self.host.marked, side):
            self.host.marked = None
            self.app.notify("the mark is taken away", markup=False, timeout=2)
        else:
            self.host.marked = side
            self.app.notify("marked: = on another one compares", markup=False, timeout=2)

    def action_compare(self) -> None:
        """Compare what is marked with what is under the cursor, or say what to do."""
        side, marked = self.markable, self.host.marked
        if side is None or self.host.browser is None:
            return
        if marked is None:
            words = "nothing is marked: space marks, then = on another one compares the two"
            self.app.notify(words, markup=False)
        elif _same(marked, side):
            self.app.notify("this is what is marked: go to another one for =", markup=False)
        else:
            self.host.open_comparison(marked, side)


def _same(one: Side, two: Side) -> bool:
    return (one.id, one.is_conversation) == (two.id, two.is_conversation)
