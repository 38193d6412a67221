"""How a status looks: always a glyph and a word; a colour only says it once more."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from taskview_core.entities import TaskStatus
from taskview_tui.text.clean import clean
from taskview_tui.text.ink import Ink


class StatusStyle(NamedTuple):
    """A status for the eye: one cell of glyph, the word as stored, and the ink for both."""

    glyph: str
    word: str
    ink: Ink

    @property
    def text(self) -> str:
        """Glyph and word, as `✗ failed`."""
        return f"{self.glyph} {self.word}"


_KNOWN = {
    TaskStatus.PENDING: StatusStyle("○", "pending", Ink.PENDING),
    TaskStatus.RUNNING: StatusStyle("◐", "running", Ink.RUNNING),
    TaskStatus.COMPLETED: StatusStyle("✓", "completed", Ink.COMPLETED),
    TaskStatus.FAILED: StatusStyle("✗", "failed", Ink.FAILED),
    TaskStatus.CANCELLED: StatusStyle("⊘", "cancelled", Ink.CANCELLED),
}


def status_style(status: TaskStatus) -> StatusStyle:
    """Give the look of a status; one that taskview does not know keeps its word, cleaned."""
    return _KNOWN.get(status) or _unknown(status)


@lru_cache(maxsize=256)
def _unknown(status: TaskStatus) -> StatusStyle:
    """Give the look of a status of another program's: a word that may be long, on many rows."""
    return StatusStyle("?", clean(status.value) or '""', Ink.UNKNOWN)
