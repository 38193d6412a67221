"""The finders of the repositories: bounded, ordered, and without a query per row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from support.stored import START, StoredConversation, StoredTask, insert, number
from taskview_core.errors import UsageError
from taskview_core.persistence.conversation_repository import ConversationRepository
from taskview_core.persistence.task_repository import TaskRepository
from taskview_core.query.request import PageRequest
from taskview_core.query.task_filter import TaskFilter

Sessions = async_sessionmaker[AsyncSession]


@contextmanager
def statements_of(engine: AsyncEngine) -> Iterator[list[str]]:
    """Collect the statements that an engine sends, without those that begin and set up."""
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")):
            seen.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine.sync_engine, "before_cursor_execute", note)


def conversation_id(index: int) -> UUID:
    return UUID(int=(0xC << 124) | (0x4 << 76) | (0x8 << 60) | index)


@pytest.fixture
def filled(migrated_url: str) -> None:
    """Ten conversations of two users with five tasks each."""
    conversations = [
        StoredConversation(
            id=conversation_id(index),
            user_id="ada" if index % 2 else "bob",
            title=f"number {index}",
            created_at=START + timedelta(hours=index),
            updated_at=START + timedelta(hours=index),
        )
        for index in range(10)
    ]
    tasks = [
        StoredTask.numbered(
            each * 10 + place,
            conversation_id=conversation_id(each),
            agent_id=f"agent{place}",
            status="pending" if place == 3 else "completed",
        )
        for each in range(10)
        for place in range(5)
    ]
    insert(migrated_url, tasks, conversations)


@pytest.mark.usefixtures("filled")
async def test_with_tasks_takes_the_same_queries_for_one_and_for_many(
    engine: AsyncEngine, sessions: Sessions
) -> None:
    async with sessions() as session:
        await ConversationRepository(session).find_with_tasks("eve")  # Looks at the tables, once.
        with statements_of(engine) as seen:
            found = await ConversationRepository(session).find_with_tasks("ada")
    assert [each.title for each in found] == [f"number {n}" for n in (9, 7, 5, 3, 1)]
    for each in found:
        assert each.tasks is not None
        assert [task.agent_id for task in each.tasks] == [f"agent{place}" for place in range(5)]
        assert {task.conversation_id for task in each.tasks} == {each.id}
    assert len(seen) <= 2, seen


@pytest.mark.usefixtures("filled")
async def test_by_user_leaves_the_tasks_out(engine: AsyncEngine, sessions: Sessions) -> None:
    async with sessions() as session:
        with statements_of(engine) as seen:
            found = await ConversationRepository(session).find_by_user("bob")
    assert [each.title for each in found] == [f"number {n}" for n in (8, 6, 4, 2, 0)]
    assert all(each.tasks is None for each in found)
    assert len(seen) == 1
    async with sessions() as session:
        assert await ConversationRepository(session).find_by_user("nobody") == []
        assert await ConversationRepository(session).find_with_tasks("nobody") == []


@pytest.mark.usefixtures("filled")
async def test_pending_for_an_agent_come_oldest_first(sessions: Sessions) -> None:
    async with sessions() as session:
        found = await TaskRepository(session).find_pending_for_agent("agent3")
        assert [task.id for task in found] == [number(each * 10 + 3) for each in range(10)]
        assert await TaskRepository(session).find_pending_for_agent("agent1") == []


@pytest.mark.usefixtures("filled")
async def test_numbered_pages_neither_overlap_nor_skip(sessions: Sessions) -> None:
    met = []
    async with sessions() as session:
        repository = TaskRepository(session)
        for page in range(1, 9):
            rows, total = await repository.find_paginated(page, 7)
            assert total == 50
            assert len(rows) == (7 if page <= 7 else 1)
            met += [task.id for task in rows]
        assert met == [number(e * 10 + p) for e in reversed(range(10)) for p in reversed(range(5))]
        assert await repository.find_paginated(9, 7) == ([], 50)


@pytest.mark.usefixtures("filled")
async def test_numbered_pages_take_the_same_filter(sessions: Sessions) -> None:
    task_filter = TaskFilter.parse("agent:agent3 status:pending user:ada")
    async with sessions() as session:
        repository = TaskRepository(session)
        rows, total = await repository.find_paginated(1, 3, task_filter)
        assert total == 5
        assert [task.id for task in rows] == [number(n) for n in (93, 73, 53)]
        page = await repository.search_tasks(task_filter, PageRequest(3))
        assert [row.id for row in page.rows] == [task.id for task in rows]
        count = await repository.count_tasks(task_filter, None)
        assert (count.value, count.exact) == (5, True)
        facets = await repository.facets(task_filter)
        assert [(each.value, each.count.value) for each in facets.agents] == [("agent3", 5)]


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(("page", "size"), [(0, 10), (-1, 10), (1, 0), (1, -5)])
async def test_pages_that_cannot_be_are_refused(sessions: Sessions, page: int, size: int) -> None:
    async with sessions() as session:
        with pytest.raises(UsageError):
            await TaskRepository(session).find_paginated(page, size)
