"""A browser that is made when it is first needed: its first page is there before that."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

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
    UsagePaths,
)
from taskview_core.interfaces import ITaskBrowser
from taskview_core.interfaces.browser import COUNT_CAP
from taskview_core.interfaces.limits import USUAL_LIMITS, ReadingLimits
from taskview_core.persistence.database_url import DatabaseUrl
from taskview_core.query.conversation_filter import ConversationFilter
from taskview_core.query.page import Page
from taskview_core.query.request import PageRequest
from taskview_core.query.task_filter import EVERYTHING, TaskFilter
from taskview_core.tree.rows import TreeRows

if TYPE_CHECKING:
    from taskview_core.persistence.limited_connection import LimitedConnection
    from taskview_core.query.stuck import RunLimits


class LateBrowser:
    """Implements `ITaskBrowser` by another one, which `make` gives.

    `make` is called in a thread, for it imports for long: at the first question but that for the
    newest tasks, which are read by the bare driver as the database is reached, where they can be.
    It is given the connection for that, if there is one to a server. `usage` says where metadata
    tells what was used.
    """

    def __init__(
        self,
        url: DatabaseUrl,
        make: Callable[[LimitedConnection | None], ITaskBrowser],
        usage: UsagePaths | None = None,
        limits: ReadingLimits = USUAL_LIMITS,
    ) -> None:
        self._url = url
        self._limits = limits
        self._make = make
        self._usage = usage or UsagePaths()
        self._making: asyncio.Future[ITaskBrowser] | None = None
        self._first: Page[TaskRow] | None = None
        self._opened: LimitedConnection | None = None

    @property
    def label(self) -> str:
        """See ITaskBrowser."""
        return self._url.label

    @property
    def address(self) -> str:
        """See ITaskBrowser."""
        return self._url.address

    @property
    def reading(self) -> ReadingLimits:
        """See ITaskBrowser."""
        return self._limits

    async def connect(self) -> None:
        """See ITaskBrowser."""
        if self._url.kind == "postgresql":
            self._first = await self._first_of_server(PageRequest())
        elif self._url.path is not None:
            self._first = await asyncio.to_thread(_first_of_file, self._url, PageRequest())
        if self._first is None:
            await (await self._whole()).connect()

    async def _first_of_server(self, request: PageRequest) -> Page[TaskRow] | None:
        await asyncio.to_thread(import_module, "taskview_core.persistence.first_page_postgres")
        from taskview_core.persistence import first_page_postgres
        from taskview_core.persistence.limited_connection import answer_within

        within = answer_within(self._limits.timeout)
        self._opened = await first_page_postgres.connect(self._url, within)
        if self._opened is None:
            return None
        return await first_page_postgres.read_first_page(self._opened, request)

    async def _whole(self) -> ITaskBrowser:
        """Give the browser that answers everything. Who stops waiting does not stop its making."""
        if self._making is None:
            opened, self._opened = self._opened, None
            if opened is not None and opened.is_closed():
                opened = None
            self._making = asyncio.ensure_future(asyncio.to_thread(self._make, opened))
        return await asyncio.shield(self._making)

    async def search_tasks(
        self,
        task_filter: TaskFilter,
        page: PageRequest,
        *,
        heard: Callable[[Page[TaskRow]], None] | None = None,
    ) -> Page[TaskRow]:
        """See ITaskBrowser."""
        # It is of now: who asks again is to see what has come since.
        first, self._first = self._first, None
        if first is not None and page == first.request and task_filter == EVERYTHING:
            return first
        return await (await self._whole()).search_tasks(task_filter, page, heard=heard)

    async def count_tasks(
        self,
        task_filter: TaskFilter,
        cap: int | None = COUNT_CAP,
        *,
        heard: Callable[[Count], None] | None = None,
    ) -> Count:
        """See ITaskBrowser."""
        return await (await self._whole()).count_tasks(task_filter, cap, heard=heard)

    async def count_quickly(self, task_filter: TaskFilter) -> Count | None:
        """See ITaskBrowser."""
        return await (await self._whole()).count_quickly(task_filter)

    async def facets(
        self, task_filter: TaskFilter, *, heard: Callable[[Facets], None] | None = None
    ) -> Facets:
        """See ITaskBrowser."""
        return await (await self._whole()).facets(task_filter, heard=heard)

    async def search_conversations(
        self, conversation_filter: ConversationFilter, page: PageRequest
    ) -> Page[ConversationRow]:
        """See ITaskBrowser."""
        return await (await self._whole()).search_conversations(conversation_filter, page)

    async def count_conversations(
        self, conversation_filter: ConversationFilter, cap: int | None = COUNT_CAP
    ) -> Count:
        """See ITaskBrowser."""
        return await (await self._whole()).count_conversations(conversation_filter, cap)

    async def get_task(self, task_id: Ident) -> TaskDetail:
        """See ITaskBrowser."""
        return await (await self._whole()).get_task(task_id)

    async def get_tasks(self, ids: Sequence[Ident]) -> list[TaskDetail]:
        """See ITaskBrowser."""
        return await (await self._whole()).get_tasks(ids)

    async def get_contents(self, ids: Sequence[Ident]) -> Mapping[Ident, TaskContents]:
        """See ITaskBrowser."""
        return await (await self._whole()).get_contents(ids)

    async def get_conversation(self, conversation_id: Ident) -> Conversation:
        """See ITaskBrowser."""
        return await (await self._whole()).get_conversation(conversation_id)

    async def get_conversations(self, ids: Sequence[Ident]) -> list[ConversationDetail]:
        """See ITaskBrowser."""
        return await (await self._whole()).get_conversations(ids)

    async def conversation_tree(self, conversation_id: Ident) -> TreeRows:
        """See ITaskBrowser."""
        return await (await self._whole()).conversation_tree(conversation_id)

    async def subtree(self, task_id: Ident) -> TreeRows:
        """See ITaskBrowser."""
        return await (await self._whole()).subtree(task_id)

    async def run_limits(self) -> RunLimits:
        """See ITaskBrowser."""
        return await (await self._whole()).run_limits()

    async def naming_a_parent(self, ids: Sequence[Ident]) -> frozenset[Ident]:
        """See ITaskBrowser."""
        return await (await self._whole()).naming_a_parent(ids)

    async def get_usage(self, ids: Sequence[Ident]) -> Mapping[Ident, Reported]:
        """See ITaskBrowser."""
        return await (await self._whole()).get_usage(ids)

    def usage_of(self, task: TaskDetail) -> Reported | None:
        """See ITaskBrowser."""
        return self._usage.read(task.metadata.text, task.row.agent_id)

    async def resolve_id(self, text: str) -> tuple[str, Ident]:
        """See ITaskBrowser."""
        return await (await self._whole()).resolve_id(text)

    async def replica(self) -> Replica | None:
        """See ITaskBrowser."""
        return await (await self._whole()).replica()

    async def close(self) -> None:
        """See ITaskBrowser."""
        if self._making is not None:
            await (await self._whole()).close()
        elif self._opened is not None:
            self._opened.terminate()


def _first_of_file(url: DatabaseUrl, request: PageRequest) -> Page[TaskRow] | None:
    from taskview_core.persistence.first_page_sqlite import read_first_page

    assert url.path is not None, "the caller has looked"
    return read_first_page(url.path, request, immutable=url.immutable)
