"""A browser over rows in memory, for tests of commands: it pages for real and filters nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from support.made_rows import as_stored
from taskview_core.entities import (
    Conversation,
    ConversationDetail,
    ConversationRow,
    Count,
    Facets,
    Ident,
    Replica,
    Reported,
    StoredJson,
    TaskContents,
    TaskDetail,
    TaskRow,
    TaskStatus,
    UsagePaths,
)
from taskview_core.errors import EntityNotFoundError, TaskviewError
from taskview_core.query.conversation_filter import ConversationFilter
from taskview_core.query.page import Page
from taskview_core.query.request import Cursor, PageRequest, Place
from taskview_core.query.stuck import RunLimits, names_a_parent
from taskview_core.query.task_filter import TaskFilter
from taskview_core.tree.rows import TreeRows

START = datetime(2026, 1, 31, 10, 0, tzinfo=UTC)
CONVERSATION = UUID("c0000000-0000-4000-8000-000000000001")


def ident(number: int) -> UUID:
    """Give a UUID that ends in a number."""
    return UUID(int=(0xA << 124) | number)


def make_task(number: int, parent: int | None = None, **columns: Any) -> TaskDetail:
    """Make a task; `columns` are of the row or of the detail, payloads as JSON text."""
    payloads = {
        name: StoredJson(columns.pop(name, None)) for name in ("input", "output", "metadata")
    }
    error: str | None = columns.pop("error", None)
    values: dict[str, Any] = {
        "id": ident(number),
        "conversation_id": CONVERSATION,
        "parent_task_id": None if parent is None else ident(parent),
        "agent_id": "planner",
        "status": TaskStatus.COMPLETED,
        "input_start": f"task {number}",
        "error_start": None if error is None else error[:200],
        "created_at": START + timedelta(seconds=number),
        "started_at": None,
        "completed_at": None,
        "updated_at": START,
        **columns,
    }
    return TaskDetail(row=TaskRow(**values), error=error, **payloads)


@dataclass
class ListBrowser:
    """Implements `ITaskBrowser` over tasks in the order given."""

    tasks: Sequence[TaskDetail] = ()
    conversation: Conversation | None = None
    label: str = "memory"
    address: str = "memory"
    limits: RunLimits = field(default_factory=RunLimits)
    fails_after: int | None = None
    """After so many pages, the next one fails."""
    failure: TaskviewError = field(default_factory=lambda: TaskviewError("the query failed"))
    filters: list[TaskFilter] = field(default_factory=list)
    requests: list[PageRequest] = field(default_factory=list)
    asked: list[Ident] = field(default_factory=list)
    """The ids of the tasks whose payloads were asked for."""
    closed: bool = False

    async def connect(self) -> None:
        """See ITaskBrowser."""

    async def search_tasks(
        self,
        task_filter: TaskFilter,
        page: PageRequest,
        *,
        heard: Callable[[Page[TaskRow]], None] | None = None,
    ) -> Page[TaskRow]:
        """See ITaskBrowser."""
        if len(self.requests) == self.fails_after:
            raise self.failure
        self.filters.append(task_filter)
        self.requests.append(page)
        start = 0 if page.cursor is None else int(page.cursor.key[0] or 0)
        rows = tuple(task.row for task in self.tasks[start : start + page.page_size])
        end = start + len(rows)
        after = Cursor(Place.AFTER, page.sort, (end,)) if end < len(self.tasks) else None
        first, last = Cursor(Place.FIRST, page.sort), Cursor(Place.LAST, page.sort)
        return Page(rows, page, after, None, first, last)

    async def count_tasks(
        self,
        task_filter: TaskFilter,
        cap: int | None = 10_000,
        *,
        heard: Callable[[Count], None] | None = None,
    ) -> Count:
        """See ITaskBrowser."""
        self.filters.append(task_filter)
        number = len(self.tasks)
        return Count(number) if cap is None or number <= cap else Count(cap, exact=False)

    async def count_quickly(self, task_filter: TaskFilter) -> Count | None:
        """See ITaskBrowser."""
        return None

    async def facets(
        self, task_filter: TaskFilter, *, heard: Callable[[Facets], None] | None = None
    ) -> Facets:
        """See ITaskBrowser."""
        return Facets((), ())

    async def search_conversations(
        self, conversation_filter: ConversationFilter, page: PageRequest
    ) -> Page[ConversationRow]:
        """See ITaskBrowser; there is one at most."""
        rows = []
        if self.conversation is not None:
            there = as_stored(self.conversation)
            rows = [
                ConversationRow(
                    id=there.id,
                    user_id=there.user_id,
                    title=there.title,
                    created_at=there.created_at,
                    updated_at=there.updated_at,
                    tasks=Count(len(self.tasks)),
                    failed=Count(0),
                )
            ]
        first, last = Cursor(Place.FIRST, page.sort), Cursor(Place.LAST, page.sort)
        return Page(tuple(rows), page, None, None, first, last)

    async def count_conversations(
        self, conversation_filter: ConversationFilter, cap: int | None = 10_000
    ) -> Count:
        """See ITaskBrowser."""
        raise NotImplementedError

    async def get_task(self, task_id: Ident) -> TaskDetail:
        """See ITaskBrowser."""
        found = await self.get_tasks([task_id])
        if not found:
            raise EntityNotFoundError("task", task_id)
        return found[0]

    async def get_tasks(self, ids: Sequence[Ident]) -> list[TaskDetail]:
        """See ITaskBrowser."""
        self.asked += ids
        tasks = {task.row.id: task for task in self.tasks}
        return [tasks[each] for each in ids if each in tasks]

    async def get_contents(self, ids: Sequence[Ident]) -> Mapping[Ident, TaskContents]:
        """See ITaskBrowser."""
        raise NotImplementedError

    async def get_conversation(self, conversation_id: Ident) -> Conversation:
        """See ITaskBrowser."""
        if self.conversation is None or self.conversation.id != conversation_id:
            raise EntityNotFoundError("conversation", conversation_id)
        return self.conversation

    async def get_conversations(self, ids: Sequence[Ident]) -> list[ConversationDetail]:
        """See ITaskBrowser."""
        there = self.conversation
        return [as_stored(there)] if there is not None and there.id in ids else []

    async def conversation_tree(self, conversation_id: Ident) -> TreeRows:
        """See ITaskBrowser."""
        return TreeRows(tuple(task.row for task in self.tasks))

    async def subtree(self, task_id: Ident) -> TreeRows:
        """See ITaskBrowser; everything in memory is taken to be below the task."""
        return TreeRows(tuple(task.row for task in self.tasks))

    async def run_limits(self) -> RunLimits:
        """See ITaskBrowser."""
        return self.limits

    async def naming_a_parent(self, ids: Sequence[Ident]) -> frozenset[Ident]:
        """See ITaskBrowser."""
        told = (task for task in self.tasks if names_a_parent(task.metadata.text))
        return frozenset(task.row.id for task in told if task.row.id in ids)

    async def get_usage(self, ids: Sequence[Ident]) -> Mapping[Ident, Reported]:
        """See ITaskBrowser."""
        read = {task.row.id: self.usage_of(task) for task in self.tasks if task.row.id in ids}
        return {each: reported for each, reported in read.items() if reported is not None}

    def usage_of(self, task: TaskDetail) -> Reported | None:
        """See ITaskBrowser."""
        return UsagePaths().read(task.metadata.text, task.row.agent_id)

    async def resolve_id(self, text: str) -> tuple[str, Ident]:
        """See ITaskBrowser."""
        if self.conversation is not None and str(self.conversation.id).startswith(text):
            return "conversation", self.conversation.id
        for task in self.tasks:
            if str(task.row.id).startswith(text):
                return "task", task.row.id
        raise EntityNotFoundError("task or conversation", text)

    async def replica(self) -> Replica | None:
        """See ITaskBrowser."""
        return None

    async def close(self) -> None:
        """See ITaskBrowser."""
        self.closed = True


@dataclass(frozen=True)
class Ran:
    """How a command line ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]
Serve = Callable[..., ListBrowser]
