"""When each task of a tree waited and ran, on one clock; and what is wrong with that.

The clock counts seconds from some time in the tree, for flat arrays beside those of `Preorder`.
They are filled in one pass: a tree of 100,000 tasks is not to be waited for because of its bars.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from math import inf, nan

from taskview_core.entities import TaskRow, TaskStatus
from taskview_core.tree.preorder import Preorder


class ClockFault(Enum):
    """What is missing in the times of a task, or cannot be; the value says so in words."""

    NO_TIMES = "no times at all"
    NO_START = "no time of its start"
    NO_END = "ended, no time of its end"
    NOT_BEGUN = "has a time of its start, but is pending"
    NOT_OVER = "has a time of its end, but has not ended"
    EARLY = "started before it was created"
    BACKWARDS = "completed before it started"
    ENDED_EARLY = "completed before it was created"
    BEFORE_PARENT = "begins before its parent"
    AFTER_PARENT = "goes on after its parent"


_NO_END = {ClockFault.NO_END, ClockFault.BACKWARDS, ClockFault.ENDED_EARLY}
"""Where the end of a task is not known, or cannot be."""
_NEVER_STARTED = {TaskStatus.PENDING.value, TaskStatus.CANCELLED.value}
"""A task in one of these states need not have been started."""


class Spans:
    """The times of the tasks of a tree by number, in seconds since `base`.

    `created`, `started` and `ended` are NaN where nothing is known; `ended` is infinite where a
    task still waits or runs. A task that ended at a time nobody knows counts as no longer than
    the moment of its start. `lows` and `highs` are the first and last of a task's times, inf and
    -inf where it has none. `faults` holds what is odd, for the tasks where something is.

    `outside` are, in order, the tasks that ran, but not only while their parents did: when any
    task ran is known from these alone.
    """

    def __init__(self, tree: Preorder) -> None:
        count = len(tree)
        self.created = array("d", (nan,)) * count
        self.started = array("d", (nan,)) * count
        self.ended = array("d", (nan,)) * count
        self.lows = array("d", (inf,)) * count
        self.highs = array("d", (-inf,)) * count
        self.faults: dict[int, tuple[ClockFault, ...]] = {}
        self.outside = array("l")
        self.base = _some_time(tree.rows)
        if self.base is None:
            self.faults = dict.fromkeys(range(count), (ClockFault.NO_TIMES,))
        else:
            self._fill(tree, self.base)

    def __len__(self) -> int:
        return len(self.created)

    def at(self, moment: datetime) -> float:
        """Give a moment on this clock."""
        return 0.0 if self.base is None else (moment - self.base).total_seconds()

    def _fill(self, tree: Preorder, base: datetime) -> None:
        every_start, every_end, parents = self.started, self.ended, tree.parents
        for number, row in enumerate(tree.rows):
            created = nan if row.created_at is None else (row.created_at - base).total_seconds()
            started = nan if row.started_at is None else (row.started_at - base).total_seconds()
            ended = nan if row.completed_at is None else (row.completed_at - base).total_seconds()
            # Most have three times in order. A comparison with NaN is false.
            if created <= started <= ended and row.status.is_final:
                self.lows[number], self.highs[number] = created, ended
            elif row.status == TaskStatus.PENDING and started == started and ended != ended:
                # It may have been taken up and put back: what it waits for is to begin.
                created = started if created != created else created
                started = nan
                ended = self._settle(number, row.status, created, started, ended)
                self._fault(number, ClockFault.NOT_BEGUN)
            else:
                ended = self._settle(number, row.status, created, started, ended)
            self.created[number], every_start[number], every_end[number] = created, started, ended
            parent = parents[number]
            if parent >= 0 and every_start[parent] <= started <= ended <= every_end[parent]:
                continue
            self._compare(number, parent)

    def _settle(
        self, number: int, status: TaskStatus, created: float, started: float, ended: float
    ) -> float:
        """Note what is odd in a task's own times; give its end as it is to be taken."""
        faults: list[ClockFault] = []
        if created != created and started != started and ended != ended:
            self.faults[number] = (ClockFault.NO_TIMES,)
            return nan
        if started != started and status.value not in _NEVER_STARTED:
            faults.append(ClockFault.NO_START)
        if started < created:
            faults.append(ClockFault.EARLY)
        if ended < started:
            faults.append(ClockFault.BACKWARDS)
        # With a start between the two, one of the faults above says it.
        if started != started and ended < created:
            faults.append(ClockFault.ENDED_EARLY)
        if ended != ended:
            if status.is_final:
                faults.append(ClockFault.NO_END)
                ended = started
            else:
                ended = inf
        elif status.is_known and not status.is_final:
            faults.append(ClockFault.NOT_OVER)
        if faults:
            self.faults[number] = tuple(faults)
        known = [time for time in (created, started, ended) if time == time]
        self.lows[number], self.highs[number] = min(known), max(known)
        return ended

    def _compare(self, number: int, parent: int) -> None:
        """Note what is odd in the times of a task beside its parent's, -1 for none."""
        run = self.run(number)
        around = self.run(parent) if parent >= 0 else None
        if run is not None and not (around and around[0] <= run[0] and run[1] <= around[1]):
            self.outside.append(number)
        if parent < 0:
            return
        if self.started[number] < self.started[parent]:
            self._fault(number, ClockFault.BEFORE_PARENT)
        # Where the parent's own end cannot be, it says nothing about its children's.
        has_end = _NO_END.isdisjoint(self.faults.get(parent, ()))
        if self.ended[number] > self.ended[parent] and has_end:
            self._fault(number, ClockFault.AFTER_PARENT)

    def _fault(self, number: int, fault: ClockFault) -> None:
        self.faults[number] = (*self.faults.get(number, ()), fault)

    def run(self, number: int) -> tuple[float, float] | None:
        """Give when a task ran, to infinity if it still does; None where that is not known.

        One that is said to have ended before it started has run for no time.
        """
        low, high = self.started[number], self.ended[number]
        if low != low:
            return None
        return low, max(low, high)

    def extent(self, first: int, end: int) -> tuple[float, float]:
        """Give the first and last time of the tasks from one to before another."""
        lows, highs = self.lows[first:end], self.highs[first:end]
        return min(lows, default=inf), max(highs, default=-inf)

    def last_known(self, first: int, end: int) -> float:
        """Give the last time at which anything is known to have happened to these tasks."""
        known = -inf
        for number in range(first, end):
            high, started = self.highs[number], self.started[number]
            if high == inf:
                high = started if started == started else self.lows[number]
            known = max(known, high)
        return known


def _some_time(rows: Sequence[TaskRow]) -> datetime | None:
    for row in rows:
        moment = row.created_at or row.started_at or row.completed_at
        if moment is not None:
            return moment
    return None
