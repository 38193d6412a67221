"""Tasks that were done again and again: siblings in a row with the same agent and input."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from taskview_core.entities import Ident, TaskStatus
from taskview_core.entities.preview import INPUT_START
from taskview_core.tree.preorder import Preorder


@dataclass(frozen=True)
class Repeats:
    """The runs of a tree, by the numbers of its tasks.

    `heads` has the first task of the run that a task is in, or -1; `ends` the number after the
    last task of a run and all below it, by its head. `unknown` are tasks with the same agent and
    the same beginning of a long input as a sibling beside them: of them the whole input is to be
    read before it can be told.
    """

    heads: array[int]
    ends: Mapping[int, int]
    unknown: tuple[Ident, ...] = ()

    def outcome(self, tree: Preorder, head: int) -> dict[TaskStatus, int]:
        """Count the statuses in the run of a head, the most frequent first."""
        counts: Counter[TaskStatus] = Counter()
        number = head
        while number < self.ends[head]:
            counts[tree.rows[number].status] += 1
            number = tree.ends[number]
        return dict(counts.most_common())


def find_repeats(tree: Preorder, digests: Mapping[Ident, bytes] | None = None) -> Repeats:
    """Find the runs. `digests` are those of the inputs that a row has only the beginning of.

    A task without any input repeats nothing. Roots that stand there because something is wrong
    with their parents are no siblings.
    """
    known = digests or {}
    heads = array("l", [-1]) * len(tree)
    ends: dict[int, int] = {}
    unknown: dict[Ident, None] = {}
    before = array("l", [-1]) * (len(tree) + 1)  # A root's parent is -1, the last place.
    rows, parents = tree.rows, tree.parents
    for number, row in enumerate(rows):
        parent = parents[number]
        sibling, before[parent] = before[parent], number
        if sibling < 0 or not row.input_start:
            continue
        other = rows[sibling]
        if row.agent_id != other.agent_id or row.input_start != other.input_start:
            continue
        if tree.marks and (number in tree.marks or sibling in tree.marks):
            continue
        if len(row.input_start) > INPUT_START:
            mine, others = known.get(row.id), known.get(other.id)
            if mine is None or others is None:
                unknown[other.id] = unknown[row.id] = None
                continue
            if mine != others:
                continue
        head = sibling if heads[sibling] < 0 else heads[sibling]
        heads[sibling] = heads[number] = head
        ends[head] = tree.ends[number]
    return Repeats(heads, ends, tuple(unknown))
