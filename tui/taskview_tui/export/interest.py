"""Which tasks of a tree a report is to tell first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from taskview_core.entities import TaskStatus
from taskview_core.tree.preorder import Preorder
from taskview_core.tree.root_cause import Cause, Failures


def failed_of(order: Preorder) -> Iterator[int]:
    """Give the numbers of the failed tasks, in the order of the tree."""
    return (n for n, row in enumerate(order.rows) if row.status == TaskStatus.FAILED)


def causes_of(order: Preorder, *, is_one: bool) -> list[Cause]:
    """Give what may have made things fail: of one task with all below it, or of a conversation.

    Of a conversation what made each failed root fail comes first, as from that root.
    """
    failures = Failures(order)
    if is_one:
        return list(failures.causes(0))
    first: list[Cause] = []
    root = 0
    while root < len(order):
        if order.rows[root].status == TaskStatus.FAILED:
            first += islice(failures.causes(root), 1)
        root = order.ends[root]
    known = {cause.number for cause in first}
    return [*first, *(cause for cause in failures.causes(-1) if cause.number not in known)]


def of_interest(order: Preorder, causes: Sequence[Cause]) -> Iterator[int]:
    """Give the tasks whose payloads tell most: causes, the way up from them, failures, the rest."""
    seen: set[int] = set()

    def fresh(numbers: Iterable[int]) -> Iterator[int]:
        for number in numbers:
            if number not in seen:
                seen.add(number)
                yield number

    yield from fresh([cause.number for cause in causes])
    for cause in causes:
        yield from fresh(order.way_up(cause.number, -1))
    yield from fresh(failed_of(order))
    yield from fresh(range(len(order)))
