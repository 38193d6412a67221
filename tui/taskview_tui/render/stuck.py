"""Which tasks of a tree are stuck, and why, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from taskview_core.entities import Ident, TaskRow
from taskview_core.query.stuck import ENDED, RUNNING, UNENDED, USUAL_LIMIT, stuck_reasons
from taskview_tui.render.task_outline import TaskOutline
from taskview_tui.render.tree_facts import Limits


def may_be_stuck(row: TaskRow) -> bool:
    """Whether a task has not ended."""
    return row.status.value in UNENDED


def why_stuck(
    row: TaskRow, parent: str | None, children_ended: bool, limits: Limits, now: datetime
) -> str:
    """Say why a task is stuck, as far as what is around it is known; nothing where it is not.

    `parent` is the status of its parent; `children_ended` whether it has some and all have ended.
    """
    reasons = stuck_reasons(
        row.status.value,
        row.started_at,
        now,
        limit=limits.get(row.agent_id),
        parent=parent,
        children_ended=children_ended,
    )
    return "; ".join(reasons)


def all_ended(children: Iterable[TaskRow] | None) -> bool:
    """Say whether there are children and all have ended; not where they are not known."""
    below = [child.status.value for child in children or ()]
    return bool(below) and all(status in ENDED for status in below)


@dataclass(frozen=True)
class Stuck:
    """The tasks of a tree that are stuck at a moment, each with why.

    `until` is when the next of them will have run for longer than its agent's runs do; None where
    time alone brings nothing.
    """

    tasks: Mapping[Ident, str]
    until: datetime | None = None


def stuck_tasks(outline: TaskOutline, limits: Limits, now: datetime) -> Stuck:
    """Give the tasks of a tree that are stuck."""
    found: dict[Ident, str] = {}
    until: datetime | None = None
    facts = outline.facts
    for number, row in enumerate(outline.rows):
        if not may_be_stuck(row):
            continue
        ended = facts.children_ended(number)
        why = why_stuck(row, facts.parent_status(number), ended, limits, now)
        if why:
            found[row.id] = why
        if row.status.value == RUNNING and row.started_at is not None:
            due = _after(row.started_at, limits.get(row.agent_id, USUAL_LIMIT))
            if due is not None and due >= now and (until is None or due < until):
                until = due
    return Stuck(found, until)


def _after(moment: datetime, length: timedelta) -> datetime | None:
    try:
        return moment + length
    except OverflowError:  # No calendar goes on for so long.
        return None
