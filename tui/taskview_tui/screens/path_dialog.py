"""The dialog that asks for a path in the details."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.suggester import Suggester
from textual.widgets import Input, Static

from taskview_tui.bars.line_input import LineInput
from taskview_tui.keys import Command, Group, bindings
from taskview_tui.render.path_search import Sought
from taskview_tui.screens.dialog import Dialog
from taskview_tui.text.cells import clip
from taskview_tui.text.clean import clean

_WIDTH = 56
_OFFERS = 6

COMPLETE_COMMAND = Command(
    id="path.complete",
    keys="tab",
    action="complete",
    name="Complete the path",
    help="Type on as far as only one way leads",
    group=Group.INPUT,
)


class _Paths(Suggester):
    """Shows in grey what may come next."""

    def __init__(self, look: Callable[[str], Sought]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._look = look

    async def get_suggestion(self, value: str) -> str | None:
        """Give the first path that begins so; one that would not draw as typed is left out."""
        offers = (each for each in self._look(value).offers if each.startswith(value))
        return next((each for each in offers if each == clean(each)), None)


class PathInput(LineInput):
    """A line to type a path in."""

    BINDINGS = bindings(COMPLETE_COMMAND)

    def action_complete(self) -> None:
        """Take what is suggested."""
        self.action_cursor_right() if self.cursor_at_end else self.action_end()


class PathDialog(Dialog[str]):
    """Takes a path; says at once what is wrong with it, or where it may lead."""

    DEFAULT_CSS = "PathDialog .box { width: 60; }"

    def __init__(self, look: Callable[[str], Sought], start: str) -> None:
        super().__init__()
        self._look = look
        self._input = PathInput(
            value=start,
            placeholder="input.messages[3].content",
            suggester=_Paths(look),
        )
        self._input.cursor_blink = False
        self._words = Static("", markup=False, classes="words")

    def compose(self) -> ComposeResult:
        """Make the box."""
        with Vertical(classes="box"):
            yield Static("go to a path", markup=False, classes="heading")
            yield self._input
            yield self._words

    def on_mount(self) -> None:
        """Let the path be typed."""
        self._input.focus()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        found = self._look(event.value)
        words = found.fault
        if found.line is not None or (found.offers and not words):
            more = ["…"] if len(found.offers) > _OFFERS else []
            words = "  ".join([*found.offers[:_OFFERS], *more])
        self._words.update(clip(clean(words), _WIDTH * 3))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._look(event.value).line is not None:
            self.dismiss(event.value)
