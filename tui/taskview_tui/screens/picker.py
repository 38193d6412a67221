"""A dialog in which one of a few things is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from taskview_tui.keys import Command, Group, bindings, identified
from taskview_tui.screens.dialog import Dialog

LIST_KEYS = (
    Command(
        id="picker.down",
        keys="j",
        action="cursor_down",
        name="Down",
        help="Go down",
        group=Group.MOVE,
    ),
    Command(
        id="picker.up", keys="k", action="cursor_up", name="Up", help="Go up", group=Group.MOVE
    ),
    Command(
        id="picker.to_first",
        keys="g",
        action="first",
        name="First",
        help="Go to the first",
        group=Group.MOVE,
    ),
    Command(
        id="picker.to_last",
        keys="G",
        action="last",
        name="Last",
        help="Go to the last",
        group=Group.MOVE,
    ),
)


class ChoiceList(OptionList, inherit_bindings=False):
    """The choices, with the keys of the tables."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *identified("picker", Group.MOVE, OptionList.BINDINGS),
        *bindings(*LIST_KEYS),
    ]


class Picker(Dialog[str]):
    """Shows choices, each a value and its words; gives the value that is chosen."""

    DEFAULT_CSS = """
    Picker ChoiceList {
        width: 46;
        height: auto;
        max-height: 20;
        border: none;
        padding: 0;
        background: $surface;
        &:focus {
            border: none;
        }
        /* Not reversed: that is lost on the way where there are no colours. */
        &:nocolor > .option-list--option-highlighted {
            text-style: bold underline;
        }
    }
    """

    def __init__(self, title: str, choices: Sequence[tuple[str, str]], current: str) -> None:
        super().__init__()
        self._title = title
        self._choices = choices
        self._current = current
        self._list = ChoiceList(*[Option(Content(words)) for _, words in choices])

    def compose(self) -> ComposeResult:
        """Make the box."""
        with Vertical(classes="box"):
            yield Static(self._title, markup=False, classes="heading")
            yield self._list

    def on_mount(self) -> None:
        """Begin at the present choice."""
        values = [value for value, _ in self._choices]
        self._list.highlighted = values.index(self._current) if self._current in values else 0
        self._list.focus()

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._choices[event.option_index][0])
