"""The critical path: a table of cases, and what holds of every tree."""

from __future__ import annotations

import random
from math import inf, isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.trees import T, place, preorder_of
from taskview_core.tree.clock import Spans
from taskview_core.tree.critical_path import CriticalPath, Extents, critical_path
from taskview_core.tree.preorder import Preorder


def path_of(tree: Preorder, top: int = -1) -> CriticalPath:
    return critical_path(tree, Extents(tree, Spans(tree)), top)


CASES = [
    ("one task", [T(0, start=0, end=5)], [(0, 0, 5)]),
    (
        "children one after the other",
        [T(0, start=0, end=10), T(1, start=1, end=3), T(1, start=4, end=9)],
        [(0, 0, 1), (1, 1, 3), (0, 3, 4), (2, 4, 9), (0, 9, 10)],
    ),
    (
        "of two at once the one that finished last",
        [T(0, start=0, end=10), T(1, start=1, end=6), T(1, start=2, end=9)],
        [(0, 0, 2), (2, 2, 9), (0, 9, 10)],
    ),
    (
        "a child that was still running held nothing up",
        [T(0, start=0, end=10), T(1, start=1, end=2), T(1, start=1.5, end=6), T(1, start=5, end=9)],
        [(0, 0, 1), (1, 1, 2), (0, 2, 5), (3, 5, 9), (0, 9, 10)],
    ),
    (
        "down to grandchildren",
        [T(0, start=0, end=10), T(1, start=1, end=9), T(2, start=3, end=8)],
        [(0, 0, 1), (1, 1, 3), (2, 3, 8), (1, 8, 9), (0, 9, 10)],
    ),
    (
        "a child that goes on after its parent sets the end",
        [T(0, start=0, end=4), T(1, start=1, end=9)],
        [(0, 0, 1), (1, 1, 9)],
    ),
    ("a task without times is passed over", [T(0), T(1, start=1, end=3)], [(1, 1, 3)]),
    ("roots are children of the tree", [T(0, start=0, end=2), T(0, start=3, end=5)],
     [(0, 0, 2), (1, 3, 5)]),
    ("what still runs", [T(0, "a", "running", start=0), T(1, start=1, end=3)],
     [(0, 0, 1), (1, 1, 3), (0, 3, inf)]),
    ("nothing has run", [T(0, "a", "pending", created=0)], []),
]  # fmt: skip


@pytest.mark.parametrize(("name", "lines", "path"), CASES, ids=[case[0] for case in CASES])
def test_cases(name: str, lines: list[T], path: list[tuple[int, float, float]]) -> None:
    tree = preorder_of(lines)
    base = next((line.created if line.created is not None else line.start for line in lines), 0)
    shift = base or 0
    found = [
        (place(tree, number), low + shift, high + shift)
        for number, low, high in path_of(tree).stretches
    ]
    if path and found:
        found = [(n, low - found[0][1] + path[0][1], high - found[0][1] + path[0][1])
                 for n, low, high in found]  # fmt: skip
    assert found == path


@given(st.integers(0, 10_000), st.integers(1, 40))
def test_the_stretches_are_the_whole_time_of_a_tree_and_do_not_meet(seed: int, count: int) -> None:
    dice = random.Random(seed)
    lines: list[T] = []
    depth = 0
    for number in range(count):
        depth = 0 if number == 0 else dice.randint(1, depth + 1)
        start = dice.randint(0, 60)
        lines.append(T(depth, start=start, end=start + dice.randint(0, 30)))
    tree = preorder_of(lines)
    extents = Extents(tree, Spans(tree))
    for top in range(len(tree)):
        path = critical_path(tree, extents, top)
        assert isclose(path.duration, extents.highs[top] - extents.lows[top], abs_tol=1e-6)
        ends = [extents.lows[top]]
        for number, low, high in path.stretches:
            assert top <= number < tree.ends[top]
            assert isclose(low, ends[-1], abs_tol=1e-6)
            assert high > low
            ends.append(high)
        assert path.tasks.isdisjoint(path.passed)


def test_deep_and_wide_trees() -> None:
    deep = preorder_of([T(depth, start=depth, end=9_000 - depth) for depth in range(2_000)])
    assert len(path_of(deep).tasks) == 2_000
    wide = preorder_of(
        [T(0, start=0, end=30_000), *(T(1, start=n, end=n + 1) for n in range(20_000))]
    )
    assert len(path_of(wide).tasks) == 20_001
