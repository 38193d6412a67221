"""When tasks waited and ran, what is odd about it, and what of that fills the slices of an axis."""

from __future__ import annotations

from itertools import pairwise
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.trees import T, at, preorder_of
from taskview_core.tree.axis import axis_of, cut_slices, idle_stretches
from taskview_core.tree.clock import ClockFault, Spans
from taskview_core.tree.slices import Doing, Together, slices_of, slices_together
from taskview_core.tree.waits import Waits

Q, O, W, X, U = Doing.QUEUED, Doing.OWN, Doing.WAITING, Doing.ODD, Doing.UNKNOWN  # noqa: E741

FAULTS = [
    ([T(0, created=0, start=1, end=3)], ()),
    ([T(0, "a", "pending", created=0)], ()),
    ([T(0, "a", "pending", created=0, start=1)], (ClockFault.NOT_BEGUN,)),
    ([T(0, "a", "pending", start=1)], (ClockFault.NOT_BEGUN,)),
    ([T(0, "a", "cancelled", created=0, end=4)], ()),
    ([T(0, "a", "running", created=0, start=1)], ()),
    ([T(0, "a", "completed", created=0, end=4)], (ClockFault.NO_START,)),
    ([T(0, "a", "failed", created=0, start=1)], (ClockFault.NO_END,)),
    ([T(0, "a", "running", created=0, start=1, end=2)], (ClockFault.NOT_OVER,)),
    ([T(0, created=2, start=1, end=3)], (ClockFault.EARLY,)),
    ([T(0, created=0, start=5, end=3)], (ClockFault.BACKWARDS,)),
    ([T(0, created=5, start=1, end=3)], (ClockFault.EARLY,)),
    ([T(0, "a", "cancelled", created=4, end=1)], (ClockFault.ENDED_EARLY,)),
    ([T(0, created=4, end=1)], (ClockFault.NO_START, ClockFault.ENDED_EARLY)),
    ([T(0, "a", "cancelled", created=4, end=1), T(1, start=5, end=6)], ()),
    ([T(0, start=2, end=9), T(1, start=1, end=3)], (ClockFault.BEFORE_PARENT,)),
    ([T(0, start=2, end=9), T(1, start=3, end=12)], (ClockFault.AFTER_PARENT,)),
    ([T(0, start=2, end=9), T(1, "b", "running", start=3)], (ClockFault.AFTER_PARENT,)),
    ([T(0, "a", "failed", start=2), T(1, start=3, end=12)], ()),
    ([T(0, "a", "running", start=2), T(1, start=3, end=12)], ()),
]


@pytest.mark.parametrize(("lines", "faults"), FAULTS)
def test_what_is_odd_in_the_times_of_the_last_task(
    lines: list[T], faults: tuple[ClockFault, ...]
) -> None:
    spans = Spans(preorder_of(lines))
    assert spans.faults.get(len(lines) - 1, ()) == faults


def drawn(lines: list[T], number: int, *, now: float = 10, slices: int = 10) -> str:
    """Give what a task did in each of the slices of the whole tree, a letter each."""
    tree = preorder_of(lines)
    spans = Spans(tree)
    low, high = spans.extent(0, len(tree))
    bounds = axis_of(low, high, spans.at(at(now))).bounds(slices)
    found = slices_of(spans, Waits(tree, spans), number, bounds, spans.at(at(now)))
    letters = {Q: "q", O: "o", W: "w", X: "x", U: "u"}
    return "".join(letters[found[n]] if n in found else "." for n in range(slices))


@pytest.mark.parametrize(
    ("lines", "bars"),
    [
        ([T(0, created=0, start=2, end=10)], ["qqoooooooo"]),
        (
            [
                T(0, created=0, start=1, end=10),
                T(1, created=1, start=3, end=6),
                T(1, created=4, start=5, end=8),
            ],
            ["qoowwwwwoo", ".qqooo....", "....qooo.."],
        ),
        # One that was cancelled in the queue never ran.
        (
            [T(0, created=0, start=0, end=10), T(1, "b", "cancelled", created=2, end=9)],
            ["oooooooooo", "..qqqqqqq."],
        ),
        # Completed, and nobody knows from when on it ran.
        ([T(0, start=0, end=10), T(1, created=2, end=9)], ["oooooooooo", "..uuuuuuu."]),
        ([T(0, start=0, end=10), T(1, created=2, start=7, end=4)], ["oooooooooo", "..qqxxx..."]),
        # What lasts no half of a slice is there all the same.
        ([T(0, start=0, end=10), T(1, start=5.1, end=5.2)], ["ooooooooooo"[:10], ".....o...."]),
        ([T(0, created=0, start=10, end=10)], ["qqqqqqqqqo"]),
    ],
)
def test_what_a_task_did_in_each_slice(lines: list[T], bars: list[str]) -> None:
    assert [drawn(lines, number) for number in range(len(lines))] == bars


def test_tasks_that_go_on_grow_to_now() -> None:
    lines = [T(0, "a", "running", start=0), T(1, "b", "pending", created=4)]
    early = [drawn(lines, number, now=8, slices=32) for number in (0, 1)]
    late = [drawn(lines, number, now=16, slices=32) for number in (0, 1)]
    assert early[0].rstrip(".") == "o" * len(early[0].rstrip("."))
    assert early[0].count("o") >= 28  # It fills all but a sixteenth of the axis.
    assert early[1].count("q") in range(13, 17)
    assert late[1].count("q") in range(21, 25)


def test_repeats_in_one_bar_are_work_where_any_of_them_ran() -> None:
    lines = [
        T(0, start=0, end=10),
        T(1, "s", created=0, start=1, end=3),
        T(1, "s", created=4, start=6, end=6.1),
        T(1, "s", created=7, start=8, end=10),
    ]
    spans = Spans(preorder_of(lines))
    found = slices_together(Together(spans, (1, 2, 3)), tuple(map(float, range(11))), inf)
    assert found == {0: Q, 1: O, 2: O, 4: Q, 5: Q, 6: O, 7: Q, 8: O, 9: O}


def test_idle_time_is_squeezed_and_nothing_else() -> None:
    lines = [
        T(0, "a", created=0, start=0, end=10),
        T(0, "b", created=0, start=90, end=100),
    ]
    tree = preorder_of(lines)
    spans = Spans(tree)
    idle = idle_stretches(spans, 0, len(tree))
    axis = axis_of(0, 100, 0, idle)
    assert axis.cuts == ((10.0, 90.0),)
    bounds = axis.bounds(20)
    assert bounds[0] == 0
    assert bounds[-1] == 100
    assert all(low < high for low, high in pairwise(bounds))
    shared = sum(low < 10 for low in bounds[:-1]), sum(high > 90 for high in bounds[1:])
    assert shared == (10, 10)
    assert cut_slices(axis, bounds) <= {9, 10}
    assert axis_of(0, 100, 0).cuts == ()


def test_what_is_squeezed_has_a_cell_where_there_is_room() -> None:
    idle = ((0.0, 25.0),)
    for cells in (10, 16, 25):
        axis = axis_of(0, 83, 0, idle, cells)
        bounds = axis.bounds(2 * cells)
        assert bounds[2] <= 25 < bounds[3], "the first cell, and no more"
    many = tuple((float(at), at + 8.0) for at in range(0, 100, 10))
    axis = axis_of(0, 100, 0, many, 25)
    assert sum(high - low for low, high in many) == 80
    assert axis.cut_length * len(axis.cuts) <= 0.25 * 20


def test_where_nothing_was_done_nothing_is_squeezed() -> None:
    assert axis_of(0, 1000, 0, ((0.0, 1000.0),), 16).cuts == ()
    assert axis_of(0, 1000, 0, ((1e-9, 1000.0),), 16).cuts == ()


def test_the_time_since_anything_was_heard_is_squeezed_too() -> None:
    lines = [
        T(0, "a", "running", created=0, start=0),
        T(1, "b", created=0, start=2, end=10),
        T(1, "c", "running", created=4, start=5),
    ]
    tree = preorder_of(lines)
    idle = idle_stretches(Spans(tree), 0, len(tree))
    assert idle[-1] == (10.0, inf)
    axis = axis_of(0, inf, 1000, idle)
    assert [low for low, _ in axis.cuts] == [10.0]
    bounds = axis.bounds(20)
    assert sum(low < 10 for low in bounds[:-1]) >= 15


def test_a_task_that_is_to_start_in_the_future_is_seen_to_wait() -> None:
    lines = [
        T(0, "a", created=-16),
        T(0, "b", created=0, start=16),
        T(0, "c", "running", created=0, start=0),
    ]
    assert drawn(lines, 1, now=10, slices=1) == "q"


def test_a_task_that_is_pending_does_not_run() -> None:
    lines = [T(0, "a", "pending", created=0, start=1), T(0, "b", start=2, end=10)]
    tree = preorder_of(lines)
    spans = Spans(tree)
    assert spans.run(0) is None
    assert idle_stretches(spans, 0, len(tree))[-1] == (10.0, inf)


times = st.one_of(st.none(), st.integers(-20, 20).map(float))
tasks = st.builds(
    T,
    depth=st.integers(0, 4),
    status=st.sampled_from(["completed", "failed", "running", "pending", "cancelled", "odd"]),
    start=times,
    end=times,
    created=times,
)


@given(st.lists(tasks, min_size=1, max_size=12), st.booleans(), st.integers(1, 40))
def test_whatever_the_clocks_say_there_are_bars(
    lines: list[T], squeezed: bool, slices: int
) -> None:
    depth = -1
    for number, line in enumerate(lines):
        depth = min(line.depth, depth + 1)
        lines[number] = T(
            depth, status=line.status, start=line.start, end=line.end, created=line.created
        )
    tree = preorder_of(lines)
    spans, now = Spans(tree), 30.0
    low, high = spans.extent(0, len(tree))
    idle = idle_stretches(spans, 0, len(tree)) if squeezed else ()
    bounds = axis_of(low, high, now, idle).bounds(slices)
    assert len(bounds) == slices + 1
    assert all(one <= other for one, other in pairwise(bounds))
    waits = Waits(tree, spans)
    for number in range(len(tree)):
        found = slices_of(spans, waits, number, bounds, now)
        assert set(found) <= set(range(slices))
        known = spans.lows[number] != inf
        assert not found or known
        if known and bounds[0] <= spans.lows[number] <= bounds[-1]:
            assert found
