"""How a screen with a tree marks in it the tasks that hold a value which is followed."""

from __future__ import annotations

from collections.abc import Mapping

from taskview_core.entities import Ident
from taskview_tui.render.holding import Holding
from taskview_tui.screens.tree_asides import TreeAsides
from taskview_tui.text.cells import clip
from taskview_tui.text.clean import clean_row

_SHOWN = 40
"""Cells of a value that is followed, in the status line."""


class MarksHolders(TreeAsides):
    """Marks who brought a value in and who passed it on, and says which value that is."""

    _holders: Mapping[Ident, Holding] = {}
    _followed = ""
    """The value that they hold."""
    _followed_limit = 0

    def mark_holders(
        self, holders: Mapping[Ident, Holding], value: str = "", limit: int = 0
    ) -> None:
        """Mark the tasks that hold a value which is being followed, each with its part in that.

        `limit` says that only so many, the oldest, are marked; with 0 all are.
        """
        self._holders, self._followed, self._followed_limit = holders, value, limit
        if self.is_mounted:
            self.show_holders()
            self.update_lines()

    def show_holders(self) -> None:
        """Draw the marks that the screen was made with, or has got since."""
        self.view.show_holders(self._holders)

    def end_following(self) -> bool:
        """Take back the marks; say whether there was any."""
        if not self._holders:
            return False
        self.mark_holders({})
        return True

    @property
    def followed_words(self) -> str:
        """The value whose holders are marked, in words; empty where none is."""
        if not self._holders:
            return ""
        only = f" (the oldest {self._followed_limit:,})" if self._followed_limit else ""
        return f'◆ "{clip(clean_row(self._followed), _SHOWN)}"{only}'
