"""What can differ between two tasks that stand for each other, and when a task is slower."""

from __future__ import annotations

from datetime import timedelta
from enum import Flag, auto

from taskview_core.entities import TaskRow

SLOWER_FACTOR = 1.5
"""So many times as long a task has to run to be slower (or the other, for it to be faster) ..."""
SLOWER_LEAST = timedelta(milliseconds=100)
"""... and so much longer: below that it is the noise of a machine."""


class Difference(Flag):
    """How the right one of two tasks differs from the left one; several may hold."""

    NONE = 0
    ADDED = auto()
    """It is only on the right."""
    MISSING = auto()
    """It is only on the left."""
    AGENT = auto()
    """Another agent did it; only of two roots that were asked to be compared."""
    STATUS = auto()
    ERROR = auto()
    INPUT = auto()
    OUTPUT = auto()
    SLOWER = auto()
    FASTER = auto()


ALONE = Difference.ADDED | Difference.MISSING
"""What a task is that has no partner."""
TOLD_BY_PAYLOADS = Difference.ERROR | Difference.INPUT | Difference.OUTPUT
"""What is certain only after both tasks have been read whole."""


def row_difference(left: TaskRow, right: TaskRow) -> Difference:
    """Compare two tasks by what lists know of them.

    Of inputs and errors that is their beginning: another one may still be the same JSON, and equal
    ones differ further on. `payload_difference` says.
    """
    found = Difference.NONE
    if left.agent_id != right.agent_id:
        found |= Difference.AGENT
    if left.status != right.status:
        found |= Difference.STATUS
    if left.error_start != right.error_start:
        found |= Difference.ERROR
    if left.input_start != right.input_start:
        found |= Difference.INPUT
    return found | pace(left.duration, right.duration)


def pace(left: timedelta | None, right: timedelta | None) -> Difference:
    """Say whether the right one ran clearly longer or shorter; impossible times say nothing."""
    if left is None or right is None or min(left, right) < timedelta(0):
        return Difference.NONE
    if right >= left * SLOWER_FACTOR and right - left >= SLOWER_LEAST:
        return Difference.SLOWER
    if left >= right * SLOWER_FACTOR and left - right >= SLOWER_LEAST:
        return Difference.FASTER
    return Difference.NONE
