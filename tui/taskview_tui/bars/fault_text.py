"""How a fault in what was typed is shown: a line that marks the place, and a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len

from taskview_tui.text.cells import clip, pad, wrap
from taskview_tui.text.clean import clean

if TYPE_CHECKING:
    from taskview_core.errors import FilterError

_MOST_LINES = 4


@dataclass(frozen=True)
class Fault:
    """A fault, and the column of the screen where the text that it is about begins.

    `before` is the text before the faulty place, `marked` the place itself; both as drawn.
    """

    error: FilterError
    column: int
    before: str
    marked: str

    @classmethod
    def of(cls, error: FilterError, text: str, column: int, scrolled: int = 0) -> Fault:
        """Make it of an error and the text that it is about, which is scrolled by some cells."""
        before = text[: error.start]
        return cls(error, column - scrolled, before, text[error.start : error.end])


def fault_lines(fault: Fault, width: int) -> tuple[str, ...]:
    """Give the lines to draw: `^^^` under the place, with the words beside it or below."""
    words = f"{'…' if fault.error.incomplete else '✗'} {clean(str(fault.error))}"
    start = min(max(fault.column + cell_len(fault.before), 0), width - 1)
    length = min(max(cell_len(fault.marked), 1), width - start)
    marks = " " * start + "^" * length
    room = width - start - length - 1
    if cell_len(words) <= room:
        return (f"{marks} {words}",)
    if cell_len(words) + 1 <= start:
        return (f"{pad(words, start - 1, right=True)} {'^' * length}",)
    if fault.error.incomplete:
        # It comes and goes while one types: one line, so that the list does not jump about.
        before = start > width // 2
        words = clip(words, start - 1 if before else room)
        return (f"{pad(words, start - 1)} {'^' * length}" if before else f"{marks} {words}",)
    lines = wrap(words, width - 2)
    if len(lines) > _MOST_LINES:
        rest = " ".join(lines[_MOST_LINES - 1 :])
        lines = [*lines[: _MOST_LINES - 1], clip(rest, width - 2)]
    return (marks, *(f" {line}" for line in lines))
