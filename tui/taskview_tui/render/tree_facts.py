"""What the rows of a tree tell of a task beside its own row: its parent and its children."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from taskview_core.entities import Ident
from taskview_core.query.evaluate import TaskFacts
from taskview_core.query.stuck import ENDED
from taskview_core.tree.preorder import Preorder

Limits = Mapping[str, timedelta]
"""By agent, how long its runs take at most: see `ITaskBrowser.run_limits`."""


@dataclass(frozen=True)
class Known:
    """What is found out about a tree once it is there; None for what is not known yet."""

    limits: Limits | None = None
    orphans: frozenset[Ident] | None = None
    """The tasks without a parent whose metadata names one."""


NOTHING_KNOWN = Known()


class TreeFacts:
    """Answers by the numbers of a tree's tasks; made once, in time linear in its size.

    A tree has the parents that stand outside of it, and no children that do: of a conversation,
    what a task of another one was begun by is not seen here.
    """

    def __init__(
        self,
        tree: Preorder,
        numbers: Mapping[Ident, int],
        outside: Mapping[Ident, str | None],
    ) -> None:
        self._rows = tree.rows
        self._outside = outside
        self._parents = list(tree.parents)
        self._has_child = bytearray(len(tree))
        self._has_open_child = bytearray(len(tree))
        for number, row in enumerate(tree.rows):
            parent = self._parents[number]
            if parent < 0:  # A root; of a ring, one that has its parent below.
                parent = self._parents[number] = numbers.get(row.parent_task_id or "", -1)
            if parent >= 0:
                self._has_child[parent] = True
                if row.status.value not in ENDED:
                    self._has_open_child[parent] = True

    def parent_status(self, number: int) -> str | None:
        """Give the status of its parent; None where it has none, or that is not known."""
        parent = self._parents[number]
        if parent >= 0:
            return self._rows[parent].status.value
        above = self._rows[number].parent_task_id
        return None if above is None else self._outside.get(above)

    def children_ended(self, number: int) -> bool:
        """Say whether it has children and all have ended."""
        return bool(self._has_child[number] and not self._has_open_child[number])

    def of(self, number: int, known: Known = NOTHING_KNOWN) -> TaskFacts:
        """Give what can be asked about a task, as far as a row holds it."""
        row = self._rows[number]
        above = row.parent_task_id
        is_named = known.orphans is not None and row.id in known.orphans
        return TaskFacts(
            id=row.id,
            conversation_id=row.conversation_id,
            parent_task_id=above,
            agent_id=row.agent_id,
            status=row.status.value,
            input=row.input_start or None,
            error=row.error_start,
            # Nothing else of it is asked here.
            metadata=_NAMES_A_PARENT if is_named else None,
            created_at=row.created_at,
            started_at=row.started_at,
            completed_at=row.completed_at,
            updated_at=row.updated_at,
            has_children=bool(self._has_child[number]),
            has_open_child=bool(self._has_open_child[number]),
            parent_exists=self._parents[number] >= 0 or above in self._outside,
            parent_status=self.parent_status(number),
            run_limit=(known.limits or {}).get(row.agent_id),
        )


_NAMES_A_PARENT = '{"orphan": true}'
