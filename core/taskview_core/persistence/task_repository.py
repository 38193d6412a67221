"""Tasks in a database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from taskview_core.entities import Count, Facets, Ident, Task, TaskRow, TaskStatus
from taskview_core.errors import UsageError
from taskview_core.interfaces.repositories import ITaskRepository
from taskview_core.persistence.base_repository import BaseRepository
from taskview_core.persistence.engine import get_session
from taskview_core.persistence.models import TaskModel
from taskview_core.persistence.sql.counts import count_facets, count_rows
from taskview_core.persistence.sql.mapping import (
    conversation_of,
    ident_of,
    optional_text,
    text_of,
)
from taskview_core.persistence.sql.paging import PageSearch
from taskview_core.persistence.sql.profile import profile_of
from taskview_core.persistence.sql.reads import InSession
from taskview_core.persistence.sql.source import Source, expressions_for, task_source
from taskview_core.persistence.sql.walk import walk
from taskview_core.query.page import Page
from taskview_core.query.request import PageRequest
from taskview_core.query.sort import NEWEST_FIRST, Sort
from taskview_core.query.task_filter import EVERYTHING, TaskFilter
from taskview_core.query.terms import Pattern, ValueKey, ValueTerm

_IDS_A_QUERY = 1_000


class TaskRepository(BaseRepository[TaskModel, Task], ITaskRepository):
    """Implements `ITaskRepository` over one session."""

    def __init__(self, session: AsyncSession) -> None:
        super().__init__(session, TaskModel, "task")

    def _to_entity(self, model: TaskModel) -> Task:
        return Task(
            id=model.id,
            # Other programs put NULLs and, on SQLite, bytes where the columns are to have text.
            conversation_id=conversation_of(model.conversation_id, []),
            parent_task_id=model.parent_task_id,
            agent_id=text_of(model.agent_id),
            status=TaskStatus.from_string(text_of(model.status)),
            input=model.input,
            output=model.output,
            error=optional_text(model.error),
            metadata=model.metadata_,
            created_at=model.created_at,
            started_at=model.started_at,
            completed_at=model.completed_at,
            updated_at=model.updated_at,
        )

    def _to_model(self, entity: Task) -> TaskModel:
        model = TaskModel(id=entity.id)
        model.conversation_id = entity.conversation_id
        model.parent_task_id = entity.parent_task_id
        model.agent_id = entity.agent_id
        model.status = entity.status.value
        model.input = entity.input
        model.output = entity.output
        model.error = entity.error
        model.metadata_ = entity.metadata
        model.started_at = entity.started_at
        model.completed_at = entity.completed_at
        # The columns do not take NULL: what an entity leaves open, the model's defaults fill.
        if entity.created_at is not None:
            model.created_at = entity.created_at
        if entity.updated_at is not None:
            model.updated_at = entity.updated_at
        return model

    async def find_pending_for_agent(self, agent_id: str) -> list[Task]:
        """See ITaskRepository."""
        pending = TaskFilter(
            (
                ValueTerm(ValueKey.STATUS, (Pattern(TaskStatus.PENDING.value),)),
                ValueTerm(ValueKey.AGENT, (Pattern(agent_id),)),
            )
        )
        rows = [row async for row in self._keys(await self._source(pending), Sort("created"), None)]
        return await self._whole(rows)

    async def search_tasks(self, task_filter: TaskFilter, page: PageRequest) -> Page[TaskRow]:
        """See ITaskRepository."""
        return await PageSearch(await self._source(task_filter), page).run(InSession(self._session))

    async def find_paginated(
        self, page: int, page_size: int, filters: TaskFilter | None = None
    ) -> tuple[list[Task], int]:
        """See ITaskRepository."""
        if page < 1 or page_size < 1:
            raise UsageError("pages are numbered from 1 and hold at least one task")
        source = await self._source(filters or EVERYTHING)
        begin, end = (page - 1) * page_size, page * page_size
        rows: list[Any] = []
        place = 0
        async for row in self._keys(source, NEWEST_FIRST, end):
            if place >= begin:
                rows.append(row)
            place += 1
        total = await count_rows(self._session, source, None)
        return await self._whole(rows), total.value

    async def count_tasks(self, task_filter: TaskFilter, cap: int | None) -> Count:
        """See ITaskRepository."""
        return await count_rows(self._session, await self._source(task_filter), cap)

    async def facets(self, task_filter: TaskFilter) -> Facets:
        """See ITaskRepository."""
        profile = await profile_of(self._session)
        return await count_facets(self._session, await self._source(task_filter), profile)

    async def _source(self, task_filter: TaskFilter) -> Source[TaskRow]:
        profile = await profile_of(self._session)
        return await task_source(self._session, profile, task_filter, datetime.now(UTC))

    def _keys(self, source: Source[TaskRow], sort: Sort, want: int | None) -> Any:
        return walk(
            InSession(self._session),
            source,
            source.order(sort),
            want=2**62 if want is None else want,
            columns=False,
        )

    async def find_by_conversations(self, ids: Sequence[Ident]) -> dict[Ident, list[Task]]:
        """Give the tasks of conversations by these, the oldest first."""
        column = TaskModel.__table__.c.conversation_id
        found: dict[Ident, list[Task]] = {}
        for task in await self._under(column, ids, TaskModel.created_at, TaskModel.id):
            found.setdefault(task.conversation_id, []).append(task)
        return found

    async def _whole(self, rows: Sequence[Any]) -> list[Task]:
        """Give the whole tasks of rows that hold but the keys of an order, in that order."""
        ids = [ident_of(row.key_1) for row in rows]
        found = {task.id: task for task in await self._under(TaskModel.__table__.c.id, ids)}
        return [found[ident] for ident in ids if ident in found]

    async def _under(self, column: Any, ids: Sequence[Ident], *order: Any) -> list[Task]:
        """Give the tasks in which a column holds one of these ids."""
        engine = expressions_for(await profile_of(self._session))
        found: list[Task] = []
        for begin in range(0, len(ids), _IDS_A_QUERY):
            some = engine.idents(column, ids[begin : begin + _IDS_A_QUERY])
            statement = select(TaskModel).where(some).order_by(*order)
            models = await self._session.execute(
                statement.execution_options(populate_existing=True)
            )
            found += [self._to_entity(model) for model in models.scalars()]
        return found


def _depends(dependency: Callable[..., Any]) -> Any:
    """Give FastAPI's marker. Only FastAPI evaluates the annotation below, so it is there then."""
    from fastapi import Depends

    return Depends(dependency)


async def get_task_repository(
    session: Annotated[AsyncSession, _depends(get_session)],
) -> TaskRepository:
    """Give the repository of a session; as a FastAPI dependency, of the request's session."""
    return TaskRepository(session)
