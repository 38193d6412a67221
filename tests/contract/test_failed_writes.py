"""A write that fails undoes itself and nothing else: what its caller wrote before stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from support.stored import CONVERSATION, number
from taskview_core.entities import Conversation, Task
from taskview_core.errors import EntityAlreadyExistsError, QueryError, TaskviewError
from taskview_core.persistence.conversation_repository import ConversationRepository
from taskview_core.persistence.task_repository import TaskRepository

Sessions = async_sessionmaker[AsyncSession]

CHAT = Conversation(id=CONVERSATION, user_id="ada")
TASK = Task(id=number(1), conversation_id=CONVERSATION, agent_id="planner")


async def _users(sessions: Sessions) -> set[str]:
    async with sessions() as session:
        repository = ConversationRepository(session)
        users = ("before", "after", "refused")
        return {user for user in users if await repository.find_by_user(user)}


@pytest.fixture
async def stored(sessions: Sessions) -> None:
    """A conversation with a task."""
    async with sessions.begin() as session:
        await ConversationRepository(session).create_conversation_with_task(CHAT, TASK)


REFUSED: dict[str, Callable[[], tuple[Conversation, Task]]] = {
    "its conversation is another": lambda: (
        Conversation(id=uuid4(), user_id="refused"),
        Task(id=uuid4(), conversation_id=uuid4(), agent_id="a"),
    ),
    "its id is taken": lambda: (
        Conversation(id=uuid4(), user_id="refused"),
        replace(TASK, conversation_id=CHAT.id),
    ),
    "the conversation's id is taken": lambda: (
        replace(CHAT, user_id="refused"),
        Task(id=uuid4(), conversation_id=CHAT.id, agent_id="a"),
    ),
}


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("why", REFUSED)
async def test_a_refused_pair_leaves_the_rest_of_the_unit(sessions: Sessions, why: str) -> None:
    async with sessions.begin() as session:
        repository = ConversationRepository(session)
        await repository.create(Conversation(id=uuid4(), user_id="before"))
        with pytest.raises(TaskviewError):
            await repository.create_conversation_with_task(*REFUSED[why]())
        await repository.create(Conversation(id=uuid4(), user_id="after"))
    assert await _users(sessions) == {"before", "after"}


@pytest.mark.usefixtures("stored")
async def test_a_duplicate_that_only_the_database_sees_is_like_any_other(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program may store the same id between the look and the write."""

    async def nothing(_self: object, _ident: object) -> None:
        return None

    for seen in (True, False):
        with monkeypatch.context() as patch:
            if not seen:
                patch.setattr(ConversationRepository, "_find", nothing)
            async with sessions.begin() as session:
                repository = ConversationRepository(session)
                await repository.create(Conversation(id=uuid4(), user_id="before"))
                with pytest.raises(EntityAlreadyExistsError):
                    await repository.create(replace(CHAT, user_id="refused"))
                await repository.create(Conversation(id=uuid4(), user_id="after"))
        assert await _users(sessions) == {"before", "after"}


@pytest.mark.usefixtures("stored")
async def test_a_refused_change_leaves_the_rest_of_the_unit(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        repository = TaskRepository(session)
        await repository.update(replace(TASK, agent_id="changed"))
        with pytest.raises(QueryError):
            await repository.update(replace(TASK, conversation_id=uuid4()))
    async with sessions() as session:
        kept = await TaskRepository(session).get_by_id(TASK.id)
    assert kept is not None
    assert (kept.agent_id, kept.conversation_id) == ("changed", CHAT.id)


@pytest.mark.usefixtures("stored")
async def test_text_that_no_database_can_hold_is_refused_by_name(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        repository = TaskRepository(session)
        with pytest.raises(QueryError):
            await repository.create(replace(TASK, id=number(2), error="half a pair: \ud800"))
        await repository.create(replace(TASK, id=number(3)))
    async with sessions() as session:
        assert await TaskRepository(session).get_by_id(number(2)) is None
        assert await TaskRepository(session).get_by_id(number(3)) is not None
