"""Several writes are stored together or not at all; `get_session` is the scope that decides."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Annotated
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from support.stored import CONVERSATION, number
from taskview_core.entities import Conversation, Task, TaskStatus
from taskview_core.errors import EntityAlreadyExistsError, TaskviewError
from taskview_core.persistence.conversation_repository import ConversationRepository
from taskview_core.persistence.engine import close_engine, get_session, init_engine
from taskview_core.persistence.task_repository import TaskRepository, get_task_repository

Sessions = async_sessionmaker[AsyncSession]

CHAT = Conversation(id=CONVERSATION, user_id="ada")
TASK = Task(id=number(1), conversation_id=CONVERSATION, agent_id="planner", input={"n": 1})

Tasks = Annotated[TaskRepository, Depends(get_task_repository)]
Session = Annotated[AsyncSession, Depends(get_session)]

scope = asynccontextmanager(get_session)
"""`get_session` as a context manager, as programs without FastAPI use it."""


@pytest.fixture
async def home(migrated_url: str) -> AsyncIterator[str]:
    """The process's own engine on a fresh database."""
    init_engine(migrated_url)
    yield migrated_url
    await close_engine()


async def _stored() -> tuple[bool, bool]:
    async with scope() as session:
        chat = await ConversationRepository(session).get_by_id(CHAT.id)
        task = await TaskRepository(session).get_by_id(TASK.id)
    return chat is not None, task is not None


async def test_before_init_engine_the_error_says_what_to_do() -> None:
    await close_engine()
    with pytest.raises(TaskviewError, match="init_engine"):
        async with scope():
            pass


@pytest.mark.usefixtures("home")
async def test_a_lone_write_is_stored_when_its_scope_ends() -> None:
    async with scope() as session:
        await ConversationRepository(session).create(CHAT)
    assert await _stored() == (True, False)


@pytest.mark.usefixtures("home")
async def test_two_repositories_write_in_one_unit() -> None:
    async with scope() as session:
        await ConversationRepository(session).create(CHAT)
        await TaskRepository(session).create(TASK)
    assert await _stored() == (True, True)


@pytest.mark.usefixtures("home")
async def test_a_failure_after_both_undoes_both() -> None:
    with pytest.raises(ZeroDivisionError):
        async with scope() as session:
            await ConversationRepository(session).create(CHAT)
            await TaskRepository(session).create(TASK)
            raise ZeroDivisionError
    assert await _stored() == (False, False)


@pytest.mark.usefixtures("home")
async def test_a_refused_second_write_undoes_the_first() -> None:
    async with scope() as session:
        await ConversationRepository(session).create(CHAT)
        await TaskRepository(session).create(TASK)
    other = Conversation(id=uuid4(), user_id="bob")
    with pytest.raises(EntityAlreadyExistsError):
        async with scope() as session:
            await ConversationRepository(session).create(other)
            await TaskRepository(session).create(replace(TASK, conversation_id=other.id))
    async with scope() as session:
        assert await ConversationRepository(session).get_by_id(other.id) is None
        kept = await TaskRepository(session).get_by_id(TASK.id)
    assert kept is not None
    assert kept.conversation_id == CHAT.id


@pytest.mark.usefixtures("home")
async def test_a_conversation_with_its_first_task() -> None:
    async with scope() as session:
        pair = await ConversationRepository(session).create_conversation_with_task(CHAT, TASK)
    assert (pair[0].id, pair[1].id) == (CHAT.id, TASK.id)
    assert await _stored() == (True, True)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("which", ["conversation", "task", "reference"])
async def test_a_conversation_with_a_bad_task_leaves_nothing(which: str) -> None:
    other = Conversation(id=uuid4(), user_id="bob")
    async with scope() as session:
        await ConversationRepository(session).create(other)
        await TaskRepository(session).create(replace(TASK, conversation_id=other.id))
    chat = replace(CHAT, id=other.id) if which == "conversation" else CHAT
    task = replace(TASK, id=number(2), conversation_id=chat.id)
    if which == "task":
        task = replace(task, id=TASK.id)
    if which == "reference":
        task = replace(task, conversation_id=uuid4())
    expected = TaskviewError if which == "reference" else EntityAlreadyExistsError
    with pytest.raises(expected):
        async with scope() as session:
            await ConversationRepository(session).create_conversation_with_task(chat, task)
    async with scope() as session:
        assert await ConversationRepository(session).get_by_id(CHAT.id) is None
        assert await TaskRepository(session).get_by_id(number(2)) is None


async def test_work_before_and_after_is_one_unit_too(sessions: Sessions) -> None:
    """The guide's sample began a second transaction where one was open already."""
    async with sessions.begin() as session:
        repository = ConversationRepository(session)
        assert await repository.get_by_id(CHAT.id) is None
        await repository.create_conversation_with_task(CHAT, TASK)
        await TaskRepository(session).update(replace(TASK, status=TaskStatus.FAILED))
    async with sessions() as session:
        found = await TaskRepository(session).get_by_id(TASK.id)
    assert found is not None
    assert found.status is TaskStatus.FAILED


@pytest.mark.usefixtures("home")
async def test_they_serve_as_fastapi_dependencies_as_they_are() -> None:
    app = FastAPI()

    @app.post("/{name}")
    async def create(name: str, repository: Tasks, session: Session) -> str:
        await ConversationRepository(session).create(CHAT)
        made = await repository.create(replace(TASK, agent_id=name))
        if name == "boom":
            raise HTTPException(409)
        return str(made.id)

    @app.get("/{task_id}")
    async def read(task_id: UUID, repository: Tasks) -> str:
        found = await repository.get_by_id(task_id)
        return "none" if found is None else found.agent_id

    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        assert (await client.post("/boom")).status_code == 409
        assert (await client.get(f"/{TASK.id}")).json() == "none"
        assert (await client.post("/planner")).json() == str(TASK.id)
        assert (await client.get(f"/{TASK.id}")).json() == "planner"
