"""Two trees of tasks, laid beside each other: who stands for whom, and how they differ.

Children are aligned below parents that are partners, in their order: the same agent is needed, the
same input preferred, then the same outcome, and what is equal with all below it most. Rows have
only the beginning of an input and nothing of an output. Where siblings look alike by that, as calls
with one long prompt do, `look_alikes` names those whose contents have to be read to tell them
apart. Two trees of one root each are aligned at these, whatever their agents.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from taskview_core.compare.align import Look, align
from taskview_core.compare.contents import ContentDigest
from taskview_core.compare.verdict import Difference, row_difference
from taskview_core.entities import Ident, TaskRow
from taskview_core.tree.preorder import Preorder


@dataclass(frozen=True, slots=True)
class Pair:
    """Two tasks that stand for each other, or one that has no partner; `depth` is 0 for roots."""

    left: TaskRow | None
    right: TaskRow | None
    depth: int
    difference: Difference

    @property
    def row(self) -> TaskRow:
        """The right task, or the left one where that is missing."""
        row = self.right or self.left
        assert row is not None, "a pair has at least one task"
        return row


# Without a representation: a worker writes down that of its arguments, which takes seconds here.
@dataclass(frozen=True, repr=False)
class Comparison:
    """The pairs of two trees in preorder, by number from 0.

    `ends[i]` is the number after the last pair below pair `i`; `parents[i]` is -1 for a root.
    """

    pairs: tuple[Pair, ...]
    parents: Sequence[int]
    ends: Sequence[int]


def look_alikes(left: Preorder, right: Preorder) -> tuple[Ident, ...]:
    """Give the tasks of both trees whose rows do not tell who stands for whom.

    They have the agent and the beginning of the input of a sibling of theirs, or of tasks that have
    such siblings, and are on both sides. A tree beside itself has none.
    """
    if [row.id for row in left.rows] == [row.id for row in right.rows]:
        return ()
    numbers: dict[tuple[str, str], int] = {}
    looks = [
        [numbers.setdefault((row.agent_id, row.input_start), len(numbers)) for row in tree.rows]
        for tree in (left, right)
    ]
    twins: set[int] = set()
    for tree, side in zip((left, right), looks, strict=True):
        seen: set[tuple[int, int]] = set()
        for place in zip(tree.parents, side, strict=True):
            if place in seen:
                twins.add(place[1])
            seen.add(place)
    twins &= set(looks[0]) & set(looks[1])
    found = (
        row.id
        for tree, side in zip((left, right), looks, strict=True)
        for row, look in zip(tree.rows, side, strict=True)
        if look in twins
    )
    return tuple(dict.fromkeys(found))


def compare_trees(
    left: Preorder, right: Preorder, digests: Mapping[Ident, ContentDigest] | None = None
) -> Comparison:
    """Align two trees, and compare the tasks by what lists know of them: see `row_difference`.

    `digests` are of the contents of `look_alikes`; without, those are aligned by their order.
    """
    numbers: dict[object, int] = {}
    left_looks, right_looks = (_looks(tree, numbers, digests or {}) for tree in (left, right))
    pairs: list[Pair] = []
    parents = array("l")
    todo: list[tuple[int, int, int, int]] = []
    tops = list(left.children(-1)), list(right.children(-1))
    if len(tops[0]) == len(tops[1]) == 1:
        todo.append((0, 0, -1, 0))
    else:
        aligned = _beside(tops[0], tops[1], left_looks, right_looks)
        todo += [(one, two, -1, 0) for one, two in reversed(aligned)]
    while todo:
        one, two, parent, depth = todo.pop()
        number = len(pairs)
        parents.append(parent)
        pairs.append(_pair(left, right, one, two, depth))
        ones = list(left.children(one)) if one >= 0 else []
        twos = list(right.children(two)) if two >= 0 else []
        aligned = _beside(ones, twos, left_looks, right_looks)
        todo += [(one, two, number, depth + 1) for one, two in reversed(aligned)]
    ends = array("l", range(1, len(pairs) + 1))
    for number in range(len(pairs) - 1, -1, -1):
        parent = parents[number]
        if parent >= 0 and ends[parent] < ends[number]:
            ends[parent] = ends[number]
    return Comparison(tuple(pairs), parents, ends)


def _pair(left: Preorder, right: Preorder, one: int, two: int, depth: int) -> Pair:
    row = left.rows[one] if one >= 0 else None
    other = right.rows[two] if two >= 0 else None
    if row is None:
        return Pair(None, other, depth, Difference.ADDED)
    if other is None:
        return Pair(row, None, depth, Difference.MISSING)
    return Pair(row, other, depth, row_difference(row, other))


def _beside(
    ones: Sequence[int], twos: Sequence[int], left: Sequence[Look], right: Sequence[Look]
) -> list[tuple[int, int]]:
    """Lay siblings beside each other; -1 stands for a partner that there is none of.

    Between two pairs, what is missing comes before what was added.
    """
    if not ones or not twos:
        return [(one, -1) for one in ones] + [(-1, two) for two in twos]
    found: list[tuple[int, int]] = []
    at, to = 0, 0
    pairs = align([left[one] for one in ones], [right[two] for two in twos])
    for one, two in [*pairs, (len(ones), len(twos))]:
        found += [(each, -1) for each in ones[at:one]]
        found += [(-1, each) for each in twos[to:two]]
        if one < len(ones):
            found.append((ones[one], twos[two]))
        at, to = one + 1, two + 1
    return found


def _looks(
    tree: Preorder, numbers: dict[object, int], digests: Mapping[Ident, ContentDigest]
) -> list[Look]:
    """Give each task's look; what looks the same has the same number in both trees."""
    looks: list[Look] = [Look(0, 0, 0, 0)] * len(tree)
    for number in range(len(tree) - 1, -1, -1):
        row = tree.rows[number]
        digest = digests.get(row.id)
        given, came = digest or (row.input_start, row.error_start)
        kind = numbers.setdefault(row.agent_id, len(numbers))
        own = numbers.setdefault((kind, given), len(numbers))
        itself = numbers.setdefault((own, row.status.value, came), len(numbers))
        below = tuple(looks[child].whole for child in tree.children(number))
        whole = numbers.setdefault((itself, below), len(numbers))
        looks[number] = Look(whole, itself, own, kind)
    return looks
