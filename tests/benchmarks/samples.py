"""What a database is asked: filters and terms of which it is known that there are matches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

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
    """Choose them: the most frequent agent, a parent with many children, the middle of the time."""
    agent = await target.value(
        "SELECT agent_id FROM (SELECT agent_id FROM tasks ORDER BY created_at DESC LIMIT 5000) a"
        " GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
    )
    newest = (
        " FROM (SELECT conversation_id, parent_task_id FROM tasks"
        " ORDER BY created_at LIMIT 20000) t"
    )
    conversation = _uuid(
        await target.value(
            f"SELECT conversation_id{newest} GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
        )
    )
    parent = _uuid(
        await target.value(
            f"SELECT parent_task_id{newest} WHERE parent_task_id IS NOT NULL"
            " GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
        )
    )
    filters = {
        "no filter": "",
        "status": "status:completed",
        "rare status": "status:pending",
        "agent": f"agent:{agent}",
        "agent and status": f"agent:{agent} status:completed",
        "rare agent and status": f"agent:{agent} status:failed",
        "conversation": f"conversation:{conversation}",
        "parent": f"parent:{parent}",
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


def _uuid(stored: Any) -> str:
    return str(UUID(str(stored)))
