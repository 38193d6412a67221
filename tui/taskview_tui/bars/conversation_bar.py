"""The one input of the filter of conversations."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, Static

from taskview_core.errors import FilterError
from taskview_core.query.conversation_filter import ConversationFilter
from taskview_tui.bars.fault_line import FaultLine
from taskview_tui.bars.fault_text import Fault
from taskview_tui.bars.filter_bar import DEBOUNCE
from taskview_tui.bars.filter_input import FilterInput
from taskview_tui.bars.slots import Slot


class ConversationBar(Vertical):
    """Holds what is typed; tells the screen which filter it makes."""

    @dataclass
    class Changed(Message):
        """The filter is another one. While somebody types, comes after a pause."""

        filter: ConversationFilter

    @dataclass
    class Left(Message):
        """Typing is done: the focus is to go to the list.

        `again` is true where Enter came once more before the focus had gone: it is the list's.
        """

        again: bool = False

    def __init__(self) -> None:
        super().__init__()
        self._has_left = False
        self._filter = ConversationFilter()
        self._told = self._filter
        self._fault: FilterError | None = None
        self._pause: Timer | None = None

    def compose(self) -> ComposeResult:
        """Make the input."""
        with Horizontal():
            yield Static("/", markup=False, classes="label")
            yield FilterInput(Slot.QUERY, "words of the title or the user, user:alice, since:2d")
        yield FaultLine()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is typed."""
        return not self._input.value

    @property
    def _input(self) -> FilterInput:
        return self.query_one(FilterInput)

    def show(self, conversation_filter: ConversationFilter) -> None:
        """Show this filter, whatever was typed."""
        self._filter = self._told = conversation_filter
        self._stop_pause()
        with self._input.prevent(Input.Changed):
            self._input.value = str(conversation_filter)
        self._show_fault(None)

    def focus_query(self) -> None:
        """Let the filter be typed."""
        self._has_left = False
        self.screen.set_focus(self._input)  # at once: keys may be waiting

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._has_left = False
        self._stop_pause()
        try:
            self._filter = ConversationFilter.parse(event.value)
        except FilterError as fault:
            self._filter = self._told
            self._show_fault(fault)
        else:
            self._show_fault(None)
            self._pause = self.set_timer(DEBOUNCE, self._tell)

    def _stop_pause(self) -> None:
        if self._pause is not None:
            self._pause.stop()
            self._pause = None

    def _tell(self) -> None:
        """Tell the screen the filter, if it is another."""
        self._stop_pause()
        if self._filter != self._told:
            self._told = self._filter
            self.post_message(self.Changed(self._filter))

    def on_descendant_blur(self) -> None:
        """Do not wait for more letters."""
        self._tell()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._fault is None:
            self._tell()
            self.post_message(self.Left(self._has_left))
            self._has_left = True

    def _show_fault(self, fault: FilterError | None) -> None:
        self._fault = fault
        box = self._input
        shown = Fault.of(fault, box.value, box.text_column) if fault else None
        self.query_one(FaultLine).show(shown)
