"""Two sessions may hold the same turn, where one goes on with a copy of the other.

A row with an id that is not of our making belongs to the first of the scopes that claim it, by
their names. The others get an id of our making for it, so that what is in the database does not
depend on the order in which they came.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid5

from taskview_core.importing.rows import ImportedTask
from taskview_core.persistence.importing.spool import Scope, Spool

_NAMESPACE = UUID("0a4a4ba5-8f0e-5a3e-9d35-7b1a6a0f2c11")
_OURS = 5


def settle_claims(
    spool: Spool, scope: Scope, tasks: Sequence[ImportedTask]
) -> tuple[Sequence[ImportedTask], set[int]]:
    """Give the tasks with the ids that they get, and the scopes that have to be made anew."""
    claimed = {task.id.bytes for task in tasks if task.id.version != _OURS}
    before = spool.claims_of(scope.id)
    again: set[int] = set()
    renamed: dict[UUID, UUID] = {}
    own = (scope.format, scope.name)
    for row in claimed:
        for format_name, name, ident in spool.rivals(row, scope.id):
            if (format_name, name) < own:
                known = UUID(bytes=row)
                renamed[known] = uuid5(_NAMESPACE, f"{scope.format}:{scope.name}:{known}")
            elif row not in before:
                again.add(ident)
    for row in before - claimed:
        again.update(ident for _, _, ident in spool.rivals(row, scope.id))
    spool.set_claims(scope.id, before - claimed, claimed - before)
    if not renamed:
        return tasks, again
    return [
        task._replace(
            id=renamed.get(task.id, task.id),
            parent_task_id=task.parent_task_id
            and renamed.get(task.parent_task_id, task.parent_task_id),
        )
        for task in tasks
    ], again
