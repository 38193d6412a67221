"""A database in memory for tests of screens: it filters, sorts, pages and counts for real.

Calls can be held back and made to fail, each kind by itself, and are written down.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from support.fake_pages import capped, facets_of, page_of
from support.made_rows import NOW, as_stored, make_task
from taskview_core.entities import (
    Conversation,
    ConversationDetail,
    ConversationRow,
    Count,
    Facets,
    Ident,
    Replica,
    Reported,
    TaskContents,
    TaskDetail,
    TaskRow,
    TaskStatus,
    UsagePaths,
)
from taskview_core.errors import EntityNotFoundError, TaskviewError
from taskview_core.interfaces.limits import USUAL_LIMITS, ReadingLimits
from taskview_core.query.conversation_filter import ConversationFilter
from taskview_core.query.evaluate import (
    ConversationFacts,
    TaskFacts,
    conversation_matches,
    task_matches,
)
from taskview_core.query.page import Page, Partial
from taskview_core.query.request import PageRequest
from taskview_core.query.stuck import RunLimits, names_a_parent
from taskview_core.query.task_filter import TaskFilter
from taskview_core.query.terms import asks_for_stuck
from taskview_core.tree.rows import TreeRows

T = TypeVar("T")
R = TypeVar("R", TaskRow, ConversationRow)


@dataclass
class FakeBrowser:
    """Implements `ITaskBrowser` over the lists it is given, which tests may change."""

    tasks: list[TaskDetail] = field(default_factory=list)
    conversations: list[Conversation] = field(default_factory=list)
    limits: RunLimits = field(default_factory=RunLimits)
    usage: UsagePaths = field(default_factory=UsagePaths)
    reading: ReadingLimits = USUAL_LIMITS
    label: str = "memory.db"
    address: str = "/data/my memory.db"
    clock: Callable[[], datetime] = lambda: NOW
    calls: list[tuple[str, Any]] = field(default_factory=list)
    """The name and first argument of every call that came as far as the database."""
    failures: dict[str, TaskviewError | Exception] = field(default_factory=dict)
    """By the name of a call: what it raises, until a test takes it away."""
    gates: dict[str, asyncio.Event] = field(default_factory=dict)
    """By the name of a call: what it waits for before it answers."""
    partial: Partial | None = None
    tell: Callable[[Page[TaskRow]], None] = lambda page: None
    """What the search that was asked for last is heard by."""
    tell_count: Callable[[Count], None] = lambda count: None
    tell_facets: Callable[[Facets], None] = lambda facets: None
    counts_quickly: bool = False
    as_replica: Replica | None = None
    replicas_asked: int = 0
    cancelled: list[str] = field(default_factory=list)
    closed: bool = False

    def hold(self, name: str) -> asyncio.Event:
        """Hold back the answers to a kind of call; setting the event lets them go."""
        self.gates[name] = asyncio.Event()
        return self.gates[name]

    def named(self, name: str) -> list[Any]:
        """Give the first arguments of the calls of a kind."""
        return [argument for each, argument in self.calls if each == name]

    async def _answer(self, name: str, argument: object, make: Callable[[], T]) -> T:
        self.calls.append((name, argument))
        gate = self.gates.get(name)
        try:
            await (gate.wait() if gate is not None else asyncio.sleep(0))
        except asyncio.CancelledError:
            self.cancelled.append(name)
            raise
        if name in self.failures:
            raise self.failures[name]
        return make()

    # ITaskBrowser

    async def connect(self) -> None:
        """See ITaskBrowser."""
        await self._answer("connect", None, lambda: None)

    async def search_tasks(
        self,
        task_filter: TaskFilter,
        page: PageRequest,
        *,
        heard: Callable[[Page[TaskRow]], None] | None = None,
    ) -> Page[TaskRow]:
        """See ITaskBrowser. While the call is held back, `tell` says what it has found so far."""
        self.tell = heard or (lambda page: None)

        def make() -> Page[TaskRow]:
            rows = [task.row for task in self._matching(task_filter)]
            assumes = asks_for_stuck(task_filter.terms) and not self.limits.complete
            return replace(page_of(rows, page), partial=self.partial, assumes_limits=assumes)

        return await self._answer("search_tasks", (task_filter, page), make)

    async def count_tasks(
        self,
        task_filter: TaskFilter,
        cap: int | None = 10_000,
        *,
        heard: Callable[[Count], None] | None = None,
    ) -> Count:
        """See ITaskBrowser. While it is held back, `tell_count` says how far it has come."""
        self.tell_count = heard or (lambda count: None)
        return await self._answer(
            "count_tasks",
            (task_filter, cap),
            lambda: capped(len(self._matching(task_filter)), cap),
        )

    async def count_quickly(self, task_filter: TaskFilter) -> Count | None:
        """See ITaskBrowser: only where a test says so."""
        if not self.counts_quickly:
            return None
        rows = self._matching(task_filter)
        return await self._answer("count_quickly", (task_filter,), lambda: Count(len(rows)))

    async def facets(
        self, task_filter: TaskFilter, *, heard: Callable[[Facets], None] | None = None
    ) -> Facets:
        """See ITaskBrowser. While it is held back, `tell_facets` says what is known of them."""
        self.tell_facets = heard or (lambda facets: None)

        def make() -> Facets:
            rows = [task.row for task in self._matching(task_filter)]
            statuses = facets_of(row.status.value for row in rows)
            return Facets(statuses, facets_of(row.agent_id for row in rows))

        return await self._answer("facets", task_filter, make)

    async def search_conversations(
        self, conversation_filter: ConversationFilter, page: PageRequest
    ) -> Page[ConversationRow]:
        """See ITaskBrowser."""
        return await self._answer(
            "search_conversations",
            (conversation_filter, page),
            lambda: page_of(self._conversation_rows(conversation_filter), page),
        )

    async def count_conversations(
        self, conversation_filter: ConversationFilter, cap: int | None = 10_000
    ) -> Count:
        """See ITaskBrowser."""
        return await self._answer(
            "count_conversations",
            (conversation_filter, cap),
            lambda: capped(len(self._conversation_rows(conversation_filter)), cap),
        )

    async def get_task(self, task_id: Ident) -> TaskDetail:
        """See ITaskBrowser."""
        return await self._answer("get_task", task_id, lambda: self._task(task_id))

    async def get_tasks(self, ids: Sequence[Ident]) -> list[TaskDetail]:
        """See ITaskBrowser."""
        there = {task.row.id: task for task in self.tasks}
        return await self._answer(
            "get_tasks", ids, lambda: [there[each] for each in ids if each in there]
        )

    async def get_contents(self, ids: Sequence[Ident]) -> Mapping[Ident, TaskContents]:
        """See ITaskBrowser."""

        def make() -> Mapping[Ident, TaskContents]:
            there = {task.row.id: task for task in self.tasks}
            return {
                each: TaskContents(task.input, task.output, task.error)
                for each in ids
                if (task := there.get(each)) is not None
            }

        return await self._answer("get_contents", ids, make)

    async def get_conversation(self, conversation_id: Ident) -> Conversation:
        """See ITaskBrowser."""

        def make() -> Conversation:
            for each in self.conversations:
                if each.id == conversation_id:
                    return each
            raise EntityNotFoundError("conversation", conversation_id)

        return await self._answer("get_conversation", conversation_id, make)

    async def get_conversations(self, ids: Sequence[Ident]) -> list[ConversationDetail]:
        """See ITaskBrowser."""
        there = {each.id: each for each in self.conversations}
        return await self._answer(
            "get_conversations",
            ids,
            lambda: [as_stored(there[each]) for each in ids if each in there],
        )

    async def conversation_tree(self, conversation_id: Ident) -> TreeRows:
        """See ITaskBrowser."""

        def make() -> TreeRows:
            rows = [t.row for t in self.tasks if t.row.conversation_id == conversation_id]
            return self._tree_rows(rows)

        return await self._answer("conversation_tree", conversation_id, make)

    async def subtree(self, task_id: Ident) -> TreeRows:
        """See ITaskBrowser."""

        def make() -> TreeRows:
            found = [self._task(task_id).row]
            for above in found:
                found += [
                    task.row
                    for task in self.tasks
                    if task.row.parent_task_id == above.id and task.row not in found
                ]
            return self._tree_rows(found)

        return await self._answer("subtree", task_id, make)

    async def run_limits(self) -> RunLimits:
        """See ITaskBrowser."""
        return self.limits

    async def naming_a_parent(self, ids: Sequence[Ident]) -> frozenset[Ident]:
        """See ITaskBrowser."""

        def make() -> frozenset[Ident]:
            told = [t for t in self.tasks if names_a_parent(t.metadata.text)]
            return frozenset(t.row.id for t in told if t.row.id in ids)

        return await self._answer("naming_a_parent", ids, make)

    async def get_usage(self, ids: Sequence[Ident]) -> Mapping[Ident, Reported]:
        """See ITaskBrowser."""

        def make() -> Mapping[Ident, Reported]:
            wanted = set(ids)
            read = {t.row.id: self.usage_of(t) for t in self.tasks if t.row.id in wanted}
            return {each: reported for each, reported in read.items() if reported is not None}

        return await self._answer("get_usage", ids, make)

    def usage_of(self, task: TaskDetail) -> Reported | None:
        """See ITaskBrowser."""
        return self.usage.read(task.metadata.text, task.row.agent_id)

    async def resolve_id(self, text: str) -> tuple[str, Ident]:
        """See ITaskBrowser."""
        for task in self.tasks:
            if str(task.row.id).startswith(text):
                return "task", task.row.id
        raise EntityNotFoundError("task", text)

    async def replica(self) -> Replica | None:
        """See ITaskBrowser."""
        self.replicas_asked += 1
        await asyncio.sleep(0)
        if "replica" in self.failures:
            raise self.failures["replica"]
        return self.as_replica

    async def close(self) -> None:
        """See ITaskBrowser."""
        self.closed = True
        await self._answer("close", None, lambda: None)

    # How it is done

    def _task(self, wanted: Ident) -> TaskDetail:
        for task in self.tasks:
            if task.row.id == wanted:
                return task
        raise EntityNotFoundError("task", wanted)

    def _tree_rows(self, rows: list[TaskRow]) -> TreeRows:
        inside = {row.id for row in rows}
        homes = {task.row.id: task.row.conversation_id for task in self.tasks}
        parents = {row.parent_task_id for row in rows if row.parent_task_id not in inside}
        elsewhere = {p: homes[p] for p in parents if p is not None and p in homes}
        statuses = {task.row.id: task.row.status.value for task in self.tasks}
        # Trees are read without titles.
        untitled = tuple(row._replace(conversation_title=None) for row in rows)
        return TreeRows(untitled, elsewhere, {each: statuses[each] for each in elsewhere})

    def _matching(self, task_filter: TaskFilter) -> list[TaskDetail]:
        users = {each.id: each.user_id for each in self.conversations}
        parents = {task.row.parent_task_id for task in self.tasks}
        return [
            task
            for task in self.tasks
            if task_matches(task_filter, _facts(task, users, parents), self.clock())
        ]

    def _conversation_rows(self, wanted: ConversationFilter) -> list[ConversationRow]:
        return [
            self._conversation_row(each)
            for each in self.conversations
            if conversation_matches(
                wanted,
                ConversationFacts(
                    id=each.id,
                    user_id=each.user_id,
                    title=each.title,
                    created_at=each.created_at,
                    updated_at=each.updated_at,
                ),
                self.clock(),
            )
        ]

    def _conversation_row(self, each: Conversation) -> ConversationRow:
        rows = [task.row for task in self.tasks if task.row.conversation_id == each.id]
        return ConversationRow(
            id=each.id,
            user_id=each.user_id,
            title=each.title,
            created_at=each.created_at,
            updated_at=each.updated_at,
            tasks=Count(len(rows)),
            failed=Count(sum(row.status == TaskStatus.FAILED for row in rows)),
        )


def _facts(
    task: TaskDetail, users: Mapping[Ident, str], parents: Collection[Ident | None]
) -> TaskFacts:
    row = task.row
    return TaskFacts(
        id=row.id,
        conversation_id=row.conversation_id,
        parent_task_id=row.parent_task_id,
        agent_id=row.agent_id,
        status=row.status.value,
        user_id=users.get(row.conversation_id),
        input=task.input.text,
        output=task.output.text,
        error=task.error,
        metadata=task.metadata.text,
        created_at=row.created_at,
        started_at=row.started_at,
        completed_at=row.completed_at,
        updated_at=row.updated_at,
        has_children=row.id in parents,
    )


def tasks(count: int) -> FakeBrowser:
    """Give a browser of so many tasks, numbered from 1."""
    return FakeBrowser([make_task(number) for number in range(1, count + 1)])
