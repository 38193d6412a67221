"""Which roots of a tree have a parent that only their metadata names."""

from __future__ import annotations

from collections.abc import Iterable

from taskview_core.entities import Ident, TaskRow
from taskview_core.interfaces import ITaskBrowser

_A_READ = 2_000


async def find_orphans(browser: ITaskBrowser, rows: Iterable[TaskRow]) -> frozenset[Ident]:
    """Give the tasks without a parent whose metadata names one, a part of them at a time."""
    roots = [row.id for row in rows if row.parent_task_id is None]
    found: set[Ident] = set()
    for begin in range(0, len(roots), _A_READ):
        found.update(await browser.naming_a_parent(roots[begin : begin + _A_READ]))
    return frozenset(found)
