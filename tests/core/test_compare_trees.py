"""Two trees beside each other: what is planted in the one is found, and nothing else."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.examples import examples
from support.trees import START, T, preorder_of
from taskview_core.compare.align import Look, align
from taskview_core.compare.trees import Comparison, compare_trees
from taskview_core.compare.verdict import Difference, pace
from taskview_core.entities import TaskRow, TaskStatus
from taskview_core.tree.assemble import TaskTree
from taskview_core.tree.preorder import Preorder
from taskview_core.tree.rows import TreeRows
from taskview_tui.comparing import compared

LEFT, RIGHT = 1, 2


@dataclass
class Node:
    """A task of a random tree; `key` tells which one it is in both trees."""

    key: int
    agent: str
    input: str
    status: str = "completed"
    error: str | None = None
    seconds: float = 1.0
    children: list[Node] = field(default_factory=list)


def random_nodes(random: Random, count: int) -> list[Node]:
    """Make a forest in which no two siblings have the same input, but many the same agent."""
    nodes = [Node(key, random.choice("abc"), f"input {key}") for key in range(count)]
    roots = [nodes[0]]
    for node in nodes[1:]:
        above = nodes[random.randrange(node.key)] if random.random() < 0.9 else None
        (roots if above is None else above.children).append(node)
    return roots


def preorder(roots: list[Node], side: int) -> Preorder:
    rows: list[TaskRow] = []
    todo: list[tuple[Node, UUID | None]] = [(node, None) for node in reversed(roots)]
    while todo:
        node, parent = todo.pop()
        ident = UUID(int=side << 64 | node.key)
        created = START + timedelta(seconds=len(rows))
        rows.append(
            TaskRow(
                id=ident,
                conversation_id=UUID(int=side),
                parent_task_id=parent,
                agent_id=node.agent,
                status=TaskStatus.from_string(node.status),
                input_start=node.input,
                error_start=node.error,
                created_at=created,
                started_at=created,
                completed_at=created + timedelta(seconds=node.seconds),
                updated_at=created,
            )
        )
        todo += [(child, ident) for child in reversed(node.children)]
    return Preorder(TaskTree.assemble(TreeRows(tuple(rows))))


def found(comparison: Comparison) -> dict[tuple[int | None, int | None], Difference]:
    """Give the pairs that differ by the keys of their tasks."""
    return {
        (_key(pair.left), _key(pair.right)): pair.difference
        for pair in comparison.pairs
        if pair.difference
    }


def _key(row: TaskRow | None) -> int | None:
    return None if row is None or not isinstance(row.id, UUID) else row.id.int & (1 << 64) - 1


def plant(
    random: Random, roots: list[Node], changes: int
) -> dict[tuple[int | None, int | None], Difference]:
    """Change a forest in some places; give what is to be found.

    Of siblings at most one is added, removed or given another input: two such changes side by side
    can be read in more than one way.
    """
    expected: dict[tuple[int | None, int | None], Difference] = {}
    groups = [roots]
    for group in groups:
        groups += [node.children for node in group if node.children]
    random.shuffle(groups)
    gone: set[int] = set()
    for group in groups[:changes]:
        if any(node.key in gone for node in group):
            continue
        node = random.choice(group)
        kind = random.choice(["status", "error", "slower", "faster", "input", "add", "remove"])
        if kind == "status":
            node.status = "failed"
            expected[node.key, node.key] = Difference.STATUS
        elif kind == "error":
            node.error = "boom"
            expected[node.key, node.key] = Difference.ERROR
        elif kind in {"slower", "faster"}:
            node.seconds = 5.0 if kind == "slower" else 0.2
            expected[node.key, node.key] = Difference[kind.upper()]
        elif kind == "input":
            node.input += " changed"
            expected[node.key, node.key] = Difference.INPUT
        elif kind == "add":
            key = 10_000 + node.key
            below = Node(key + 10_000, "a", "new below")
            group.insert(group.index(node), Node(key, "b", "new", children=[below]))
            expected[None, key] = expected[None, key + 10_000] = Difference.ADDED
        elif len(roots) > 1 or group is not roots:
            group.remove(node)
            todo = [node]
            while todo:
                each = todo.pop()
                gone.add(each.key)
                todo += each.children
                if each.key >= 10_000:
                    expected.pop((None, each.key))
                    continue
                expected.pop((each.key, each.key), None)
                expected[each.key, None] = Difference.MISSING
    return expected


@examples(60)
@given(st.integers(0, 1 << 32), st.integers(1, 60))
def test_a_tree_compared_with_itself_shows_nothing(seed: int, count: int) -> None:
    roots = random_nodes(Random(seed), count)
    comparison = compare_trees(preorder(roots, LEFT), preorder(roots, RIGHT))
    assert found(comparison) == {}
    assert len(comparison.pairs) == count


@examples(150)
@given(st.integers(0, 1 << 32), st.integers(2, 80), st.integers(1, 8))
def test_what_was_planted_is_found_and_nothing_else(seed: int, count: int, changes: int) -> None:
    random = Random(seed)
    before = random_nodes(random, count)
    now = deepcopy(before)
    expected = plant(random, now, changes)
    left, right = preorder(before, LEFT), preorder(now, RIGHT)
    assert found(compare_trees(left, right)) == expected
    swapped = found(compare_trees(right, left))
    assert len(swapped) == len(expected)
    assert {(two, one) for one, two in swapped} == set(expected)


def test_a_retry_that_was_put_in_is_found_among_equal_calls() -> None:
    left = [T(0, "plan"), *[T(1, "search", input="q") for _ in range(3)]]
    right = [T(0, "plan"), *[T(1, "search", input="q") for _ in range(4)]]
    comparison = compare_trees(preorder_of(left), preorder_of(right))
    assert [pair.difference for pair in comparison.pairs].count(Difference.ADDED) == 1
    assert sum(bool(pair.difference) for pair in comparison.pairs) == 1


def test_two_roots_are_compared_whatever_their_agents() -> None:
    comparison = compare_trees(preorder_of([T(0, "a")]), preorder_of([T(0, "b")]))
    assert [pair.difference for pair in comparison.pairs] == [Difference.AGENT]


@pytest.mark.parametrize("size", [300, 20_000])
def test_many_siblings_of_one_look_are_aligned_by_their_places(size: int) -> None:
    same = [Look(1, 1, 1)] * size
    changed = [Look(2, 1, 1) if at % 3 == 1 else same[at] for at in range(size)]
    assert align(same, changed) == [(at, at) for at in range(size)]


def test_a_sibling_taken_out_of_20000_is_the_only_one_without_a_partner() -> None:
    left = [Look(at, at, at % 5) for at in range(20_000)]
    right = [look for at, look in enumerate(left) if at not in {3_000, 12_345}]
    # Another input in three places: the same agents, in between.
    for at in (10, 9_000, 19_000):
        right[at] = Look(-at, -at, right[at].kind)
    pairs = align(left, right)
    assert len(pairs) == len(right)
    assert set(range(20_000)) - {one for one, _ in pairs} == {3_000, 12_345}


@examples(80)
@given(
    st.lists(st.integers(0, 9), max_size=120),
    st.lists(st.integers(0, 9), max_size=120),
)
def test_partners_rise_and_are_of_one_kind(left: list[int], right: list[int]) -> None:
    ones, twos = ([Look(each, each // 2, each // 4) for each in side] for side in (left, right))
    pairs = align(ones, twos)
    assert all(a < c and b < d for (a, b), (c, d) in pairwise(pairs))
    assert all(ones[one].kind == twos[two].kind for one, two in pairs)


@pytest.mark.parametrize("shape", ["deep", "broad"])
def test_a_large_tree_is_no_matter(shape: str) -> None:
    size = 20_000 if shape == "broad" else 5_000

    def lines(status: str) -> list[T]:
        depths = range(size) if shape == "deep" else [0] + [1] * (size - 1)
        last = size - 2
        return [
            T(depth, f"agent {at % 3}", status if at == last else "completed")
            for at, depth in enumerate(depths)
        ]

    comparison = compare_trees(big(lines("completed")), big(lines("failed")))
    assert [pair.difference for pair in comparison.pairs if pair.difference] == [Difference.STATUS]
    assert comparison.ends[0] == size
    # Textual writes down what a worker is handed: that is not to be the whole tree.
    assert len(repr(comparison)) < 200
    assert len(repr(compared(comparison))) < 200


def big(lines: list[T]) -> Preorder:
    """Make a tree of many lines quickly."""
    path: list[UUID] = []
    rows = []
    for at, line in enumerate(lines):
        del path[line.depth :]
        created = START + timedelta(seconds=at)
        rows.append(
            TaskRow(
                id=UUID(int=at + 1),
                conversation_id=UUID(int=1),
                parent_task_id=path[-1] if path else None,
                agent_id=line.agent,
                status=TaskStatus.from_string(line.status),
                input_start="",
                error_start=None,
                created_at=created,
                started_at=None,
                completed_at=None,
                updated_at=created,
            )
        )
        path.append(UUID(int=at + 1))
    return Preorder(TaskTree.assemble(TreeRows(tuple(rows))))


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (1.0, 1.5, Difference.SLOWER),
        (1.0, 1.49, Difference.NONE),
        (0.01, 0.1, Difference.NONE),
        (0.0, 0.1, Difference.SLOWER),
        (3.0, 2.0, Difference.FASTER),
        (-1.0, 5.0, Difference.NONE),
        (None, 5.0, Difference.NONE),
    ],
)
def test_slower_is_by_half_and_by_more_than_noise(
    left: float | None, right: float | None, expected: Difference
) -> None:
    spans = [None if each is None else timedelta(seconds=each) for each in (left, right)]
    assert pace(*spans) == expected
