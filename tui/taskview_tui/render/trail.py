"""The way of a failure through a tree, to be marked in it."""

from __future__ import annotations

from dataclasses import dataclass

from taskview_core.entities import Ident
from taskview_tui.render.piece import ROOM_FOR_WORDS, Ink, Piece


@dataclass(frozen=True)
class Trail:
    """The task that a failure began at, and those above it that it passed."""

    cause: Ident
    passed: frozenset[Ident]
    is_cause: bool = True
    """Whether it explains what was asked about; else it only failed as well."""

    def piece(self, ident: Ident, width: int) -> Piece | None:
        """Give the mark of a task; None where it is not on the way.

        `width` is that of the cell, which is left to the task's own words where it is narrow: the
        line at the bottom says what the mark means.
        """
        if ident == self.cause:
            mark, words = ("◉", "root cause") if self.is_cause else ("○", "failed as well")
        elif ident in self.passed:
            mark, words = "↑", "failed by it"
        else:
            return None
        return Piece(f"{mark} {words} " if width >= ROOM_FOR_WORDS else f"{mark} ", Ink.MARK)
