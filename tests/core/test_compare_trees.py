"""Two trees beside each other: what is planted in the one is found, and nothing else."""

from __future__ import annotations

import asyncio
import json
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
from support.fake_browser import FakeBrowser
from support.trees import START, T, preorder_of
from taskview_core.compare.align import Look, align
from taskview_core.compare.trees import compare_trees
from taskview_core.compare.verdict import Difference, pace
from taskview_core.entities import StoredJson, TaskDetail, TaskRow, TaskStatus
from taskview_core.entities.preview import INPUT_START
from taskview_core.tree.assemble import TaskTree
from taskview_core.tree.preorder import Preorder
from taskview_core.tree.rows import TreeRows
from taskview_tui.comparing import Compared, Trees, first_look, watch_payloads

LEFT, RIGHT = 1, 2


PROMPT = "You are one of many. " * 50
"""As calls of one agent begin alike: longer than what rows hold of an input."""


@dataclass
class Node:
    """A task of a random tree; `key` tells which one it is in both trees."""

    key: int
    agent: str
    input: str
    output: str | None = None
    status: str = "completed"
    error: str | None = None
    seconds: float = 1.0
    children: list[Node] = field(default_factory=list)


def random_nodes(random: Random, count: int) -> list[Node]:
    """Make a forest in which many siblings have the same agent and look alike by their rows.

    Some have inputs that differ far behind, others one input and another output; none all the same.
    """
    nodes = [random_node(random, key) for key in range(count)]
    roots = [nodes[0]]
    for node in nodes[1:]:
        above = nodes[random.randrange(node.key)] if random.random() < 0.9 else None
        (roots if above is None else above.children).append(node)
    return roots


def random_node(random: Random, key: int) -> Node:
    given = random.choice([f"input {key}", f"{PROMPT}{key}", "same", PROMPT])
    return Node(key, random.choice("abc"), given, f"output {key}")


def tasks_of(roots: list[Node], side: int) -> list[TaskDetail]:
    found: list[TaskDetail] = []
    todo: list[tuple[Node, UUID | None]] = [(node, None) for node in reversed(roots)]
    while todo:
        node, parent = todo.pop()
        ident = UUID(int=side << 64 | node.key)
        created = START + timedelta(seconds=len(found))
        stored = json.dumps(node.input)
        row = TaskRow(
            id=ident,
            conversation_id=UUID(int=side),
            parent_task_id=parent,
            agent_id=node.agent,
            status=TaskStatus.from_string(node.status),
            input_start=stored[: INPUT_START + 1],
            error_start=node.error,
            created_at=created,
            started_at=created,
            completed_at=created + timedelta(seconds=node.seconds),
            updated_at=created,
        )
        output = StoredJson(None if node.output is None else json.dumps(node.output))
        nothing = StoredJson(None)
        found.append(
            TaskDetail(
                row=row, input=StoredJson(stored), output=output, error=node.error, metadata=nothing
            )
        )
        todo += [(child, ident) for child in reversed(node.children)]
    return found


Told = dict[tuple[int | None, int | None], Difference]


def told(left: list[Node], right: list[Node]) -> Told:
    """Compare two forests with their payloads; give the pairs that differ by their keys."""
    sides = [tasks_of(left, LEFT), tasks_of(right, RIGHT)]
    trees = Trees(*(_tree([task.row for task in side]) for side in sides))
    browser = FakeBrowser([task for side in sides for task in side])

    async def watch() -> Compared:
        *_, last = [each async for each in watch_payloads(browser, trees, first_look(trees))]
        return last

    compared = asyncio.run(watch())
    assert compared.done == compared.both
    return {
        (_key(pair.left), _key(pair.right)): difference
        for pair, difference in zip(compared.comparison.pairs, compared.differences, strict=True)
        if difference
    }


def _tree(rows: list[TaskRow]) -> Preorder:
    return Preorder(TaskTree.assemble(TreeRows(tuple(rows))))


def _key(row: TaskRow | None) -> int | None:
    return None if row is None or not isinstance(row.id, UUID) else row.id.int & (1 << 64) - 1


def plant(random: Random, roots: list[Node], changes: int) -> Told:
    """Change a forest in some places; give what is to be found.

    Of siblings at most one is added, removed or given another input: two such changes side by side
    can be read in more than one way.
    """
    expected: Told = {}
    groups = [roots]
    for group in groups:
        groups += [node.children for node in group if node.children]
    random.shuffle(groups)
    gone: set[int] = set()
    for group in groups[:changes]:
        if any(node.key in gone for node in group):
            continue
        node = random.choice(group)
        kind = random.choice(
            ["status", "error", "slower", "faster", "input", "output", "add", "twin", "remove"]
        )
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
        elif kind == "output":
            node.output = f"{node.output} changed"
            expected[node.key, node.key] = Difference.OUTPUT
        elif kind in {"add", "twin"}:
            key = 10_000 + node.key
            new = Node(key, "b", "new", children=[Node(key + 10_000, "a", "new below")])
            if kind == "twin":
                new.agent, new.input, new.output = node.agent, node.input, "another"
            group.insert(group.index(node), new)
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
    assert told(roots, roots) == {}


@examples(150)
@given(st.integers(0, 1 << 32), st.integers(2, 80), st.integers(1, 8))
def test_what_was_planted_is_found_and_nothing_else(seed: int, count: int, changes: int) -> None:
    random = Random(seed)
    before = random_nodes(random, count)
    now = deepcopy(before)
    expected = plant(random, now, changes)
    assert told(before, now) == expected
    swapped = told(now, before)
    assert len(swapped) == len(expected)
    assert {(two, one) for one, two in swapped} == set(expected)


@pytest.mark.parametrize("given", ["one input", PROMPT], ids=["short", "long"])
@pytest.mark.parametrize("many", [4, 300])
@pytest.mark.parametrize("place", [0, 2])
def test_a_call_put_in_among_such_that_look_alike_is_the_only_one(
    given: str, many: int, place: int
) -> None:
    """Their rows are the same: one begins all of their inputs, or is all of it."""
    for tail in ("", "?") if given == PROMPT else ("",):
        calls = [Node(at, "llm", given + tail * at, f"answer {at}") for at in range(1, many + 1)]
        new = Node(5_000, "llm", given, "another answer")
        left = [Node(0, "root", "", children=calls)]
        right = [Node(0, "root", "", children=[*calls[:place], new, *calls[place:]])]
        assert told(left, right) == {(None, 5_000): Difference.ADDED}
        # The same one at the end instead: as many on both sides.
        moved = [Node(0, "root", "", children=[*calls, new])]
        assert told(moved, right) == {
            (5_000, None): Difference.MISSING,
            (None, 5_000): Difference.ADDED,
        }


def test_contents_are_read_once_and_only_of_what_is_told_by_them() -> None:
    left = [Node(at, "llm", PROMPT, f"answer {at}") for at in range(3)]
    trees = Trees(*(_tree([task.row for task in tasks_of(left, side)]) for side in (LEFT, RIGHT)))
    browser = FakeBrowser([*tasks_of(left, LEFT), *tasks_of(left, RIGHT)])

    async def watch(trees: Trees) -> None:
        async for found in watch_payloads(browser, trees, first_look(trees)):
            assert not any(found.differences)

    asyncio.run(watch(trees))
    (read,) = browser.named("get_contents")
    assert len(set(read)) == len(read) == 6
    asyncio.run(watch(Trees(trees.left, trees.left)))
    assert len(browser.named("get_contents")) == 1, "a task beside itself is not read"


def test_so_many_payloads_are_read_at_once_as_have_some_megabytes() -> None:
    def read(output: str) -> list[int]:
        nodes = [Node(0, "root", "")]
        nodes[0].children = [Node(at, "a", f"input {at}", output) for at in range(1, 700)]
        sides = [tasks_of(nodes, side) for side in (LEFT, RIGHT)]
        trees = Trees(*(_tree([task.row for task in side]) for side in sides))
        browser = FakeBrowser([task for side in sides for task in side])

        async def watch() -> None:
            async for _ in watch_payloads(browser, trees, first_look(trees)):
                pass

        asyncio.run(watch())
        return [len(ids) for ids in browser.named("get_contents")]

    assert read("short") == [100, 400, 400, 400, 100]
    long = read("x" * 100_000)
    assert (long[0], long[1]) == (100, 40)
    assert sum(long) == 1_400


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
    same = [Look(1, 1, 1, 1)] * size
    changed = [Look(2, 2, 1, 1) if at % 3 == 1 else same[at] for at in range(size)]
    assert align(same, changed) == [(at, at) for at in range(size)]


def test_a_sibling_taken_out_of_20000_is_the_only_one_without_a_partner() -> None:
    left = [Look(at, at, at, at % 5) for at in range(20_000)]
    right = [look for at, look in enumerate(left) if at not in {3_000, 12_345}]
    # Another input in three places: the same agents, in between.
    for at in (10, 9_000, 19_000):
        right[at] = Look(-at, -at, -at, right[at].kind)
    pairs = align(left, right)
    assert len(pairs) == len(right)
    assert set(range(20_000)) - {one for one, _ in pairs} == {3_000, 12_345}


@examples(80)
@given(
    st.lists(st.integers(0, 14), max_size=120),
    st.lists(st.integers(0, 14), max_size=120),
)
def test_partners_rise_and_are_of_one_kind(left: list[int], right: list[int]) -> None:
    ones, twos = (
        [Look(each, each // 2, each // 3, each // 6) for each in side] for side in (left, right)
    )
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

    trees = Trees(big(lines("completed")), big(lines("failed")))
    comparison = compare_trees(trees.left, trees.right)
    assert [pair.difference for pair in comparison.pairs if pair.difference] == [Difference.STATUS]
    assert comparison.ends[0] == size
    # Textual writes down what a worker is handed: that is not to be the whole tree.
    assert len(repr(comparison)) < 200
    assert len(repr(first_look(trees))) < 200
    assert len(repr(trees)) < 200


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
