"""A screen with a line in which it is typed what to find in a part of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.widgets import Input

from taskview_tui.keys import Command, Group, bindings
from taskview_tui.screens.base import BrowserScreen

if TYPE_CHECKING:
    from taskview_tui.bars.find_bar import FindBar, FindInput
    from taskview_tui.widgets.finding_tree import FindingTree
    from taskview_tui.widgets.finding_view import FindingView

MATCH_COMMANDS = (
    Command(
        id="find.next_match",
        keys="n",
        action="screen.next_match(1)",
        name="Next match",
        help="Go to the next match of what was looked for, in the tree or the details",
        group=Group.FILTER,
    ),
    Command(
        id="find.previous_match",
        keys="N",
        action="screen.next_match(-1)",
        name="Previous match",
        help="Go to the match before of what was looked for, in the tree or the details",
        group=Group.FILTER,
    ),
)
"""For where the focus is not on what was searched, which has the same keys of its own."""


class FindsText(BrowserScreen):
    """Hands what is typed to the part that is searched, and says what that found."""

    BINDINGS = bindings(*MATCH_COMMANDS)

    def __init__(self) -> None:
        super().__init__()
        self._found_in: FindingView | FindingTree | None = None
        """Where what is typed is looked for."""
        self._find_bar: FindBar | None = None

    def _bar(self) -> FindBar:
        """Give the line to type in what is to be found; made when it is first wanted."""
        if self._find_bar is None:
            from taskview_tui.bars.find_bar import FindBar

            self._find_bar = FindBar()
            self.mount(self._find_bar, before=self.above_status)
        return self._find_bar

    def ask_to_find(self, searched: FindingView | FindingTree, looks_at: str = "") -> None:
        """Let it be typed what to find in a part of the screen; `looks_at` says what of it."""
        self._found_in = searched
        searched.begin_find()
        bar = self._bar()
        bar.ask("find", searched.find_text, searched, looks_at)
        bar.say(searched.find_words)

    @on(Input.Changed, "FindInput")
    def _find_typed(self, event: Input.Changed) -> None:
        event.stop()
        if self._found_in is not None:
            self._found_in.find(event.value)

    def on_finding_view_find_changed(self) -> None:
        """Say what has been found in the details."""
        self._say_found()

    def on_finding_tree_find_changed(self) -> None:
        """Say what has been found in the tree."""
        self._say_found()

    def _say_found(self) -> None:
        bar = self._find_bar
        if bar is not None and bar.display and self._found_in is not None:
            bar.say(self._found_in.find_words)
        self.update_lines()

    def on_find_input_stepped(self, event: FindInput.Stepped) -> None:
        """Go to another match while it is typed."""
        if self._found_in is not None:
            self._found_in.go_to_match(event.step)

    def action_next_match(self, step: int) -> None:
        """Go to another match of what was looked for last, or say that there is none."""
        searched = self._found_in
        if searched is None or not searched.display or not searched.find_text:
            self.app.notify("nothing has been looked for here", markup=False)
        elif searched.has_matches:
            searched.go_to_match(step)
        else:
            self.app.notify(searched.find_words, markup=False)

    def on_find_input_left(self) -> None:
        """Take no room for typing any more."""
        self._bar().close()
