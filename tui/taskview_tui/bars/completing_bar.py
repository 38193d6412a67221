"""Inputs with a list of values to choose from: what is offered, and what is taken of it.

What knows the values is imported when somebody types: see `filter_bar`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.actions import SkipAction
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from taskview_core.query.task_filter import TaskFilter
from taskview_tui.bars.filter_input import FilterInput
from taskview_tui.bars.filter_keys import CHOICE_COMMANDS
from taskview_tui.bars.slots import Slot
from taskview_tui.keys import bindings

if TYPE_CHECKING:
    from taskview_core.entities import FacetValue
    from taskview_core.query.terms import ValueKey
    from taskview_tui.bars.choices import Choices
    from taskview_tui.bars.completion import Wanted
    from taskview_tui.bars.filter_model import FilterModel
    from taskview_tui.bars.offers import Offer, Offers


class CompletingBar(Vertical):
    """Completes what is typed into its inputs. A subclass has them, and what their texts make."""

    BINDINGS = bindings(*CHOICE_COMMANDS)

    class FacetsWanted(Message):
        """The values of a column are wanted, counted under this filter."""

        def __init__(self, key: ValueKey, task_filter: TaskFilter) -> None:
            super().__init__()
            self.key = key
            self.filter = task_filter

    def __init__(self) -> None:
        super().__init__()
        self._made_offers: Offers | None = None
        self._agents: dict[str, None] = {}
        """Agents that are known to occur, while nothing is offered yet."""
        self._choices: Choices | None = None
        self._were_closed = False

    # What a subclass gives

    @property
    def _model(self) -> FilterModel:
        """What is typed, and the filter that it makes."""
        raise NotImplementedError

    @_model.setter
    def _model(self, model: FilterModel) -> None:
        raise NotImplementedError

    def _show(self, *, everywhere: bool = False) -> None:
        """Bring the inputs into line with the model; the one being typed in only if told to."""
        raise NotImplementedError

    def _tell(self) -> None:
        """Tell the screen the filter, if it is another."""
        raise NotImplementedError

    def _leave(self) -> None:
        """Say that typing is done."""
        raise NotImplementedError

    # What is known

    @property
    def _offers(self) -> Offers:
        """What can be offered, with the agents that were known before."""
        if self._made_offers is None:
            from taskview_core.query.terms import ValueKey
            from taskview_tui.bars.offers import Offers

            self._made_offers = Offers()
            self._made_offers.know(ValueKey.AGENT, self._agents)
        return self._made_offers

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
        if not self._were_closed:  # They come again and again, while they are counted.
            self._update_choices()

    # What is offered

    @property
    def _focused(self) -> FilterInput | None:
        focused = self.screen.focused
        return focused if isinstance(focused, FilterInput) and focused in self.query("*") else None

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
        self._were_closed = False
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
    def _offered(self) -> tuple[str, ...]:
        """The values that can be chosen."""
        return () if self._choices is None else self._choices.values

    @property
    def _offers_values(self) -> bool:
        """Whether there are values to choose from on the screen."""
        return self._choices is not None and self._choices.display

    def _close_choices(self) -> None:
        self._were_closed = True
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
                self._leave()
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
