"""The way of a failure through a tree, to be marked in it."""

from __future__ import annotations

from dataclasses import dataclass

from taskview_core.entities import Ident
from taskview_tui.render.piece import Ink, Piece


@dataclass(frozen=True)
class Trail:
    """The task that a failure began at, and those above it that it passed."""

    cause: Ident
    passed: frozenset[Ident]
    is_cause: bool = True
    """Whether it explains what was asked about; else it only failed as well."""

    def piece(self, ident: Ident) -> Piece | None:
        """Give the mark of a task; None where it is not on the way."""
        if ident == self.cause:
            words = "◉ root cause " if self.is_cause else "○ failed as well "
            return Piece(words, Ink.MARK)
        return Piece("↑ failed by it ", Ink.MARK) if ident in self.passed else None
