"""Puts the rows of a tree together, whatever is wrong with their parents; never recursive.

Every row appears exactly once. A row whose parent is not among the rows becomes a root; of the
rows that form a ring, the earliest does, and so cuts the ring open.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from itertools import islice
from operator import lt
from uuid import UUID

from taskview_core.entities import Ident, TaskRow
from taskview_core.tree.rows import TreeRows

_FIRST = datetime.min.replace(tzinfo=UTC)


class Mark(Enum):
    """Why a row with a parent stands as a root."""

    ORPHAN = "orphan"
    """Its parent does not exist."""
    ELSEWHERE = "elsewhere"
    """Its parent is in another conversation."""
    ABOVE = "above"
    """It is the top of the subtree that was asked for; its parent was left out."""
    CYCLE = "cycle"
    """Its parent is among its own descendants, or is itself."""


@dataclass(frozen=True, slots=True)
class TreeLine:
    """One task in preorder; `depth` is 0 for roots."""

    row: TaskRow
    depth: int
    mark: Mark | None


@dataclass(frozen=True)
class TaskTree:
    """The tasks of a tree by id, the roots, the children of each, and the marks of odd roots.

    Roots and siblings are in the order of their creation, then of their ids.
    """

    tasks: Mapping[Ident, TaskRow]
    roots: tuple[Ident, ...]
    children: Mapping[Ident, tuple[Ident, ...]]
    marks: Mapping[Ident, Mark]
    outside: Mapping[Ident, str | None] = field(default_factory=dict)
    """The statuses of the parents that exist and are not in the tree, as far as they are known."""

    @classmethod
    def assemble(cls, tree_rows: TreeRows, top: Ident | None = None) -> TaskTree:
        """Make the tree of these rows. `top` is the task whose subtree they are, if any."""
        tasks = {row.id: row for row in tree_rows.rows}
        ordered = _by_birth(tasks)
        marks: dict[Ident, Mark] = {}
        roots: list[Ident] = []
        outside = tree_rows.statuses
        # Of 100,000 tasks, the look-ups are what takes long: a UUID is hashed by Python code. What
        # is needed of a row within this loop is kept by the row itself, and not by its id.
        below: dict[int, list[Ident]] = {}
        may_be_rings = False
        last: Ident | None = None
        above: TaskRow | None = None
        for row in ordered:
            parent = row.parent_task_id
            if parent is None:
                below.setdefault(id(row), [])
                roots.append(row.id)
                continue
            if parent is not last:
                last, above = parent, tasks.get(parent)
            if above is None or above is row:
                roots.append(row.id)
                if above is row:
                    marks[row.id] = Mark.CYCLE
                elif row.id == top and (outside is None or parent in outside):
                    marks[row.id] = Mark.ABOVE
                else:
                    elsewhere = parent in tree_rows.elsewhere
                    marks[row.id] = Mark.ELSEWHERE if elsewhere else Mark.ORPHAN
            elif id(above) in below:
                below[id(above)].append(row.id)
            else:  # Older than its parent, as at least one of any ring is.
                may_be_rings = True
                below[id(above)] = [row.id]
            below.setdefault(id(row), [])
        children = {row.id: kids for row in ordered if (kids := below[id(row)])}
        if may_be_rings:
            _cut_rings(ordered, roots, children, marks, tasks, top)
            roots.sort(key=lambda ident: _birth(tasks[ident]))
        frozen = {ident: tuple(kids) for ident, kids in children.items() if kids}
        return cls(tasks, tuple(roots), frozen, marks, outside or {})

    def preorder(self) -> Iterator[TreeLine]:
        """Give every task once, parents before their children."""
        stack = [(ident, 0) for ident in reversed(self.roots)]
        while stack:
            ident, depth = stack.pop()
            yield TreeLine(self.tasks[ident], depth, self.marks.get(ident))
            stack.extend((child, depth + 1) for child in reversed(self.children.get(ident, ())))


def _by_birth(tasks: Mapping[Ident, TaskRow]) -> list[TaskRow]:
    """Give the rows in the order of their creation, then of their ids.

    They are mostly given in it: to see that takes less than to sort, for no ids are compared.
    """
    rows = list(tasks.values())
    births = [row.created_at or row.started_at or _FIRST for row in rows]
    if all(map(lt, births, islice(births, 1, None))):
        return rows
    if all(isinstance(ident, UUID) for ident in tasks):
        # UUIDs are in the order of their digits, and need not be made texts.
        return sorted(rows, key=lambda row: (row.created_at or row.started_at or _FIRST, row.id))
    return sorted(rows, key=_birth)


def _birth(row: TaskRow) -> tuple[datetime, str]:
    return (row.created_at or row.started_at or _FIRST, str(row.id))


def _cut_rings(
    ordered: list[TaskRow],
    roots: list[Ident],
    children: dict[Ident, list[Ident]],
    marks: dict[Ident, Mark],
    tasks: Mapping[Ident, TaskRow],
    top: Ident | None,
) -> None:
    """Make a root of the earliest row of each ring, which no root leads to otherwise."""
    reached: set[Ident] = set()

    def reach(start: list[Ident]) -> None:
        stack = start
        while stack:
            ident = stack.pop()
            if ident not in reached:
                reached.add(ident)
                stack.extend(children.get(ident, ()))

    reach(list(roots))
    if len(reached) == len(tasks):
        return
    candidates = [row for row in ordered if row.id == top] + ordered
    for row in candidates:
        if row.id in reached:
            continue
        entry = _ring_entry(row, tasks, top)
        parent = tasks[entry].parent_task_id
        if parent is not None:
            children[parent].remove(entry)
        roots.append(entry)
        marks[entry] = Mark.CYCLE
        reach([entry])


def _ring_entry(row: TaskRow, tasks: Mapping[Ident, TaskRow], top: Ident | None) -> Ident:
    """Follow the parents of a row into the ring above it; give where to cut that open."""
    seen: set[Ident] = set()
    ident = row.id
    while ident not in seen:
        seen.add(ident)
        parent = tasks[ident].parent_task_id
        assert parent is not None, "a row outside every root's reach has a parent"
        ident = parent
    ring = [ident]
    step = tasks[ident].parent_task_id
    while step is not None and step != ident:
        ring.append(step)
        step = tasks[step].parent_task_id
    if top is not None and top in ring:
        return top
    return min(ring, key=lambda each: _birth(tasks[each]))
