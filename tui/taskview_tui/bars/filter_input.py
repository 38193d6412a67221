"""One input of a filter bar: a line to type in, with the rest of a completion shown behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.binding import BindingType
from textual.suggester import Suggester
from textual.widgets import Input

from taskview_tui.bars.filter_keys import SUBMIT_COMMAND
from taskview_tui.bars.line_input import LineInput
from taskview_tui.bars.slots import Slot
from taskview_tui.keys import Group, bindings, identified

Completer = Callable[[Slot, str], str | None]
"""Gives the whole text that a text of an input could become, or None."""


class _Suggester(Suggester):
    """Asks the bar, which knows what is in the database."""

    def __init__(self, slot: Slot, completer: Completer) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._slot = slot
        self._completer = completer

    async def get_suggestion(self, value: str) -> str | None:
        return self._completer(self._slot, value)


class FilterInput(LineInput, inherit_bindings=False):
    """An input without borders; what is in it stays when the focus comes back."""

    BINDING_GROUP_TITLE = Group.INPUT.value
    BINDINGS: ClassVar[list[BindingType]] = [
        *identified("input", Group.INPUT, Input.BINDINGS, without=("enter",)),
        *bindings(SUBMIT_COMMAND),
    ]

    def __init__(
        self, slot: Slot, placeholder: str = "", completer: Completer | None = None
    ) -> None:
        super().__init__(
            placeholder=placeholder,
            select_on_focus=False,
            id=slot.value,
            suggester=_Suggester(slot, completer) if completer else None,
        )
        self.slot = slot
        self.cursor_blink = False

    @property
    def text_column(self) -> int:
        """The column of the screen where the text begins; it may be scrolled out of the input."""
        return self.content_region.x - int(self.scroll_offset.x)
