"""What a database is asked: filters and terms of which it is known that there are matches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.big_trees import trees_for, wide_tree_for
from benchmarks.target import Target
from taskview_core.query.task_filter import TaskFilter

COMMON, RARE, ABSENT = "reproduce", "/77777", "zyxwvuqy"


@dataclass(frozen=True)
class Samples:
    """Filters by their names, and for some of them the same in SQL with its parameters."""

    filters: Mapping[str, TaskFilter]
    where: Mapping[str, tuple[str, tuple[Any, ...]]]
    terms: Mapping[str, str]


async def take_samples(target: Target) -> Samples:
    """Choose them: a frequent agent, the largest conversation and parent, the middle of the time.

    What is large is deep: of a few tasks, the last page is the first.
    """
    agent = await target.value(
        "SELECT agent_id FROM (SELECT agent_id FROM tasks ORDER BY created_at DESC LIMIT 5000) a"
        " GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
    )
    filters = {
        "no filter": "",
        "status": "status:completed",
        "rare status": "status:pending",
        "agent": f"agent:{agent}",
        "agent and status": f"agent:{agent} status:completed",
        "rare agent and status": f"agent:{agent} status:failed",
        "conversation": f"conversation:{trees_for(target.tasks)[-1].conversation}",
        "parent": f"parent:{wide_tree_for(target.tasks).root}",
        "roots": "is:root",
        "time range": "since:2026-06-01 until:2026-06-20",
    }
    return Samples(
        {name: TaskFilter.parse(text) for name, text in filters.items()},
        {
            "no filter": ("", ()),
            "status": (" WHERE status = ?", ("completed",)),
            "agent and status": (" WHERE agent_id = ? AND status = ?", (agent, "completed")),
        },
        {"common": COMMON, "rare": RARE, "absent": ABSENT},
    )
