"""The line in which one types what is to be found in the details."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.containers import Horizontal
from textual.events import Key
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from taskview_tui.bars.line_input import LineInput
from taskview_tui.keys import Command, Group, bindings, identified

FIND_BAR_COMMANDS = (
    Command(
        id="find.submit",
        keys="enter",
        action="submit",
        name="To the match",
        short="to the match",
        help="Leave the input; n and N go from match to match",
        group=Group.INPUT,
    ),
    Command(
        id="find.next",
        keys="down",
        action="step(1)",
        name="Next match",
        help="Go to the next match without leaving the input",
        group=Group.INPUT,
    ),
    Command(
        id="find.previous",
        keys="up",
        action="step(-1)",
        name="Previous match",
        help="Go to the match before without leaving the input",
        group=Group.INPUT,
    ),
    Command(
        id="find.leave",
        keys="escape",
        action="leave",
        name="Leave the input",
        short="leave",
        help="Leave the input; Esc again takes the marks away",
        group=Group.INPUT,
    ),
)


class FindInput(LineInput, inherit_bindings=False):
    """The input itself."""

    BINDING_GROUP_TITLE = Group.INPUT.value
    BINDINGS: ClassVar[list[BindingType]] = [
        *identified("input", Group.INPUT, Input.BINDINGS, without=("enter",)),
        *bindings(*FIND_BAR_COMMANDS),
    ]

    class Stepped(Message):
        """The next match is wanted, or with -1 the one before."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    class Left(Message):
        """The input is to be left."""

    def __init__(self) -> None:
        super().__init__(select_on_focus=True)
        self.cursor_blink = False
        self.back: Widget | None = None
        """What gets the focus when the input is left."""

    def on_key(self, event: Key) -> None:
        """Leave the input before a key that came together with Enter is typed into it.

        Textual runs a command only when its key has gone up through all widgets to the app.
        """
        if self.screen.focused is not self:
            event.prevent_default()
        elif not event.is_printable:
            active = self.screen.active_bindings.get(event.key)
            if active is not None and active.binding.action in {"submit", "leave"}:
                event.stop()
                event.prevent_default()
                self.action_leave()

    async def action_submit(self) -> None:
        """Leave the input."""
        self.action_leave()

    def action_step(self, step: int) -> None:
        """Go to the next match."""
        self.post_message(self.Stepped(step))

    def action_leave(self) -> None:
        """Leave the input at once: keys may be waiting, which are not to be typed."""
        self.screen.set_focus(self.back)
        self.post_message(self.Left())


class FindBar(Horizontal):
    """A label, the input, and what has been found; takes no room until it is wanted."""

    DEFAULT_CSS = """
    FindBar {
        height: 1;
        FindInput {
            background: $primary 30%;
        }
        &:nocolor FindInput, &:ansi FindInput {
            text-style: underline;
        }
    }
    """

    def __init__(self) -> None:
        self._label = Static("", markup=False, classes="label")
        self._words = Static("", markup=False, classes="label")
        self.input = FindInput()
        # Not composed later: the input takes the focus as soon as the bar is there.
        super().__init__(self._label, self.input, self._words)
        self.display = False

    def ask(self, label: str, text: str, back: Widget, looks_at: str = "") -> None:
        """Let a text be typed, beginning with one that is taken over or typed over.

        `back` gets the focus afterwards; `looks_at` says what is searched, while nothing is typed.
        """
        self._label.update(label)
        self.input.back = back
        self.input.placeholder = looks_at
        self.display = True
        with self.input.prevent(Input.Changed):
            self.input.value = text
        self.screen.set_focus(self.input)  # at once: keys may be waiting

    def say(self, words: str) -> None:
        """Say what has been found; the words are clean."""
        self._words.update(words)

    def close(self) -> None:
        """Take no room any more."""
        self.display = False
