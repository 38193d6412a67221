"""What the first pages of both engines are tried with."""

from __future__ import annotations

from typing import Any

from support.stored import StoredTask
from taskview_core.interfaces import ITaskBrowser
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.persistence.limited_connection import LimitedConnection

_TRACE = "Traceback (most recent call last):\n" + "  File x\n" * 90 + "ValueError: no"


class Made:
    """Makes the browser behind a late one, and keeps what it was given each time."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.given: list[LimitedConnection | None] = []

    def __call__(self, opened: LimitedConnection | None) -> ITaskBrowser:
        self.given.append(opened)
        return DatabaseBrowser(self.url, opened=opened)

    @property
    def times(self) -> int:
        """How often one was made."""
        return len(self.given)


def rows_of_a_page() -> list[StoredTask]:
    """Give 50 tasks, of which some are long, odd, a root, or as old as another."""
    odd: list[dict[str, Any]] = [
        {"error": _TRACE, "status": "failed"},
        {"error": "x" * 1000, "input": '{"a": "' + "ü" * 2000 + '"}'},
        {"error": "", "input": "12.50", "status": "strange", "agent_id": "a\x1bb"},
        {"parent_task_id": None, "created_at": StoredTask.numbered(7).created_at},
    ]
    return [StoredTask.numbered(n, **(odd[n] if n < len(odd) else {})) for n in range(50)]
