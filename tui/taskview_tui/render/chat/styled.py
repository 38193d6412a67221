"""Lines of text in several inks, from which a conversation is made."""

from __future__ import annotations

from dataclasses import dataclass

from taskview_tui.text.clean import clean
from taskview_tui.text.ink import Ink


@dataclass(frozen=True)
class Run:
    """Cleaned text in one ink."""

    text: str
    ink: Ink = Ink.TEXT


@dataclass(frozen=True)
class StyledLine:
    """A line before it is wrapped.

    `first` stands before its first row and `rest` before the others; both are as wide as each
    other. `depth` says how deep it is nested: lines fold under the last one that is less deep.
    `leaf` is the text or number of the payload that it is of, whole; None where there is none.
    """

    runs: tuple[Run, ...]
    depth: int
    first: str = ""
    rest: str = ""
    leaf: str | None = None

    @property
    def text(self) -> str:
        """The text without what stands before it."""
        return "".join(run.text for run in self.runs)


def run(text: str, ink: Ink = Ink.TEXT) -> Run:
    """Give a run, cleaned."""
    return Run(clean(text), ink)
