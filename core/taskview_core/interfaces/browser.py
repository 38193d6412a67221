"""The one interface through which screens and commands read a database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
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
    )
    from taskview_core.interfaces.limits import ReadingLimits
    from taskview_core.query.conversation_filter import ConversationFilter
    from taskview_core.query.page import Page
    from taskview_core.query.request import PageRequest
    from taskview_core.query.stuck import RunLimits
    from taskview_core.query.task_filter import TaskFilter
    from taskview_core.tree.rows import TreeRows

COUNT_CAP = 10_000
"""Where a capped count stops."""


class ITaskBrowser(Protocol):
    """Reads of a database, each complete in itself: it opens a session, maps, and closes.

    Calls may run side by side. Cancelling a call stops its query at once, on the server too, and
    leaves the connection usable. Every failure is a TaskviewError.
    """

    @property
    def label(self) -> str:
        """The database's name for people, without any password."""
        ...

    @property
    def address(self) -> str:
        """A URL or path that opens the database again from any folder, without any password."""
        ...

    @property
    def reading(self) -> ReadingLimits:
        """What reading may cost the database."""
        ...

    async def connect(self) -> None:
        """Reach the database and look at its tables; CannotConnectError or SchemaError."""
        ...

    async def search_tasks(
        self,
        task_filter: TaskFilter,
        page: PageRequest,
        *,
        heard: Callable[[Page[TaskRow]], None] | None = None,
    ) -> Page[TaskRow]:
        """Give one page of the tasks that the filter lets through.

        Where time runs out, what has been found is a partial page. With `heard`, a search whose
        rows have to be looked at goes on until the page is full, the list ends or the call is
        cancelled, however long that takes. Meanwhile `heard` is called, on the event loop, with the
        page as found so far, whose `partial` says how far the search has come, and how many rows it
        has from beyond.
        """
        ...

    async def count_tasks(
        self,
        task_filter: TaskFilter,
        cap: int | None = COUNT_CAP,
        *,
        heard: Callable[[Count], None] | None = None,
    ) -> Count:
        """Count the tasks that the filter lets through, up to `cap`; exactly where it is None.

        Where rows have to be looked at, `heard` is called, on the event loop, with the number that
        has been found so far, and where time runs out, the last one is the answer.
        """
        ...

    async def count_quickly(self, task_filter: TaskFilter) -> Count | None:
        """Say how many tasks the filter lets through, in a moment and beyond any cap.

        Exactly where a narrow index tells it in that time; else as the server estimates it, where
        that can be trusted. None where nothing tells.
        """
        ...

    async def facets(
        self, task_filter: TaskFilter, *, heard: Callable[[Facets], None] | None = None
    ) -> Facets:
        """Count the statuses and agents of the tasks that the filter lets through, capped.

        `heard` is called as for `count_tasks`, and with the capped ones where narrow indexes tell
        all of them in a moment more.
        """
        ...

    async def search_conversations(
        self, conversation_filter: ConversationFilter, page: PageRequest
    ) -> Page[ConversationRow]:
        """Give one page of conversations, with their tasks and failures counted."""
        ...

    async def count_conversations(
        self, conversation_filter: ConversationFilter, cap: int | None = COUNT_CAP
    ) -> Count:
        """Count the conversations that the filter lets through."""
        ...

    async def get_task(self, task_id: Ident) -> TaskDetail:
        """Give one task with its payloads; raise EntityNotFoundError."""
        ...

    async def get_tasks(self, ids: Sequence[Ident]) -> list[TaskDetail]:
        """Give tasks with their payloads in the order of `ids`; one that is gone is left out."""
        ...

    async def get_contents(self, ids: Sequence[Ident]) -> Mapping[Ident, TaskContents]:
        """Give the contents of tasks; one that is gone is left out. Half the work of `get_tasks`.

        It is for going through thousands, some at a time.
        """
        ...

    async def get_conversation(self, conversation_id: Ident) -> Conversation:
        """Give one conversation without its tasks; raise EntityNotFoundError."""
        ...

    async def get_conversations(self, ids: Sequence[Ident]) -> list[ConversationDetail]:
        """Give conversations as stored in the order of `ids`; one that is gone is left out."""
        ...

    async def conversation_tree(self, conversation_id: Ident) -> TreeRows:
        """Give all tasks of a conversation, oldest first."""
        ...

    async def subtree(self, task_id: Ident) -> TreeRows:
        """Give a task and all below it, level by level, in whatever conversation they are."""
        ...

    async def run_limits(self) -> RunLimits:
        """Give how long the runs of agents with running tasks take: the 99th percentile.

        Of the last ended runs of each; agents with too few are left out: see `query.stuck`. It may
        be a minute old, and where it is not complete, leaves out agents that it took too long to
        look at, or beyond the first hundred by name.
        """
        ...

    async def naming_a_parent(self, ids: Sequence[Ident]) -> frozenset[Ident]:
        """Give those of the tasks whose metadata names a parent: see `query.stuck`.

        Asked of tasks without a parent. For a large tree it is asked a part at a time.
        """
        ...

    async def get_usage(self, ids: Sequence[Ident]) -> Mapping[Ident, Reported]:
        """Give what tasks say in their metadata that was used; those that say nothing are left out.

        For the tasks of a large tree it is asked a part at a time: nothing is to wait for it.
        """
        ...

    def usage_of(self, task: TaskDetail) -> Reported | None:
        """Give what a task that has been read says that was used; None where it says nothing."""
        ...

    async def resolve_id(self, text: str) -> tuple[str, Ident]:
        """Find what an id, or the unique prefix of one (4 hex digits or more), belongs to.

        Gives ("task", id) or ("conversation", id); the task where a whole id is that of both.
        Raises EntityNotFoundError, AmbiguousIdError (whose detail lists some of the matches), or
        UsageError for what is no prefix of an id.
        """
        ...

    async def replica(self) -> Replica | None:
        """Say how far a hot standby is behind its primary; None for any other database.

        It costs a question to the server where that is one.
        """
        ...

    async def close(self) -> None:
        """Stop what runs and close every connection."""
        ...
