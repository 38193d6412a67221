"""Trees are put together whatever is wrong with the parents of their rows."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support import task_strategies as whole
from support.task_strategies import task_row
from taskview_core.entities import Ident, TaskRow
from taskview_core.tree.assemble import Mark, TaskTree, TreeLine
from taskview_core.tree.rows import TreeRows

_START = datetime(2026, 1, 1, tzinfo=UTC)


def ident(number: int) -> UUID:
    return UUID(int=number + 1)


def rows_of(parents: Sequence[int | None], *, shuffled: bool = True) -> tuple[TaskRow, ...]:
    """Make a row for each parent given by its place, created one second after the other."""
    rows = [
        task_row(
            ident(at),
            None if parent is None else ident(parent),
            created_at=_START + timedelta(seconds=at),
        )
        for at, parent in enumerate(parents)
    ]
    if shuffled:
        random.Random(7).shuffle(rows)
    return tuple(rows)


def outline(tree: TaskTree) -> list[tuple[int, int, Mark | None]]:
    """Give the place, depth and mark of each line."""
    return [
        (line.row.id.int - 1, line.depth, line.mark)
        for line in tree.preorder()
        if isinstance(line.row.id, UUID)
    ]


@given(whole.tree_rows(), st.data())
def test_every_row_appears_once_below_its_parent_or_as_a_marked_root(
    rows: TreeRows, data: st.DataObject
) -> None:
    ids: list[Ident] = [row.id for row in rows.rows]
    top = data.draw(st.sampled_from([None, *ids]))
    tree = TaskTree.assemble(rows, top)
    lines = list(tree.preorder())
    assert sorted(str(line.row.id) for line in lines) == sorted(map(str, ids))
    assert tuple(line.row.id for line in lines if line.depth == 0) == tree.roots
    for line, parent in zip(lines, _parents_shown(lines), strict=True):
        row = line.row
        if parent is not None:
            assert row.parent_task_id == parent
            assert line.mark is None
        else:
            assert line.mark == _mark_of_a_root(row, rows, ids, top)
        if line.mark is Mark.CYCLE:
            assert row.id in _above(row, rows)
    _check_order(tree)


def _parents_shown(lines: Sequence[TreeLine]) -> list[Ident | None]:
    """Give for each line the row that it is drawn below."""
    path: list[Ident] = []
    found: list[Ident | None] = []
    for line in lines:
        assert line.depth <= len(path)
        del path[line.depth :]
        found.append(path[-1] if path else None)
        path.append(line.row.id)
    return found


def _mark_of_a_root(
    row: TaskRow, rows: TreeRows, ids: Sequence[Ident], top: Ident | None
) -> Mark | None:
    parent = row.parent_task_id
    if parent is None:
        return None
    if parent in ids:
        return Mark.CYCLE
    if row.id == top:
        return Mark.ABOVE
    return Mark.ELSEWHERE if parent in rows.elsewhere else Mark.ORPHAN


def _above(row: TaskRow, rows: TreeRows) -> set[Ident]:
    """Give all that is met on the way up from a row, itself only where the way comes back."""
    by_id = {each.id: each for each in rows.rows}
    met: set[Ident] = set()
    parent = row.parent_task_id
    while parent is not None and parent in by_id and parent not in met:
        met.add(parent)
        parent = by_id[parent].parent_task_id
    return met


def _check_order(tree: TaskTree) -> None:
    for siblings in (tree.roots, *tree.children.values()):
        births = [
            (tree.tasks[each].created_at or datetime.min.replace(tzinfo=UTC), str(each))
            for each in siblings
        ]
        assert births == sorted(births)
    assert all(tree.children.values()), "a task without children has no entry"


@given(whole.tree_rows())
def test_the_order_of_the_rows_does_not_matter(rows: TreeRows) -> None:
    turned = TreeRows(tuple(reversed(rows.rows)), rows.elsewhere)
    assert list(TaskTree.assemble(rows).preorder()) == list(TaskTree.assemble(turned).preorder())


@given(whole.tree_rows())
def test_each_ring_has_one_root_and_that_is_its_earliest(rows: TreeRows) -> None:
    tree = TaskTree.assemble(rows)
    by_id = {row.id: row for row in rows.rows}
    rings = {
        frozenset(_above(row, rows)) & frozenset(_ring_of(row, rows))
        for row in rows.rows
        if row.id in _above(row, rows)
    }
    cut = [each for each, mark in tree.marks.items() if mark is Mark.CYCLE]
    assert len(cut) == len(rings)
    for ring in rings:
        (root,) = [each for each in cut if each in ring]
        earliest = min(
            ring,
            key=lambda each: (
                by_id[each].created_at or datetime.min.replace(tzinfo=UTC),
                str(each),
            ),
        )
        assert root == earliest


def _ring_of(row: TaskRow, rows: TreeRows) -> set[Ident]:
    return {row.id, *_above(row, rows)}


def test_nothing_is_an_empty_tree() -> None:
    tree = TaskTree.assemble(TreeRows(()))
    assert list(tree.preorder()) == []
    assert tree.roots == ()


def test_a_forest_in_order() -> None:
    tree = TaskTree.assemble(TreeRows(rows_of([None, 0, 0, 1, None, 1])))
    assert outline(tree) == [
        (0, 0, None),
        (1, 1, None),
        (3, 2, None),
        (5, 2, None),
        (2, 1, None),
        (4, 0, None),
    ]


def test_odd_parents_are_told_apart() -> None:
    rows = rows_of([None, 1, 50, 60, 3])
    tree = TaskTree.assemble(TreeRows(rows, {ident(60): ident(99)}))
    assert outline(tree) == [
        (0, 0, None),
        (1, 0, Mark.CYCLE),
        (2, 0, Mark.ORPHAN),
        (3, 0, Mark.ELSEWHERE),
        (4, 1, None),
    ]


def test_the_top_of_a_subtree_is_marked_as_such_or_cuts_its_ring() -> None:
    assert outline(TaskTree.assemble(TreeRows(rows_of([50, 0])), top=ident(0))) == [
        (0, 0, Mark.ABOVE),
        (1, 1, None),
    ]
    ring = TreeRows(rows_of([2, 0, 1]))
    assert outline(TaskTree.assemble(ring)) == [(0, 0, Mark.CYCLE), (1, 1, None), (2, 2, None)]
    assert outline(TaskTree.assemble(ring, top=ident(1))) == [
        (1, 0, Mark.CYCLE),
        (2, 1, None),
        (0, 2, None),
    ]


def test_what_hangs_on_a_ring_hangs_there_still() -> None:
    tree = TaskTree.assemble(TreeRows(rows_of([3, 0, 1, 2, 2, 4])))
    assert outline(tree) == [
        (0, 0, Mark.CYCLE),
        (1, 1, None),
        (2, 2, None),
        (3, 3, None),
        (4, 3, None),
        (5, 4, None),
    ]


def test_rows_without_a_creation_come_by_their_start_and_before_all_without_both() -> None:
    first, second, third = (task_row(ident(at)) for at in range(3))
    started = second._replace(started_at=_START)
    created = third._replace(created_at=_START + timedelta(seconds=1))
    tree = TaskTree.assemble(TreeRows((created, started, first)))
    assert tree.roots == (first.id, second.id, third.id)


def test_ids_that_are_no_uuids_are_at_home_here_too() -> None:
    rows = TreeRows((task_row("b", "a"), task_row("a"), task_row(ident(0), "b")))
    assert [line.row.id for line in TaskTree.assemble(rows).preorder()] == ["a", "b", ident(0)]


_MANY = 100_000
_SOME = 20_000


def _rings_and_chains(size: int, *marks: pytest.MarkDecorator) -> list[pytest.ParameterSet]:
    return [
        pytest.param(parents, roots, deepest, id=f"{name} of {size}", marks=marks)
        for name, parents, roots, deepest in (
            ("ring", [size - 1, *range(size - 1)], 1, size - 1),
            ("rings of two", [at ^ 1 for at in range(size)], size // 2, 1),
            ("chains", [at - 1 if at % 2000 else None for at in range(size)], size // 2000, 1999),
        )
    ]


@pytest.mark.parametrize(
    ("parents", "roots", "deepest"),
    [
        *_rings_and_chains(_SOME),
        *_rings_and_chains(_MANY, pytest.mark.long),
        pytest.param([None, *range(_SOME - 1)], 1, _SOME - 1, id="chain"),
        pytest.param([None, *([0] * (_SOME - 1))], 1, 1, id="star"),
        pytest.param(list(range(_SOME)), _SOME, 0, id="own parents"),
        pytest.param([1, 0, *([0] * (_SOME - 2))], 1, 1, id="ring with a star"),
        pytest.param([*range(1, _SOME), _SOME - 2], 1, _SOME - 2, id="tail to a ring"),
    ],
)
def test_many_rows_are_put_together_without_recursion_and_in_time_that_grows_with_them(
    parents: list[int | None], roots: int, deepest: int
) -> None:
    """A way that looks at every row for every row would not come to an end here."""
    tree = TaskTree.assemble(TreeRows(rows_of(parents)))
    depths = {line.row.id: line.depth for line in tree.preorder()}
    assert len(depths) == sum(1 for _ in tree.preorder()) == len(parents)
    assert len(tree.roots) == roots
    assert max(depths.values()) == deepest
