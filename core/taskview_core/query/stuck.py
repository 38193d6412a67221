"""When a task counts as stuck, and when as an orphan: the rules, said once.

Stuck is a task that is running for longer than its agent's runs took (`run_limit`); one that is
running though its parent has ended; and one that is pending or running though it has children and
all of them have ended.

An orphan is a task whose parent does not exist, and one without a parent whose metadata says that
there was one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

ENDED = ("completed", "failed", "cancelled")
"""The statuses of a task that has ended."""
UNENDED = ("pending", "running")
"""The statuses of one that has not; what others mean is not known."""
RUNNING = "running"

LEAST_RUNS = 20
"""Fewer ended runs of an agent say nothing about the next."""
MOST_RUNS = 1_000
"""So many ended runs are looked at, those that were created last."""
USUAL_LIMIT = timedelta(hours=1)
"""The longest run of an agent of which fewer than LEAST_RUNS are known."""

ORPHAN_PATTERN = '"orphan": ?true|"(taskview\\.parent_task_|parent_(task_)?)id": ?"[0-9A-Za-z]'
"""What metadata, as stored, says of a task whose parent is known from there alone.

Loading keeps a parent that is nowhere as `taskview.parent_task_id`.
"""
ORPHAN_GLOBS = tuple(
    f"*{key}:{space}{value}*"
    for key, value in (
        ('"orphan"', "true"),
        ('"taskview.parent_task_id"', '"[0-9A-Za-z]'),
        ('"parent_task_id"', '"[0-9A-Za-z]'),
        ('"parent_id"', '"[0-9A-Za-z]'),
    )
    for space in ("", " ")
)
"""The same in the patterns that SQLite knows."""

_ORPHAN = re.compile(ORPHAN_PATTERN)


def run_limit(durations: Sequence[timedelta]) -> timedelta | None:
    """Give the 99th percentile (nearest rank) of an agent's runs; None where they are too few."""
    if len(durations) < LEAST_RUNS:
        return None
    return sorted(durations)[-(-len(durations) * 99 // 100) - 1]


class RunLimits(dict[str, timedelta]):
    """By agent, how long its runs take at most; an agent that is not there has the usual limit.

    It is `complete` where all agents with running tasks were looked at: then too few runs are
    known of those that are not there.
    """

    def __init__(
        self, known: Mapping[str, timedelta] | None = None, *, complete: bool = True
    ) -> None:
        super().__init__(known or {})
        self.complete = complete


UNKNOWN_LIMIT = "an hour (how long its agent's runs take is not known)"
"""Fewer than LEAST_RUNS are known, or there was no time to look at them."""
_ENDINGS = {"completed": "completed", "failed": "failed", "cancelled": "been cancelled"}


def stuck_reasons(
    status: str | None,
    started_at: datetime | None,
    now: datetime,
    *,
    limit: timedelta | None,
    parent: str | None,
    children_ended: bool,
) -> list[str]:
    """Say in words why a task is stuck; nothing where it is not.

    `limit` is how long its agent's runs take, None where too few are known; `parent` the status of
    its parent, where it has one; `children_ended` whether it has children and all have ended.
    """
    if status not in UNENDED:
        return []
    reasons: list[str] = []
    if status == RUNNING:
        longest = USUAL_LIMIT if limit is None else limit
        if started_at is not None and now - started_at > longest:
            than = UNKNOWN_LIMIT if limit is None else "99 of 100 runs of its agent"
            reasons.append(f"runs longer than {than}")
        if parent in ENDED:
            reasons.append(f"its parent has {_ENDINGS[parent]}")
    if children_ended:
        reasons.append("all its children have ended")
    return reasons


def names_a_parent(metadata: str | None) -> bool:
    """Say whether metadata as stored says that there is a parent."""
    if metadata is None or not ('"orphan"' in metadata or "parent_" in metadata):
        return False  # Most say nothing of the kind, and that of many is long.
    return _ORPHAN.search(metadata) is not None
