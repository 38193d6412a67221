"""The dialog that chooses what of a task to copy."""

from __future__ import annotations

from collections.abc import Sequence

from taskview_tui.render.copies import Copied
from taskview_tui.screens.picker import Picker


class CopyMenu(Picker):
    """Gives the name of a Copied."""

    def __init__(self, choices: Sequence[Copied]) -> None:
        pairs = [(each.name, each.value) for each in choices]
        super().__init__("copy", pairs, Copied.ID.name)
