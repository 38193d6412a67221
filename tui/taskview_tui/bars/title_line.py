"""The first line of a screen: where one is, and in which database."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from taskview_tui.text.cells import clip
from taskview_tui.text.clean import clean, clean_row


class TitleLine(Widget):
    """Shows the way to the screen at the left and the database's name at the right."""

    crumbs: reactive[tuple[str, ...]] = reactive(())
    label: reactive[str] = reactive("")
    live: reactive[bool] = reactive(False)
    """Whether the screen follows the database."""
    note: reactive[str] = reactive("")
    """What is to be known of the database, as that it is a replica; drawn behind its name."""

    def render(self) -> Content:
        """Draw the line; the way is cut before the name is."""
        mark = " ● live " if self.live else ""
        width = self.size.width - cell_len(mark)
        label = clean(self.label)
        note = clean(self.note)
        way = " › ".join(("taskview", *(clean_row(crumb) for crumb in self.crumbs)))
        if note:  # Of a long name less is missed.
            ahead = max(width // 2 - cell_len(note) - 7, 8)
            label = clip(f"{clip(label, ahead)} · {note}", max(width - 12, 8))
        room = width - cell_len(label) - 4
        if room < min(cell_len(way), width // 2):
            label = (
                label if note else clip(label, max(width - min(cell_len(way), width // 2) - 4, 8))
            )
            room = max(width - cell_len(label) - 4, 0)
        way = clip(way, room)
        return Content(f" {way}{' ' * (room - cell_len(way) + 2)}{label} {mark}")
