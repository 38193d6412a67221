"""What screens and bars ask of the app that they are in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, cast

from textual.app import App
from textual.dom import DOMNode

if TYPE_CHECKING:
    from taskview_core.entities import Ident
    from taskview_core.interfaces import ITaskBrowser
    from taskview_core.query.task_filter import TaskFilter
    from taskview_tui.outside import Tool
    from taskview_tui.side import Side
    from taskview_tui.text.times import TimeDisplay


class Host(Protocol):
    """The app as its screens see it."""

    browser: ITaskBrowser | None
    """The database; None until it has been reached."""
    clock: Callable[[], datetime]
    """Gives the present, aware."""
    ticks: Callable[[], float]
    """Gives seconds of a clock that never steps back, to measure how long queries take."""
    times: TimeDisplay
    """How times are shown, on all screens."""

    marked: Side | None
    """What is marked to be compared; on all screens."""

    def look_at_replica(self) -> None:
        """Find out how far the database is behind, if it is a replica: something was just read."""
        ...

    @property
    def follows(self) -> bool:
        """Whether screens are to follow their database from the beginning."""
        ...

    def open_comparison(self, left: Side, right: Side) -> None:
        """Show what differs between two tasks or conversations."""
        ...

    def open_conversation(self, conversation_id: Ident, cursor: Ident | None = None) -> None:
        """Show the tree of a conversation, with the cursor on a task of it."""
        ...

    def open_subtree(self, task_id: Ident, cursor: Ident | None = None) -> None:
        """Show the tree of a task and all below it, with the cursor on one of them."""
        ...

    def open_cause(self, conversation_id: Ident, task_id: Ident | None = None) -> None:
        """Show a conversation's tree with the cursor on what made a task in it fail.

        Where the task did not fail, or none is given, it is the first failure inside. A task
        that is in no conversation, whose id for that is empty, is shown in its own tree.
        """
        ...

    def open_detail(self, task_id: Ident) -> None:
        """Show a task on the whole screen."""
        ...

    def open_holders(self, around: TaskFilter, value: str) -> None:
        """Show which of the tasks under a filter hold a value, the oldest first, above this screen.

        A number is handed over as a `Number`.
        """
        ...

    def go_back(self) -> None:
        """Leave the screen for the one below; does nothing on a first screen."""
        ...

    @property
    def is_first_screen(self) -> bool:
        """Whether there is no screen below this one."""
        ...

    def show_outside(self, text: str, tool: Tool) -> None:
        """Show text in the user's pager or editor, and come back when that has ended."""
        ...

    def copy_text(self, text: str, what: str) -> None:
        """Put text on the clipboard, and say that `what` is there."""
        ...


def host_of(node: DOMNode) -> Host:
    """Give the app of a widget or screen; it is always taskview's own."""
    app: App[object] = node.app
    return cast(Host, app)
