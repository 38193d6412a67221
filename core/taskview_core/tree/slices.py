"""What a task did in each slice of an axis: what its bar is drawn from."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from enum import Enum
from math import inf

from taskview_core.tree.clock import ClockFault, Spans
from taskview_core.tree.stretches import Stretches
from taskview_core.tree.waits import Waits


class Doing(Enum):
    """What a task mostly did for a while."""

    NOTHING = "nothing"
    QUEUED = "queued"
    """Created, and not started yet."""
    OWN = "own"
    """Ran while no child of it did."""
    WAITING = "waiting"
    """Ran while a child of it did."""
    UNKNOWN = "unknown"
    """Waited or ran: when it was started, nobody knows."""
    ODD = "odd"
    """Between the end and the later start of a task whose clock went backwards."""


class Together:
    """Tasks that are drawn as one bar: when any of them ran, and when any of them waited."""

    def __init__(self, spans: Spans, numbers: Iterable[int]) -> None:
        members = tuple(numbers)
        runs = map(spans.run, members)
        self.ran = Stretches(run for run in runs if run is not None)
        queues = (_queue(spans, number) for number in members)
        self.queued = Stretches(queue for queue in queues if queue[0] < queue[1])
        self.grows = any(spans.ended[number] == inf for number in members)
        self.is_odd = any(number in spans.faults for number in members)
        moments = [spans.lows[number] for number in members]
        self.first = min(moments)


def slices_of(
    spans: Spans, waits: Waits, number: int, bounds: Sequence[float], now: float
) -> dict[int, Doing]:
    """Give what a task did in the slices between `bounds`, for those in which it did something.

    `now` is where the end of a task stands that still runs or waits. A slice goes to what fills
    most of it; a task that fills no half of any has the slice of its start to itself, if that is
    within the bounds.
    """
    created, started, ended = spans.created[number], spans.started[number], spans.ended[number]
    before = Doing.QUEUED
    if ClockFault.NO_START in spans.faults.get(number, ()):
        before = Doing.UNKNOWN
    ended = max(now, spans.lows[number]) if ended == inf else ended
    queue = (created, started if started == started else ended)
    run = (started, max(started, ended))
    odd = (ended, started)
    found: dict[int, Doing] = {}
    for at in _touched([each for each in (queue, run, odd) if each[0] < each[1]], bounds):
        low, high = bounds[at], bounds[at + 1]
        ran = _overlap(run, low, high)
        within = (max(low, run[0]), min(high, run[1]))
        waited = min(waits.of(number).between(*within), ran) if ran else 0.0
        shares = (
            (ran - waited, Doing.OWN),
            (waited, Doing.WAITING),
            (_overlap(odd, low, high), Doing.ODD),
            (_overlap(queue, low, high), before),
        )
        if 2 * sum(share for share, _ in shares) >= high - low:
            found[at] = max(shares, key=lambda each: each[0])[1]
    # A run that is shorter than half a slice is still there, even behind a long wait.
    if started == started and not any(doing is not before for doing in found.values()):
        _put(found, started, bounds, Doing.OWN)
    if not found:  # It may be said to start later than now, where the bounds end.
        _put(found, spans.lows[number], bounds, before)
    return found


def slices_together(together: Together, bounds: Sequence[float], now: float) -> dict[int, Doing]:
    """Give the same of tasks that are drawn as one, waiting for children counted as work.

    A slice in which one of them was started is work, however short that was.
    """
    ran, queued = together.ran, together.queued
    found: dict[int, Doing] = {}
    ends = [(each.lows[0], min(each.highs[-1], now)) for each in (queued, ran) if each]
    for at in _touched([each for each in ends if each[0] < each[1]], bounds):
        low, high = bounds[at], bounds[at + 1]
        work, wait = ran.between(low, min(high, now)), queued.between(low, min(high, now))
        if bisect_left(ran.lows, low) < bisect_left(ran.lows, high):
            found[at] = Doing.OWN
        elif 2 * (work + wait) >= high - low:
            found[at] = Doing.OWN if work >= wait else Doing.QUEUED
    if not found:
        start, doing = (ran.lows[0], Doing.OWN) if ran else (together.first, Doing.QUEUED)
        _put(found, start, bounds, doing)
    return found


def _queue(spans: Spans, number: int) -> tuple[float, float]:
    """Give from when to when a task waited to be started, as far as that is known."""
    started = spans.started[number]
    return spans.created[number], started if started == started else spans.ended[number]


def _overlap(stretch: tuple[float, float], low: float, high: float) -> float:
    # Each comparison with NaN is false, and so nothing overlaps what is not known.
    low = stretch[0] if stretch[0] > low else low
    high = stretch[1] if stretch[1] < high else high
    return high - low if stretch[0] < stretch[1] and high > low else 0.0


def _touched(stretches: Sequence[tuple[float, float]], bounds: Sequence[float]) -> range:
    if not stretches:
        return range(0)
    low = min(stretch[0] for stretch in stretches)
    high = max(stretch[1] for stretch in stretches)
    first = max(bisect_right(bounds, low) - 1, 0)
    return range(first, min(bisect_left(bounds, high), len(bounds) - 1))


def _put(found: dict[int, Doing], time: float, bounds: Sequence[float], doing: Doing) -> None:
    """Let a moment have the slice that it is in."""
    if bounds[0] <= time <= bounds[-1]:
        found[min(bisect_right(bounds, time), len(bounds) - 1) - 1] = doing
