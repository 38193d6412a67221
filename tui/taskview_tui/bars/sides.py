"""Two lines that say what is compared with what: the left side, and the right one."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from taskview_tui.text.cells import clip


class SidesLines(Widget):
    """Says of each side what it is, where and from when; already cleaned."""

    SCOPED_CSS = False
    DEFAULT_CSS = """
    SidesLines {
        display: none;
        height: 2;
        color: $text-muted;
    }
    .-high SidesLines {
        display: block;
    }
    """

    sides: reactive[tuple[str, str]] = reactive(("", ""))

    def render(self) -> Content:
        """Draw both, each cut where it is too long."""
        names = ("left ", "right")
        lines = (f" {name}  {words}" for name, words in zip(names, self.sides, strict=True))
        return Content("\n".join(clip(line, self.size.width) for line in lines))
