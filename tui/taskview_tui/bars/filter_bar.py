"""The inputs of the task filter, each a view of the one filter, and what is wrong in them.

What reads and completes the query language is imported when somebody types: the inputs are on the
first screen, and empty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, Static

from taskview_core.query.task_filter import EVERYTHING, TaskFilter
from taskview_tui.bars.completing_bar import CompletingBar
from taskview_tui.bars.filter_input import FilterInput
from taskview_tui.bars.slots import SLOTS, Slot

if TYPE_CHECKING:
    from taskview_tui.bars.fault_line import FaultLine
    from taskview_tui.bars.filter_model import FilterModel

_LABELS = {Slot.QUERY: "/", Slot.AGENT: "agent", Slot.STATUS: "status", Slot.SINCE: "since"}
_HINTS = {
    Slot.QUERY: "words, status:failed, duration:>5s",
    Slot.AGENT: "any",
    Slot.STATUS: "any",
    Slot.SINCE: "any time",
}

DEBOUNCE = 0.15
"""Seconds without a key after which what was typed is searched for."""

KEY_DEBOUNCE = 0.6
"""The same where the last word may be on its way to a key: `stat` is no word to search for yet."""


class FilterBar(CompletingBar):
    """Holds what is typed; tells the screen which filter it makes, whole."""

    class Changed(Message):
        """The filter is another one. While somebody types, comes after a pause."""

        def __init__(self, task_filter: TaskFilter) -> None:
            super().__init__()
            self.filter = task_filter

    class Left(Message):
        """Typing is done: the focus is to go to the list.

        `again` is true where Enter came once more before the focus had gone: it is the list's.
        """

        def __init__(self, again: bool = False) -> None:
            super().__init__()
            self.again = again

    def __init__(self, task_filter: TaskFilter = EVERYTHING) -> None:
        super().__init__()
        self._has_left = False
        self._begins_with = task_filter
        self._kept: FilterModel | None = None
        self._told = frozenset(task_filter.terms)
        self._pause: Timer | None = None
        self._fault_line: FaultLine | None = None

    def compose(self) -> ComposeResult:
        """Make the inputs in one line; what can appear below it is made when it first does."""
        with Horizontal():
            for slot in SLOTS:
                yield Static(_LABELS[slot], markup=False, classes="label")
                yield FilterInput(slot, _HINTS[slot], self._completion)

    def on_mount(self) -> None:
        """Show the filter that the screen begins with."""
        if self._begins_with.terms:
            self._show()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is typed and nothing is filtered."""
        if self._kept is None:
            return not self._begins_with.terms
        return self._kept.is_empty

    @property
    def _model(self) -> FilterModel:
        """What is typed, and the filter that it makes."""
        if self._kept is None:
            from taskview_tui.bars.filter_model import FilterModel

            self._kept = FilterModel.of(self._begins_with).in_use()
        return self._kept

    @_model.setter
    def _model(self, model: FilterModel) -> None:
        self._kept = model

    def show(self, task_filter: TaskFilter) -> None:
        """Show this filter in all inputs, whatever was typed."""
        self._begins_with, self._kept = task_filter, None
        self._told = frozenset(task_filter.terms)
        self._stop_pause()
        self._close_choices()
        self._show(everywhere=True)

    def focus_query(self) -> None:
        """Let the query be typed."""
        self.screen.set_focus(self._input(Slot.QUERY))  # at once: keys may be waiting

    def _input(self, slot: Slot) -> FilterInput:
        return self.query_one(f"#{slot.value}", FilterInput)

    # What is typed

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._has_left = False
        if not isinstance(event.input, FilterInput):
            return
        slot = event.input.slot
        if event.value == self._model.held[slot].text and slot == self._model.editing:
            return
        from taskview_tui.bars.completion import ends_in_key

        self._model = self._model.typed(slot, event.value, self._offers.known)
        self._show()
        self._stop_pause()
        pause = KEY_DEBOUNCE if slot is Slot.QUERY and ends_in_key(event.value) else DEBOUNCE
        self._pause = self.set_timer(pause, self._tell)
        self._update_choices()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._highlighted is not None:
            self._accept(self._highlighted)
            return
        fault, values = self._model.fault, self._offered
        if fault is not None and fault[1].incomplete and len(values) == 1:
            self._put(values[0])
        self._model = self._model.submitted()
        self._tell()
        self._show()
        self._close_choices()
        fault = self._model.fault
        if fault is None or fault[0] is not self._model.editing:
            self.post_message(self.Left(self._has_left))
            self._has_left = True

    def on_descendant_focus(self) -> None:
        """Begin to edit an input."""
        self._has_left = False
        self._follow_focus()

    def on_descendant_blur(self) -> None:
        """Give every term to the input that can show it. Not where the terminal lost the focus."""
        if self.app.app_focus:
            self._follow_focus()

    def _follow_focus(self) -> None:
        """Edit what has the focus now: where keys come fast, that is not what an event tells."""
        box = self._focused
        slot = box.slot if box else None
        if slot is self._model.editing:
            return
        self._model = self._model.settled()
        self._tell()
        if slot is not None:
            self._model = self._model.entered(slot)
        self._show()
        self._update_choices()

    def _stop_pause(self) -> None:
        if self._pause is not None:
            self._pause.stop()
            self._pause = None

    def _tell(self) -> None:
        """Tell the screen the filter, if it is another."""
        self._stop_pause()
        self._model = self._model.in_use()
        terms = frozenset(self._model.filter.terms)
        if terms != self._told:
            self._told = terms
            self.post_message(self.Changed(self._model.filter))

    def _leave(self) -> None:
        """See CompletingBar."""
        self.post_message(self.Left())

    def _show(self, *, everywhere: bool = False) -> None:
        """Bring the inputs into line with the model; the one being typed in only if told to."""
        for slot in SLOTS:
            held = self._model.held[slot]
            box = self._input(slot)
            if box.value != held.text and (everywhere or slot != self._model.editing):
                with box.prevent(Input.Changed):
                    box.value = held.text
            if everywhere or slot != self._model.editing:
                box.disabled = not held.editable
                box.set_class(bool(held.text), "-filled")
        self.call_after_refresh(self._show_fault)

    def _show_fault(self) -> None:
        fault = self._model.fault
        if fault is None:
            if self._fault_line is not None:
                self._fault_line.show(None)
            return
        from taskview_tui.bars.fault_line import FaultLine
        from taskview_tui.bars.fault_text import Fault

        if self._fault_line is None:
            self._fault_line = FaultLine()
            self.mount(self._fault_line, after=0)
        slot, error = fault
        box = self._input(slot)
        self._fault_line.show(Fault.of(error, box.value, box.text_column))
