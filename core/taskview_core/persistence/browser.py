"""The reading side of a database, as screens and commands see it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

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
from taskview_core.errors import (
    EntityNotFoundError,
    QueryError,
    UnsupportedError,
)
from taskview_core.interfaces.browser import COUNT_CAP
from taskview_core.interfaces.limits import USUAL_CONNECTIONS, USUAL_SECONDS, ReadingLimits
from taskview_core.persistence.asking import Asker
from taskview_core.persistence.conversation_repository import ConversationRepository
from taskview_core.persistence.database_url import DatabaseUrl
from taskview_core.persistence.engine import create_engine
from taskview_core.persistence.faults import translated
from taskview_core.persistence.idle import IDLE_SECONDS, IdleConnections
from taskview_core.persistence.limited_connection import LimitedConnection
from taskview_core.persistence.limits_cache import KEPT, LimitsCache
from taskview_core.persistence.replication import NO_WORDS, Replication
from taskview_core.persistence.running import Runner, Session, Work
from taskview_core.persistence.sql.conversation_pages import with_counts
from taskview_core.persistence.sql.counts import count_rows
from taskview_core.persistence.sql.identify import identify
from taskview_core.persistence.sql.mapping import (
    conversation_detail,
    ident_of,
    task_contents,
    task_detail,
)
from taskview_core.persistence.sql.orphans import naming_a_parent
from taskview_core.persistence.sql.paging import PageSearch
from taskview_core.persistence.sql.profile import Profile, forget_profile, profile_of
from taskview_core.persistence.sql.reads import InSession
from taskview_core.persistence.sql.source import (
    conversation_source,
    expressions_for,
)
from taskview_core.persistence.sql.spread import titles_of
from taskview_core.persistence.sql.tables import conversations, tasks
from taskview_core.persistence.sql.task_columns import (
    contents_columns,
    conversation_columns,
    detail_columns,
)
from taskview_core.persistence.sql.trees import conversation_rows, subtree_rows
from taskview_core.persistence.sql.usage import read_usage
from taskview_core.persistence.task_lists import TaskLists
from taskview_core.persistence.text_index.lookup import text_index_of
from taskview_core.persistence.url import parse_database_url
from taskview_core.query.conversation_filter import ConversationFilter
from taskview_core.query.page import Page
from taskview_core.query.request import PageRequest
from taskview_core.query.sort import RECENT_FIRST
from taskview_core.query.stuck import RunLimits
from taskview_core.query.task_filter import TaskFilter
from taskview_core.tree.rows import TreeRows

T = TypeVar("T")


def _utc_now() -> datetime:
    return datetime.now(UTC)


class DatabaseBrowser:
    """Implements `ITaskBrowser` for SQLite and Postgres.

    It holds at most `connections`, all of them read-only, and lets those go that were idle for
    `idle` seconds. A statement is stopped after `timeout` seconds (0: never) by the database
    itself, and so is what it is for, unless that is given a `patience` of its own.

    `clock` is what relative times in filters are resolved against. `limits_kept` is for how many
    seconds it is believed how long the runs of an agent take. `text_indexes` is the folder with
    the text indexes of SQLite databases; None for none. `usage` says where metadata tells what
    was used. `opened` is a connection to Postgres that is there already.
    """

    def __init__(
        self,
        url: str | DatabaseUrl,
        *,
        connections: int = USUAL_CONNECTIONS,
        timeout: float = USUAL_SECONDS,
        patience: float | None = None,
        idle: float = IDLE_SECONDS,
        clock: Callable[[], datetime] = _utc_now,
        text_indexes: Path | None = None,
        limits_kept: float = KEPT,
        usage: UsagePaths | None = None,
        opened: LimitedConnection | None = None,
    ) -> None:
        self._url = parse_database_url(url) if isinstance(url, str) else url
        self._clock = clock
        self._usage = usage or UsagePaths()
        self._reading = ReadingLimits(timeout, connections)
        self._limits = LimitsCache(self._url.label, limits_kept)
        self._engine = create_engine(
            self._url,
            read_only=True,
            pool_size=connections,
            max_overflow=0,
            # A lost connection is met by trying once more: see Asker.
            pool_pre_ping=False,
            statement_timeout=timeout,
            opened=opened,
        )
        self._replication = Replication()
        self._may_be_replica = None if opened is None else opened.reports_standby
        event.listen(self._engine.sync_engine, "connect", self._connected)
        self._runner = Runner(self._engine, connections)
        self._asker = Asker(self._runner, self._url.label, timeout, patience)
        self._lists = TaskLists(
            self._asker,
            self._url.label,
            served=self._url.kind == "postgresql",
            clock=clock,
            run_limits=self.run_limits,
            text_index=text_index_of(self._url, text_indexes),
        )
        self._idle = IdleConnections(self._engine, idle)
        event.listen(self._engine.sync_engine, "invalidate", self._lost)

    def _lost(self, connection: object, entry: object, error: BaseException | None) -> None:
        # Not where a question was only given up, which ends a connection to a server too.
        if isinstance(error, Exception):
            forget_profile(self._engine.sync_engine)

    @property
    def label(self) -> str:
        """See ITaskBrowser."""
        return self._url.label

    @property
    def address(self) -> str:
        """See ITaskBrowser."""
        return self._url.address

    @property
    def notices(self) -> tuple[str, ...]:
        """What of the URL could not be honoured, a sentence each."""
        return self._url.notices

    @property
    def reading(self) -> ReadingLimits:
        """See ITaskBrowser."""
        return self._reading

    async def connect(self) -> None:
        """See ITaskBrowser."""
        await self._call(self._profile)

    async def search_tasks(
        self,
        task_filter: TaskFilter,
        page: PageRequest,
        *,
        heard: Callable[[Page[TaskRow]], None] | None = None,
    ) -> Page[TaskRow]:
        """See ITaskBrowser. Where time runs out, what has been found is a partial page."""
        return await self._lists.page(task_filter, page, heard)

    async def count_tasks(
        self,
        task_filter: TaskFilter,
        cap: int | None = COUNT_CAP,
        *,
        heard: Callable[[Count], None] | None = None,
    ) -> Count:
        """See ITaskBrowser."""
        return await self._lists.count(task_filter, cap, heard)

    async def count_quickly(self, task_filter: TaskFilter) -> Count | None:
        """See ITaskBrowser."""
        return await self._lists.count_quickly(task_filter)

    async def facets(
        self, task_filter: TaskFilter, *, heard: Callable[[Facets], None] | None = None
    ) -> Facets:
        """See ITaskBrowser."""
        return await self._lists.facets(task_filter, heard)

    async def search_conversations(
        self, conversation_filter: ConversationFilter, page: PageRequest
    ) -> Page[ConversationRow]:
        """See ITaskBrowser."""

        async def work(session: Session) -> Page[ConversationRow]:
            profile = await self._profile(session)
            source = conversation_source(profile, conversation_filter, self._clock())
            found = await PageSearch(source, page).run(InSession(session))
            return await with_counts(session, source.engine, profile, found)

        return await self._call(work)

    async def count_conversations(
        self, conversation_filter: ConversationFilter, cap: int | None = COUNT_CAP
    ) -> Count:
        """See ITaskBrowser."""

        async def work(session: Session) -> Count:
            profile = await self._profile(session)
            source = conversation_source(profile, conversation_filter, self._clock())
            return await count_rows(session, source, cap, RECENT_FIRST)

        return await self._call(work, long=cap is None)

    async def get_task(self, task_id: Ident) -> TaskDetail:
        """See ITaskBrowser."""
        found = await self.get_tasks([task_id])
        if not found:
            raise EntityNotFoundError("task", task_id)
        return found[0]

    async def get_tasks(self, ids: Sequence[Ident]) -> list[TaskDetail]:
        """See ITaskBrowser."""

        async def work(session: Session) -> list[TaskDetail]:
            profile = await self._profile(session)
            engine, apart = expressions_for(profile), profile.titles_apart
            columns = detail_columns(engine, titles=not apart)
            stored = await session.execute(select(*columns).where(engine.idents(tasks.c.id, ids)))
            found = {ident_of(row.id): task_detail(row) for row in stored.all()}
            listed = [found[ident] for ident in ids if ident in found]
            if not apart:
                return listed
            rows = await titles_of(session, engine, [task.row for task in listed])
            return [replace(task, row=row) for task, row in zip(listed, rows, strict=True)]

        return await self._call(work) if ids else []

    async def get_contents(self, ids: Sequence[Ident]) -> dict[Ident, TaskContents]:
        """See ITaskBrowser."""

        async def work(session: Session) -> dict[Ident, TaskContents]:
            engine = expressions_for(await self._profile(session))
            wanted = select(*contents_columns()).where(engine.idents(tasks.c.id, ids))
            return dict(map(task_contents, (await session.execute(wanted)).all()))

        return await self._call(work) if ids else {}

    async def get_conversation(self, conversation_id: Ident) -> Conversation:
        """See ITaskBrowser."""

        async def work(session: Session) -> Conversation | None:
            assert isinstance(session, AsyncConnection), "a runner has no other"
            async with AsyncSession(session) as own:
                return await ConversationRepository(own).get_by_id(conversation_id)

        found = await self._call(work)
        if found is None:
            raise EntityNotFoundError("conversation", conversation_id)
        return found

    async def get_conversations(self, ids: Sequence[Ident]) -> list[ConversationDetail]:
        """See ITaskBrowser."""

        async def work(session: Session) -> list[ConversationDetail]:
            engine = expressions_for(await self._profile(session))
            wanted = select(*conversation_columns()).where(engine.idents(conversations.c.id, ids))
            stored = await session.execute(wanted)
            found = {ident_of(row.id): conversation_detail(row) for row in stored.all()}
            return [found[ident] for ident in ids if ident in found]

        return await self._call(work) if ids else []

    async def conversation_tree(self, conversation_id: Ident) -> TreeRows:
        """See ITaskBrowser."""

        async def work(session: Session) -> TreeRows:
            return await conversation_rows(session, await self._profile(session), conversation_id)

        return await self._call(work, long=True)

    async def subtree(self, task_id: Ident) -> TreeRows:
        """See ITaskBrowser."""

        async def work(session: Session) -> TreeRows:
            return await subtree_rows(session, await self._profile(session), task_id)

        async def by_levels(session: Session) -> TreeRows:
            profile = await self._profile(session)
            return await subtree_rows(session, profile, task_id, levels=True)

        try:
            return await self._call(work, long=True)
        except UnsupportedError:  # Citus recurses on no table that is spread over its nodes.
            return await self._call(by_levels, long=True)

    async def run_limits(self) -> RunLimits:
        """See ITaskBrowser."""

        async def call(work: Work[None], seconds: float) -> None:
            await self._call(work, seconds=seconds)

        return await self._limits.read(call)

    async def naming_a_parent(self, ids: Sequence[Ident]) -> frozenset[Ident]:
        """See ITaskBrowser."""

        async def work(session: Session) -> frozenset[Ident]:
            return await naming_a_parent(session, await self._profile(session), ids)

        return await self._call(work) if ids else frozenset()

    async def get_usage(self, ids: Sequence[Ident]) -> dict[Ident, Reported]:
        """See ITaskBrowser."""

        async def work(session: Session) -> dict[Ident, Reported]:
            return await read_usage(session, await self._profile(session), ids, self._usage)

        return await self._call(work) if ids else {}

    def usage_of(self, task: TaskDetail) -> Reported | None:
        """See ITaskBrowser."""
        return self._usage.read(task.metadata.text, task.row.agent_id)

    async def resolve_id(self, text: str) -> tuple[str, Ident]:
        """See ITaskBrowser."""

        async def work(session: Session) -> tuple[str, Ident]:
            return await identify(session, expressions_for(await self._profile(session)), text)

        return await self._call(work)

    async def replica(self) -> Replica | None:
        """See ITaskBrowser. Nothing is asked where the last connection was to no standby."""
        if self._may_be_replica is None and self._url.kind == "postgresql":
            await self._call(self._profile)  # Whoever connects finds out.
        if not self._may_be_replica:
            return None
        try:
            found = await self._call(self._replication.ask)
        except QueryError:
            return NO_WORDS
        self._may_be_replica = found is not None
        return found

    def _connected(self, connection: Any, _entry: object) -> None:
        driver = connection.driver_connection
        self._may_be_replica = isinstance(driver, LimitedConnection) and driver.is_replica

    async def close(self) -> None:
        """See ITaskBrowser."""
        self._idle.stop()
        await self._runner.stop()
        with translated(self.label):
            await self._engine.dispose()

    async def _profile(self, session: Session) -> Profile:
        return await profile_of(session, self.label)

    async def _call(self, work: Work[T], *, long: bool = False, seconds: float | None = None) -> T:
        return await self._asker.ask(work, long=long, seconds=seconds)
