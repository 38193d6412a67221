"""What SQLite is asked about a task's parent and children, whatever form their ids have."""

from __future__ import annotations

from sqlalchemy import Boolean, literal_column, or_

from taskview_core.persistence.sql.expressions import Condition, Expression
from taskview_core.persistence.sql.ident_text import one_form, same_in_any_form
from taskview_core.persistence.sql.profile import Profile
from taskview_core.query.stuck import ENDED, ORPHAN_GLOBS

_ENDED = ", ".join(f"'{status}'" for status in ENDED)


def parent_is_there(profile: Profile, *, ended: bool) -> Condition:
    """Hold where the parent exists; with `ended`, where it has ended too."""
    wanted = f" AND parent.status IN ({_ENDED})" if ended else ""
    if "tasks.id" in profile.leading:
        same = same_in_any_form("parent.id", "tasks.parent_task_id")
        return _said(f"EXISTS (SELECT 1 FROM tasks AS parent WHERE {same}{wanted})")
    ids = f"SELECT {one_form('parent.id')} FROM tasks AS parent WHERE parent.id IS NOT NULL{wanted}"
    return _said(f"{one_form('tasks.parent_task_id')} IN ({ids})")


def has_open_child(profile: Profile) -> Condition:
    """Hold for the tasks with a child that has not ended."""
    going_on = f"(child.status IS NULL OR child.status NOT IN ({_ENDED}))"
    if "tasks.parent_task_id" in profile.leading:
        same = same_in_any_form("child.parent_task_id", "tasks.id")
        return _said(f"EXISTS (SELECT 1 FROM tasks AS child WHERE {same} AND {going_on})")
    parents = (
        f"SELECT {one_form('child.parent_task_id')} FROM tasks AS child"
        f" WHERE child.parent_task_id IS NOT NULL AND {going_on}"
    )
    return _said(f"{one_form('tasks.id')} IN ({parents})")


def names_a_parent(metadata: Expression) -> Condition:
    """Hold where metadata says that there is a parent."""
    return or_(*(metadata.op("GLOB", is_comparison=True)(glob) for glob in ORPHAN_GLOBS))


def _said(sql: str) -> Condition:
    return literal_column(f"({sql})", Boolean)
