"""A run of repeated tasks as one line: how many they are and how they ended."""

from __future__ import annotations

from taskview_core.entities import TaskStatus
from taskview_tui.render.piece import Ink, Line, Piece
from taskview_tui.text.clean import clean_row
from taskview_tui.text.status_style import status_style

_WORST_FIRST = (
    TaskStatus.FAILED,
    TaskStatus.RUNNING,
    TaskStatus.PENDING,
    TaskStatus.CANCELLED,
)


def run_status(outcome: dict[TaskStatus, int]) -> TaskStatus:
    """Give the status that the line of a run shows: what most wants to be looked at."""
    worst = next((status for status in _WORST_FIRST if status in outcome), None)
    return worst or next(iter(outcome))


def run_pieces(outcome: dict[TaskStatus, int], stuck: int = 0, holding: int = 0) -> Line:
    """Say how often it was done, and how that ended: `×23  22 completed, 1 failed`.

    And how many of them are stuck, and hold a value that is followed, where not all do.
    """
    count = sum(outcome.values())
    pieces = [Piece(f"×{count:,}  ")]
    for place, (status, times) in enumerate(outcome.items()):
        pieces.append(Piece(", " if place else ""))
        pieces.append(Piece(f"{times:,} {clean_row(status.value)}", status_style(status).ink))
    if stuck:
        pieces.append(Piece(f"  [{stuck:,} stuck]", Ink.MARK))
    if 0 < holding < count:
        pieces.append(Piece(f"  ◆ {holding:,} of them", Ink.STRONG))
    return [*pieces, Piece("  ")]
