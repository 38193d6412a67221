"""The line below a table: what is shown, how it is ordered, how long it took, what runs."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from taskview_tui.bars.status_text import ListStatus, status_text


class StatusLine(Widget):
    """Shows a ListStatus."""

    status: reactive[ListStatus] = reactive(ListStatus())

    def render(self) -> Content:
        """Draw what fits."""
        return Content(f" {status_text(self.status, self.size.width - 2)}")
