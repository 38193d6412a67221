"""A list that drops down from an input: the values that there are, with their numbers of tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

from taskview_tui.text.cells import clip, pad
from taskview_tui.text.clean import clean_row

if TYPE_CHECKING:
    from taskview_core.entities import FacetValue

_WIDEST = 40


class Choices(Widget):
    """Shows values to choose from. Never has the focus: the input's keys move in it."""

    DEFAULT_CSS = """
    Choices {
        overlay: screen;
        constrain: inside inside;
        width: auto;
        height: auto;
        background: $surface-lighten-1;
        color: $foreground;
    }
    """

    class Chosen(Message):
        """A value was clicked on."""

        def __init__(self, value: str) -> None:
            super().__init__()
            self.value = value

    def __init__(self) -> None:
        super().__init__()
        self.display = False
        self._values: tuple[FacetValue, ...] = ()
        self._fresh = True
        self._at: int | None = None

    @property
    def highlighted(self) -> str | None:
        """The value that the keys have moved to; None while they have not gone into the list."""
        return None if self._at is None or not self.display else self._values[self._at].value

    @property
    def first(self) -> str | None:
        """The value at the top of the list."""
        return self._values[0].value if self.display and self._values else None

    @property
    def values(self) -> tuple[str, ...]:
        """What can be chosen."""
        return tuple(value.value for value in self._values) if self.display else ()

    def offer(self, values: tuple[FacetValue, ...], column: int, *, fresh: bool) -> None:
        """Show these values below a column of the screen; their numbers only where fresh."""
        kept = self.highlighted
        self._values = values
        self._fresh = fresh
        names = [value.value for value in values]
        self._at = names.index(kept) if kept in names else None
        self.display = bool(values)
        self.styles.offset = (max(column, 0), 0)
        self.refresh(layout=True)

    def close(self) -> None:
        """Hide the list."""
        self._at = None
        self.display = False

    def move(self, steps: int) -> None:
        """Go into the list, or up and down in it; up from the first value leaves it."""
        if not self._values or not self.display:
            return
        at = -1 if self._at is None else self._at
        at = min(at + steps, len(self._values) - 1)
        self._at = at if at >= 0 else None
        self.refresh()

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """Give the cells that the longest line takes."""
        return max((cell_len(line) for line in self._lines()), default=0)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Give one line for each value."""
        return len(self._values)

    def render(self) -> Content:
        """Draw values and counts; the highlighted one is marked by a sign too, not by colour."""
        lines = [
            Content.styled(line, "reverse") if at == self._at else Content(line)
            for at, line in enumerate(self._lines())
        ]
        return Content("\n").join(lines)

    def _lines(self) -> list[str]:
        names = [clip(clean_row(value.value) or '""', _WIDEST) for value in self._values]
        counts = [str(value.count) if self._fresh else "…" for value in self._values]
        wide = max((cell_len(name) for name in names), default=0)
        far = max((len(count) for count in counts), default=0)
        return [
            f"{'›' if at == self._at else ' '}{pad(name, wide)}  {count:>{far}} "
            for at, (name, count) in enumerate(zip(names, counts, strict=True))
        ]

    def on_click(self, event: events.Click) -> None:
        """Choose the value under the mouse."""
        event.stop()
        if 0 <= event.y < len(self._values):
            self.post_message(self.Chosen(self._values[event.y].value))
