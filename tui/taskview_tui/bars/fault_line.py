"""The lines under a filter input that say what is wrong with its text, and where."""

from __future__ import annotations

from textual import events
from textual.widgets import Static

from taskview_tui.bars.fault_text import Fault, fault_lines


class FaultLine(Static):
    """Shows a Fault; takes no room while there is none."""

    DEFAULT_CSS = """
    FaultLine {
        height: auto;
        color: $text-error;
        &.-incomplete {
            color: $text-warning;
        }
    }
    """

    def __init__(self) -> None:
        super().__init__("", markup=False)
        self._fault: Fault | None = None
        self.display = False

    @property
    def fault(self) -> Fault | None:
        """What is shown."""
        return self._fault

    def show(self, fault: Fault | None) -> None:
        """Show this fault, or nothing."""
        self._fault = fault
        self.display = fault is not None
        self.set_class(fault is not None and fault.error.incomplete, "-incomplete")
        self._draw()

    def on_resize(self, _event: events.Resize) -> None:
        """Break the lines anew."""
        self._draw()

    def _draw(self) -> None:
        width = self.app.size.width
        self.update("\n".join(fault_lines(self._fault, width)) if self._fault else "")
