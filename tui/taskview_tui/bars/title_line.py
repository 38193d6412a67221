"""The first line of a screen: where one is, and in which database."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from taskview_tui.text.cells import clip
from taskview_tui.text.clean import clean


class TitleLine(Widget):
    """Shows the way to the screen at the left and the database's name at the right."""

    crumbs: reactive[tuple[str, ...]] = reactive(())
    label: reactive[str] = reactive("")
    live: reactive[bool] = reactive(False)
    """Whether the screen follows the database."""

    def render(self) -> Content:
        """Draw the line; the way is cut before the name is."""
        mark = " ● live " if self.live else ""
        width = self.size.width - cell_len(mark)
        label = clean(self.label)
        way = " › ".join(("taskview", *(clean(crumb) for crumb in self.crumbs)))
        room = width - cell_len(label) - 4
        if room < min(cell_len(way), width // 2):
            label = clip(label, max(width - min(cell_len(way), width // 2) - 4, 8))
            room = width - cell_len(label) - 4
        way = clip(way, room)
        return Content(f" {way}{' ' * (room - cell_len(way) + 2)}{label} {mark}")
