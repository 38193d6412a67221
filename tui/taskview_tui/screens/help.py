"""The help: every key of the screen below, and the query language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from taskview_core.query.keys import KeyHelp
from taskview_tui.help_text import HelpGroup, help_lines, query_lines
from taskview_tui.keys import Command, Group, bindings, identified
from taskview_tui.screens.dialog import Dialog

HELP_COMMANDS = (
    Command(
        id="help.close",
        keys="q,question_mark,f1",
        action="screen.close_dialog",
        name="Close",
        help="Close the help",
        group=Group.OPEN,
    ),
)


def _scroll(name: str, keys: str, action: str) -> Command:
    return Command(
        id=f"help.{name.lower().replace(' ', '_')}",
        keys=keys,
        action=action,
        name=name,
        help=f"{name} in the help",
        group=Group.MOVE,
    )


SCROLL_COMMANDS = (
    _scroll("Down", "j", "scroll_down"),
    _scroll("Up", "k", "scroll_up"),
    _scroll("Top", "g", "scroll_home"),
    _scroll("End", "G", "scroll_end"),
    _scroll("Screen down", "ctrl+d,space", "page_down"),
    _scroll("Screen up", "ctrl+u", "page_up"),
)


class HelpText(VerticalScroll, inherit_bindings=False, can_focus=True):
    """The text, which scrolls."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *identified("help", Group.MOVE, VerticalScroll.BINDINGS),
        *bindings(*SCROLL_COMMANDS),
    ]


class HelpScreen(Dialog[None]):
    """Shows groups of keys, then the keys of the query language."""

    DEFAULT_CSS = """
    HelpScreen {
        .box {
            width: 95%;
            max-width: 130;
            height: 90%;
        }
        HelpText {
            height: 1fr;
        }
        Static {
            width: 1fr;
            height: auto;
        }
    }
    """

    BINDINGS = bindings(*HELP_COMMANDS)

    def __init__(self, groups: Iterable[HelpGroup], query_keys: Iterable[KeyHelp]) -> None:
        super().__init__()
        self._groups = tuple(groups)
        self._query_keys = tuple(query_keys)
        # Held, not looked up: on a busy machine the screen may be told of its size, and that it
        # is there, before what it is composed of is.
        self._key_lines = Static()
        self._scroller = HelpText(self._key_lines)

    def compose(self) -> ComposeResult:
        """Make the box."""
        with Vertical(classes="box"):
            yield Static("keys that work here - ? or Esc closes", markup=False, classes="heading")
            yield self._scroller

    def on_mount(self) -> None:
        """Let the arrow keys scroll."""
        self._scroller.focus()

    def on_resize(self, event: events.Resize) -> None:
        """Lay the text out for the width there is."""
        width = min(event.size.width * 95 // 100, 130) - 6
        lines = [*help_lines(self._groups, width), *query_lines(self._query_keys, width)]
        self._key_lines.update(Content("\n").join(lines))
