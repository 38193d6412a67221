"""Folding: whatever is opened and closed, the visible rows are those of the open lines."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskview_tui.render.folding import Folding, extents_of, levels_within


def _forest(parents: list[int]) -> tuple[list[int], list[int]]:
    """Give the preorder of a forest: the ends and the parents of its lines.

    `parents[i]` below 0 makes `i` a root, any other number a child of an earlier one.
    """
    children: dict[int, list[int]] = {}
    for number, parent in enumerate(parents):
        children.setdefault(parent % number if number and parent >= 0 else -1, []).append(number)
    ends: list[int] = []
    above: list[int] = []

    def visit(number: int, parent: int) -> None:
        line = len(ends)
        ends.append(0)
        above.append(parent)
        for child in children.get(number, []):
            visit(child, line)
        ends[line] = len(ends)

    for root in children.get(-1, []):
        visit(root, -1)
    return ends, above


def _expected(above: list[int], opened: bytearray, tall: dict[int, int]) -> list[tuple[int, int]]:
    rows: list[tuple[int, int]] = []
    for line in range(len(above)):
        around, hidden = above[line], False
        while around >= 0:
            hidden = hidden or not opened[around]
            around = above[around]
        if not hidden:
            rows.extend((line, row) for row in range(tall.get(line, 1)))
    return rows


def _rows(folding: Folding) -> list[tuple[int, int]]:
    return [(folding.line(at), folding.row(at)) for at in range(len(folding))]


@given(
    st.lists(st.integers(-3, 20), min_size=1, max_size=25),
    st.lists(st.tuples(st.integers(0, 24), st.sampled_from("ocrt")), max_size=15),
)
def test_what_shows_is_what_nothing_closed_is_around(
    parents: list[int], changes: list[tuple[int, str]]
) -> None:
    ends, above = _forest(parents)
    opened = bytearray(len(ends))
    tall: dict[int, int] = {}
    folding = Folding(extents_of(ends), opened, tall)
    for place, change in changes:
        line = place % len(ends)
        if change == "o":
            folding.set_open(line, True)
        elif change == "c":
            folding.set_open(line, False)
        elif change == "r":
            folding.reveal(line, lambda each: above[each])
            assert folding.is_visible(line)
        else:
            tall[line] = tall.get(line, 1) % 3 + 1
            folding.update_rows(line)
        assert _rows(folding) == _expected(above, opened, tall)
        for each in range(len(ends)):
            at = folding.position(each)
            assert folding.row(at) == 0
            shown = folding.line(at)
            assert shown == each or (shown < each < ends[shown] and not folding.is_visible(each))


def test_a_deep_document_is_no_deeper_for_folding() -> None:
    count = 50_000
    folding = Folding(extents_of([count] * count), bytearray(count))

    folding.reveal(count - 1, lambda line: line - 1)

    assert len(folding) == count
    folding.set_open(1, False)
    assert len(folding) == 2
    assert folding.position(count - 1) == 1


@pytest.mark.parametrize(("most", "least", "levels"), [(3, 1, 1), (4, 1, 2), (1, 2, 2), (99, 1, 3)])
def test_as_many_levels_open_as_fit(most: int, least: int, levels: int) -> None:
    assert levels_within([0, 1, 2, 2, 1, 2, 1], most, least) == levels


def test_toggling_does_not_depend_on_the_order() -> None:
    rng = random.Random(5)
    ends, _ = _forest([rng.randrange(-1, 40) for _ in range(40)])
    opened = bytearray(len(ends))
    folding = Folding(extents_of(ends), opened)
    lines = list(range(len(ends)))
    rng.shuffle(lines)
    for line in lines:
        folding.set_open(line, True)

    assert _rows(folding) == [(line, 0) for line in range(len(ends))]
