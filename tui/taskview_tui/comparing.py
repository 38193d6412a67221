"""Reads what is to be compared, and compares it beside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from taskview_core.compare.contents import ContentDigest, content_digest
from taskview_core.compare.tasks import payload_difference
from taskview_core.compare.trees import Comparison, compare_trees, look_alikes
from taskview_core.compare.verdict import ALONE, TOLD_BY_PAYLOADS, Difference
from taskview_core.entities import Ident, TaskContents
from taskview_core.errors import EntityNotFoundError
from taskview_core.interfaces import ITaskBrowser
from taskview_core.tree.assemble import TaskTree
from taskview_core.tree.preorder import Preorder
from taskview_core.tree.rows import TreeRows
from taskview_tui.side import Side

_FIRST_CHUNK, _LEAST_CHUNK, _LARGEST_CHUNK = 100, 20, 400
"""Tasks of which payloads are read at once: at first, and as few and as many as ..."""
_AT_ONCE = 4_000_000
"""... have about so many characters, as far as those before tell: one may have a million."""
_SHOWN_EVERY = 40
"""Chunks after which, at the latest, what they have told is shown."""


# Without a representation: a worker writes down that of its arguments, which takes seconds here.
@dataclass(frozen=True, eq=False, repr=False)
class Trees:
    """What is to be compared, as it was read."""

    left: Preorder
    right: Preorder


async def read_sides(browser: ITaskBrowser, left: Side, right: Side) -> Trees:
    """Read both sides; raise EntityNotFoundError where one is not there."""
    rows = [await _rows(browser, side) for side in (left, right)]
    return await asyncio.to_thread(_trees, rows, (left, right))


async def conversation_titles(browser: ITaskBrowser, trees: Trees) -> tuple[str, str]:
    """Give the titles of the conversations that both sides begin in; empty where there is none."""
    titles = []
    for tree in (trees.left, trees.right):
        title = None
        with suppress(EntityNotFoundError):  # Tasks may be there without their conversation.
            if len(tree):
                title = (await browser.get_conversation(tree.rows[0].conversation_id)).title
        titles.append(title or "")
    return titles[0], titles[1]


async def _rows(browser: ITaskBrowser, side: Side) -> TreeRows:
    if not side.is_conversation:
        return await browser.subtree(side.id)
    rows = await browser.conversation_tree(side.id)
    if not rows.rows:
        await browser.get_conversation(side.id)
    return rows


def _trees(rows: Sequence[TreeRows], sides: Sequence[Side]) -> Trees:
    trees = []
    for each, side in zip(rows, sides, strict=True):
        top = None if side.is_conversation else side.id
        trees.append(Preorder(TaskTree.assemble(each, top)))
        if top is not None and not each.rows:
            raise EntityNotFoundError("task", top)
    return Trees(*trees)


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
    Before that, where tasks look alike by their rows, `read` counts those whose payloads have been
    read to tell them apart, of `alike`; until then the pairs are by their order.
    """

    comparison: Comparison
    differences: Sequence[Difference]
    shown: Sequence[int]
    done: int
    both: int
    read: int = 0
    alike: int = 0

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


def progress_words(found: Compared) -> str:
    """Say how far a comparison has come that goes on."""
    if found.read < found.alike:
        return f"read {found.read:,} of {found.alike:,} that look alike…"
    return f"compared {found.done:,} of {found.both:,} payloads…"


def first_look(trees: Trees) -> Compared:
    """Compare two trees by their rows alone."""
    comparison = compare_trees(trees.left, trees.right)
    found = _compared(comparison, [pair.difference for pair in comparison.pairs], 0)
    return replace(found, done=0)


def _compared(comparison: Comparison, differences: Sequence[Difference], to_come: int) -> Compared:
    both = sum(not is_alone(pair.difference) for pair in comparison.pairs)
    frozen = tuple(differences)
    return Compared(comparison, frozen, shown_numbers(comparison, frozen), both - to_come, both)


async def watch_payloads(
    browser: ITaskBrowser, trees: Trees, first: Compared
) -> AsyncIterator[Compared]:
    """Give the comparison again and again while payloads are compared; the last is complete.

    Tasks that look alike are told apart first, and the trees laid beside each other anew.
    """
    digests: dict[Ident, ContentDigest] = {}
    alike = await asyncio.to_thread(look_alikes, trees.left, trees.right)
    now_and_then = _NowAndThen()
    chunk = _Chunk()
    begin = 0
    while begin < len(alike):
        some = alike[begin : begin + chunk.tasks]
        begin += len(some)
        digests |= await asyncio.to_thread(_digests, await chunk.read(browser, some))
        if now_and_then.is_time():
            yield replace(first, read=begin, alike=len(alike))
    comparison = first.comparison
    if alike:
        comparison = await asyncio.to_thread(compare_trees, trees.left, trees.right, digests)
    differences, both = await asyncio.to_thread(_told_by_digests, comparison, digests)
    now_and_then = _NowAndThen()
    if alike or not both:
        yield await asyncio.to_thread(_compared, comparison, differences, len(both))
    begin = 0
    while begin < len(both):
        numbers = both[begin : begin + chunk.tasks // 2]
        begin += len(numbers)
        found = await chunk.read(browser, _tasks_of(comparison, numbers))
        told = await asyncio.to_thread(_told, comparison, numbers, found)
        for number, difference in told.items():
            differences[number] = difference
        to_come = len(both) - begin
        if now_and_then.is_time() or not to_come:
            yield await asyncio.to_thread(_compared, comparison, differences, to_come)


class _Chunk:
    """Reads payloads, and says of how many tasks to read them the next time."""

    def __init__(self) -> None:
        self.tasks = _FIRST_CHUNK

    async def read(
        self, browser: ITaskBrowser, ids: Sequence[Ident]
    ) -> Mapping[Ident, TaskContents]:
        found = await browser.get_contents(ids)
        size = sum(
            len(text)
            for contents in found.values()
            for text in (contents.input.text, contents.output.text, contents.error)
            if text is not None
        )
        fitting = _AT_ONCE * max(len(found), 1) // max(size, 1)
        self.tasks = max(_LEAST_CHUNK, min(fitting, _LARGEST_CHUNK))
        return found


class _NowAndThen:
    """Says when to show what has come: at first each time, then less often.

    Each time, all pairs are gone through.
    """

    def __init__(self) -> None:
        self._times = self._shown = 0

    def is_time(self) -> bool:
        """Count one more."""
        self._times += 1
        if self._times < min(2 * self._shown, self._shown + _SHOWN_EVERY):
            return False
        self._shown = self._times
        return True


def _digests(found: Mapping[Ident, TaskContents]) -> dict[Ident, ContentDigest]:
    return {ident: content_digest(contents) for ident, contents in found.items()}


def _told_by_digests(
    comparison: Comparison, digests: Mapping[Ident, ContentDigest]
) -> tuple[list[Difference], list[int]]:
    """Give how pairs differ as far as it is known, and those of which the payloads are to be read.

    A task beside itself has the same, and so have those of one digest.
    """
    differences: list[Difference] = []
    to_read: list[int] = []
    for number, pair in enumerate(comparison.pairs):
        difference, left, right = pair.difference, pair.left, pair.right
        if left is not None and right is not None:
            digest = digests.get(left.id)
            if left.id == right.id or (digest is not None and digest == digests.get(right.id)):
                difference &= ~TOLD_BY_PAYLOADS
            else:
                to_read.append(number)
        differences.append(difference)
    return differences, to_read


def _tasks_of(comparison: Comparison, numbers: Sequence[int]) -> list[Ident]:
    pairs = (comparison.pairs[number] for number in numbers)
    rows = (row for pair in pairs for row in (pair.left, pair.right) if row is not None)
    # A task may stand on both sides.
    return list(dict.fromkeys(row.id for row in rows))


def _told(
    comparison: Comparison, numbers: Sequence[int], found: Mapping[Ident, TaskContents]
) -> Mapping[int, Difference]:
    """Tell all that pairs differ in. A task that is gone meanwhile keeps what its row said."""
    told: dict[int, Difference] = {}
    for number in numbers:
        pair = comparison.pairs[number]
        told[number] = pair.difference
        if pair.left is None or pair.right is None:
            continue
        left, right = found.get(pair.left.id), found.get(pair.right.id)
        if left is not None and right is not None:
            told[number] &= ~TOLD_BY_PAYLOADS
            told[number] |= payload_difference(left, right)
    return told
