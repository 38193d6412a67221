"""Which tasks of a tree a report is to tell first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from taskview_core.entities import TaskStatus
from taskview_core.tree.preorder import Preorder
from taskview_core.tree.root_cause import Cause


def failed_of(order: Preorder) -> Iterator[int]:
    """Give the numbers of the failed tasks, in the order of the tree."""
    return (n for n, row in enumerate(order.rows) if row.status == TaskStatus.FAILED)


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
