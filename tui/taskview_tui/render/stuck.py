"""Which tasks of a tree are stuck, and why, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from taskview_core.entities import Ident, TaskRow
from taskview_core.query.stuck import ENDED, UNENDED, stuck_reasons
from taskview_tui.render.task_outline import TaskOutline

Limits = Mapping[str, timedelta]
"""By agent, how long its runs take at most: see `ITaskBrowser.run_limits`."""


def may_be_stuck(row: TaskRow) -> bool:
    """Whether a task has not ended."""
    return row.status.value in UNENDED


def why_stuck(
    row: TaskRow,
    parent: TaskRow | None,
    children: Iterable[TaskRow] | None,
    limits: Limits,
    now: datetime,
) -> str:
    """Say why a task is stuck, as far as what is around it is known; nothing where it is not."""
    below = [child.status.value for child in children or ()]
    reasons = stuck_reasons(
        row.status.value,
        row.started_at,
        now,
        limit=limits.get(row.agent_id),
        parent=None if parent is None else parent.status.value,
        children_ended=bool(below) and all(status in ENDED for status in below),
    )
    return "; ".join(reasons)


def stuck_tasks(outline: TaskOutline, limits: Limits, now: datetime) -> dict[Ident, str]:
    """Give the tasks of a tree that are stuck, each with why."""
    rows = outline.rows
    found: dict[Ident, str] = {}
    for number, row in enumerate(rows):
        if may_be_stuck(row):
            above = outline.above(number)
            why = why_stuck(
                row,
                rows[above] if above >= 0 else None,
                (rows[child] for child in outline.preorder.children(number)),
                limits,
                now,
            )
            if why:
                found[row.id] = why
    return found
