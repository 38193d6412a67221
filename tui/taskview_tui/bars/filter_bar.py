"""The inputs of the task filter, each a view of the one filter, with completion and faults.

What reads and completes the query language is imported when somebody types: the inputs are on the
first screen, and empty.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual import on
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, Static

from taskview_core.query.task_filter import EVERYTHING, TaskFilter
from taskview_tui.bars.filter_input import FilterInput
from taskview_tui.bars.filter_keys import CHOICE_COMMANDS
from taskview_tui.bars.slots import SLOTS, Slot
from taskview_tui.keys import bindings

if TYPE_CHECKING:
    from taskview_core.entities import FacetValue
    from taskview_core.query.terms import ValueKey
    from taskview_tui.bars.choices import Choices
    from taskview_tui.bars.completion import Wanted
    from taskview_tui.bars.fault_line import FaultLine
    from taskview_tui.bars.filter_model import FilterModel
    from taskview_tui.bars.offers import Offer, Offers

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


class FilterBar(Vertical):
    """Holds what is typed; tells the screen which filter it makes, whole."""

    BINDINGS = bindings(*CHOICE_COMMANDS)

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

    class FacetsWanted(Message):
        """The values of a column are wanted, counted under this filter."""

        def __init__(self, key: ValueKey, task_filter: TaskFilter) -> None:
            super().__init__()
            self.key = key
            self.filter = task_filter

    def __init__(self, task_filter: TaskFilter = EVERYTHING) -> None:
        super().__init__()
        self._has_left = False
        self._begins_with = task_filter
        self._kept: FilterModel | None = None
        self._told = frozenset(task_filter.terms)
        self._made_offers: Offers | None = None
        self._agents: dict[str, None] = {}
        """Agents that are known to occur, while nothing is offered yet."""
        self._pause: Timer | None = None
        self._fault_line: FaultLine | None = None
        self._choices: Choices | None = None

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

    @property
    def _offers(self) -> Offers:
        """What can be offered, with the agents that were known before."""
        if self._made_offers is None:
            from taskview_core.query.terms import ValueKey
            from taskview_tui.bars.offers import Offers

            self._made_offers = Offers()
            self._made_offers.know(ValueKey.AGENT, self._agents)
        return self._made_offers

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

    def know_agents(self, names: Iterable[str]) -> None:
        """Remember that these agents occur."""
        if self._made_offers is None:
            self._agents.update(dict.fromkeys(names))
        else:
            from taskview_core.query.terms import ValueKey

            self._made_offers.know(ValueKey.AGENT, names)

    def offer(
        self,
        key: ValueKey,
        task_filter: TaskFilter,
        values: tuple[FacetValue, ...],
        *,
        complete: bool = True,
    ) -> None:
        """Take the values of a column that were counted under a filter; see Facets."""
        self._offers.take(key, task_filter, values, complete=complete)
        self._update_choices()

    def _input(self, slot: Slot) -> FilterInput:
        return self.query_one(f"#{slot.value}", FilterInput)

    @property
    def _focused(self) -> FilterInput | None:
        focused = self.screen.focused
        return focused if isinstance(focused, FilterInput) and focused in self.query("*") else None

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
        fault, values = self._model.fault, () if self._choices is None else self._choices.values
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

    # Completion

    def _wanted(self) -> tuple[FilterInput, Wanted] | None:
        box = self._focused
        if box is None:
            return None
        from taskview_tui.bars.completion import wanted_at

        wanted = wanted_at(box.slot, box.value, box.cursor_position)
        return None if wanted is None else (box, wanted)

    def _offer(self, box: FilterInput, wanted: Wanted) -> Offer:
        """Give what fits; have it counted where it has not been under the rest of the filter."""
        around = self._model.around(box.slot, box.value, wanted.start, wanted.end)
        offer = self._offers.offer(wanted, around)
        if not offer.fresh:
            self.post_message(self.FacetsWanted(wanted.key, offer.base))
        return offer

    def _completion(self, slot: Slot, text: str) -> str | None:
        """Give the text with the likeliest value, where what is typed is its beginning."""
        box = self._focused
        if box is None or box.slot is not slot or box.cursor_position < len(text):
            return None
        from taskview_tui.bars.completion import completed, wanted_at

        wanted = wanted_at(slot, text, len(text))
        if wanted is None or not wanted.beginning:
            return None
        for value in self._offer(box, wanted).values:
            whole, _ = completed(slot, text, wanted, value.value)
            if whole.startswith(text) and whole != text:
                return whole
        return None

    def _update_choices(self) -> None:
        found = self._wanted()
        if found is None:
            self._close_choices()
            return
        box, wanted = found
        offer = self._offer(box, wanted)
        values = offer.values
        if [value.value for value in values] == [wanted.beginning]:
            values = ()
        column = box.text_column + cell_len(box.value[: wanted.start]) - 1
        if self._choices is None:
            from taskview_tui.bars.choices import Choices

            self._choices = Choices()
            self.mount(self._choices)
        self._choices.offer(values, column, fresh=offer.fresh)

    @property
    def _highlighted(self) -> str | None:
        """The value that the keys have moved to in the list, if they are in it."""
        return None if self._choices is None else self._choices.highlighted

    @property
    def _offers_values(self) -> bool:
        """Whether there are values to choose from on the screen."""
        return self._choices is not None and self._choices.display

    def _close_choices(self) -> None:
        if self._choices is not None:
            self._choices.close()

    def _put(self, value: str) -> None:
        """Write a value in the place of what is typed of it."""
        found = self._wanted()
        if found is None:
            return
        from taskview_tui.bars.completion import completed

        box, wanted = found
        self._replace(box, *completed(box.slot, box.value, wanted, value))

    def _replace(self, box: FilterInput, text: str, cursor: int) -> None:
        with box.prevent(Input.Changed):
            box.value = text
        box.cursor_position = cursor
        self._model = self._model.typed(box.slot, text, self._offers.known)

    def _accept(self, value: str) -> None:
        self._put(value)
        self._show()
        self._tell()
        self._close_choices()

    # By its name: the list is not imported yet.
    def on_choices_chosen(self, event: Choices.Chosen) -> None:
        """Take the value that was clicked on."""
        event.stop()
        self._accept(event.value)

    def action_move_choice(self, steps: int) -> None:
        """Move in the list of values; where there is none, go down to the list of tasks."""
        if not self._offers_values and steps > 0:
            self._update_choices()
            if not self._offers_values:
                self.post_message(self.Left())
        if self._choices is not None:
            self._choices.move(steps)

    def action_complete(self) -> None:
        """Complete or mend what is typed; else let the key move the focus."""
        box = self._focused
        if box is None:
            raise SkipAction
        found = self._wanted()
        value = self._highlighted
        if value is None and self._choices is not None and found is not None and found[1].beginning:
            value = self._choices.first
        if value is not None:
            self._accept(value)
            return
        fault = self._model.held[box.slot].fault
        if fault is not None and fault.suggestion is not None:
            self._replace(box, fault.suggestion, len(fault.suggestion))
            self._show()
            self._tell()
            self._update_choices()
            return
        raise SkipAction

    def action_close_choices(self) -> None:
        """Close the list of values if the keys are in it; else let the key leave the input."""
        if self._highlighted is None:
            raise SkipAction
        self._close_choices()
