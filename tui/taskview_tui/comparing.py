"""Reads what is to be compared, and compares it beside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from taskview_core.compare.tasks import payload_difference
from taskview_core.compare.trees import Comparison, compare_trees
from taskview_core.compare.verdict import ALONE, TOLD_BY_PAYLOADS, Difference
from taskview_core.entities import Ident, TaskDetail
from taskview_core.errors import EntityNotFoundError
from taskview_core.interfaces import ITaskBrowser
from taskview_core.tree.assemble import TaskTree
from taskview_core.tree.preorder import Preorder
from taskview_core.tree.rows import TreeRows
from taskview_tui.side import Side

_CHUNK = 50
"""Pairs of which payloads are read at once: one payload may be a megabyte."""


async def compare_sides(browser: ITaskBrowser, left: Side, right: Side) -> Comparison:
    """Lay two trees beside each other; raise EntityNotFoundError where one is not there."""
    rows = [await _rows(browser, side) for side in (left, right)]
    return await asyncio.to_thread(_compare, rows, (left, right))


async def _rows(browser: ITaskBrowser, side: Side) -> TreeRows:
    if not side.is_conversation:
        return await browser.subtree(side.id)
    rows = await browser.conversation_tree(side.id)
    if not rows.rows:
        await browser.get_conversation(side.id)
    return rows


def _compare(rows: Sequence[TreeRows], sides: Sequence[Side]) -> Comparison:
    trees = []
    for each, side in zip(rows, sides, strict=True):
        top = None if side.is_conversation else side.id
        trees.append(Preorder(TaskTree.assemble(each, top)))
        if top is not None and not each.rows:
            raise EntityNotFoundError("task", top)
    return compare_trees(*trees)


async def payload_differences(
    browser: ITaskBrowser, comparison: Comparison
) -> AsyncIterator[Mapping[int, Difference]]:
    """Give how pairs differ, some at a time by their numbers, as their payloads are read.

    What is given is all that they differ in. A task that is gone meanwhile keeps what its row said.
    """
    pairs = comparison.pairs
    both = [number for number, pair in enumerate(pairs) if pair.left and pair.right]
    for start in range(0, len(both), _CHUNK):
        numbers = both[start : start + _CHUNK]
        lefts, rights = [], []
        for number in numbers:
            pair = pairs[number]
            if pair.left is not None and pair.right is not None:
                lefts.append(pair.left.id)
                rights.append(pair.right.id)
        # A task compared with itself is read once, and is the same task then.
        wanted = list(dict.fromkeys(lefts + rights))
        found = {task.row.id: task for task in await browser.get_tasks(wanted)}
        yield await asyncio.to_thread(_told, comparison, numbers, found)


def _told(
    comparison: Comparison, numbers: Sequence[int], found: Mapping[Ident, TaskDetail]
) -> Mapping[int, Difference]:
    told: dict[int, Difference] = {}
    for number in numbers:
        pair = comparison.pairs[number]
        told[number] = pair.difference
        if pair.left is None or pair.right is None:
            continue
        left, right = found.get(pair.left.id), found.get(pair.right.id)
        if left is not None and right is not None:
            told[number] &= ~TOLD_BY_PAYLOADS
            if left is not right:
                told[number] |= payload_difference(left, right)
    return told


def is_alone(difference: Difference) -> bool:
    """Whether a task has no partner."""
    return bool(difference & ALONE)


def shown_numbers(comparison: Comparison, differences: Sequence[Difference]) -> list[int]:
    """Give the pairs that differ and those above them; of what is alone, only its top."""
    kept = bytearray(len(comparison.pairs))
    for number in range(len(kept) - 1, -1, -1):
        if differences[number] or kept[number]:
            kept[number] = 1
            above = comparison.parents[number]
            if above >= 0:
                kept[above] = 1
    return [
        number
        for number in range(len(kept))
        if kept[number] and not is_inside(comparison, differences, number)
    ]


def is_inside(comparison: Comparison, differences: Sequence[Difference], number: int) -> bool:
    """Whether a pair is alone only because what is above it is."""
    above = comparison.parents[number]
    return above >= 0 and is_alone(differences[number]) and is_alone(differences[above])


@dataclass(frozen=True, eq=False, repr=False)
class Compared:
    """A comparison as far as it has come: how each pair differs, and which ones to show.

    `done` counts the pairs of which the payloads have been compared, `both` those that have any.
    """

    comparison: Comparison
    differences: Sequence[Difference]
    shown: Sequence[int]
    done: int
    both: int

    def next_difference(self, number: int, step: int) -> int | None:
        """Give the pair that differs next, or with -1 before, round and round.

        Of tasks that are alone with all that is above them, only the top counts.
        """
        many = len(self.differences)
        for away in range(1, many + 1):
            at = (number + step * away) % many
            if self.differences[at] and not is_inside(self.comparison, self.differences, at):
                return at
        return None


def compared(
    comparison: Comparison, differences: Sequence[Difference] | None = None, done: int = 0
) -> Compared:
    """Give what to show of a comparison; without differences, what the rows alone say."""
    told = differences or [pair.difference for pair in comparison.pairs]
    both = sum(not is_alone(pair.difference) for pair in comparison.pairs)
    frozen = tuple(told)
    return Compared(comparison, frozen, shown_numbers(comparison, frozen), done, both)


_SHOWN_EVERY = 40
"""Chunks after which, at the latest, what they have told is shown."""


async def watch_payloads(browser: ITaskBrowser, first: Compared) -> AsyncIterator[Compared]:
    """Give the comparison again and again while payloads are compared; the last is complete.

    At first after every chunk, then less often: each time, all pairs are gone through.
    """
    comparison, done = first.comparison, 0
    differences = list(first.differences)
    chunks = shown = 0
    async for told in payload_differences(browser, comparison):
        for number, difference in told.items():
            differences[number] = difference
        done += len(told)
        chunks += 1
        if chunks >= min(2 * shown, shown + _SHOWN_EVERY) or done == first.both:
            shown = chunks
            yield await asyncio.to_thread(compared, comparison, list(differences), done)
