"""Repositories: what is written comes back, whole, and faults have names."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from support.stored import CONVERSATION, number
from taskview_core.entities import Conversation, JsonValue, Task, TaskStatus
from taskview_core.errors import EntityAlreadyExistsError, EntityNotFoundError
from taskview_core.persistence.base_repository import BaseRepository
from taskview_core.persistence.conversation_repository import ConversationRepository
from taskview_core.persistence.models import ConversationModel, TaskModel
from taskview_core.persistence.task_repository import TaskRepository

Sessions = async_sessionmaker[AsyncSession]

MOMENT = datetime(2026, 1, 31, 10, 0, 0, 123456, tzinfo=UTC)

WHOLE = Task(
    id=number(1),
    conversation_id=CONVERSATION,
    agent_id="tool:Bash",
    status=TaskStatus.RUNNING,
    parent_task_id=None,
    input={"prompt": "Überprüfung ✓", "n": [1, 2.5, True, None], "nested": {"": "empty key"}},
    output=["a", {"b": None}],
    error="line one\nline two\ttab",
    metadata={"attempt": 2},
    created_at=MOMENT,
    started_at=MOMENT + timedelta(seconds=1),
    completed_at=MOMENT + timedelta(seconds=2, microseconds=1),
    updated_at=MOMENT + timedelta(seconds=3),
)


@pytest.fixture
async def conversation(sessions: Sessions) -> Conversation:
    """A stored conversation for tasks to be in."""
    async with sessions.begin() as session:
        return await ConversationRepository(session).create(
            Conversation(id=CONVERSATION, user_id="ada", title="First", created_at=MOMENT)
        )


async def _read(sessions: Sessions, task: Task) -> Task:
    async with sessions() as session:
        found = await TaskRepository(session).get_by_id(task.id)
    assert found is not None
    return found


async def test_a_task_comes_back_as_it_was_written(
    sessions: Sessions, conversation: Conversation
) -> None:
    async with sessions.begin() as session:
        assert await TaskRepository(session).create(WHOLE) == WHOLE
    found = await _read(sessions, WHOLE)
    assert found == WHOLE
    assert found.created_at is not None
    assert found.created_at.tzinfo is UTC
    assert type(found.id) is type(WHOLE.id), "no driver's own UUID class"


async def test_what_is_left_out_is_filled_in(
    sessions: Sessions, conversation: Conversation
) -> None:
    before = datetime.now(UTC)
    bare = Task(id=uuid4(), conversation_id=CONVERSATION, agent_id="planner")
    async with sessions.begin() as session:
        made = await TaskRepository(session).create(bare)
    found = await _read(sessions, bare)
    assert made == found
    assert found.status is TaskStatus.PENDING
    assert (found.input, found.output, found.error, found.metadata) == (None, None, None, None)
    assert (found.started_at, found.completed_at) == (None, None)
    assert found.created_at is not None
    assert found.updated_at is not None
    assert before <= found.created_at <= datetime.now(UTC)
    assert before <= found.updated_at <= datetime.now(UTC)


async def test_times_of_other_zones_are_the_same_moments(
    sessions: Sessions, conversation: Conversation
) -> None:
    elsewhere = MOMENT.astimezone(timezone(timedelta(hours=5, minutes=30)))
    async with sessions.begin() as session:
        await TaskRepository(session).create(replace(WHOLE, created_at=elsewhere))
    assert (await _read(sessions, WHOLE)).created_at == MOMENT


@pytest.mark.parametrize(
    "value",
    [
        0,
        -1,
        1.0,
        1e300,
        12345678901234567890123,
        True,
        False,
        "",
        "text",
        "12",
        "null",
        [],
        {},
        [[[[]]]],
        "\x00 inside",
        "\ud800 lone",
        "😀 Ω é ß İ",
        {"a": {"b": [{}, None, 0.1]}},
    ],
    ids=repr,
)
async def test_any_json_comes_back_with_its_type(
    sessions: Sessions, conversation: Conversation, value: JsonValue
) -> None:
    async with sessions.begin() as session:
        await TaskRepository(session).create(replace(WHOLE, input=value, output=value))
    found = await _read(sessions, WHOLE)
    assert (found.input, type(found.input)) == (value, type(value))
    assert (found.output, type(found.output)) == (value, type(value))


async def test_an_id_that_is_taken_has_its_own_error(
    sessions: Sessions, conversation: Conversation
) -> None:
    async with sessions.begin() as session:
        await TaskRepository(session).create(WHOLE)
    with pytest.raises(EntityAlreadyExistsError) as caught:
        async with sessions.begin() as session:
            await TaskRepository(session).create(replace(WHOLE, agent_id="other"))
    assert caught.value.entity_id == WHOLE.id
    assert (await _read(sessions, WHOLE)).agent_id == "tool:Bash"
    with pytest.raises(EntityAlreadyExistsError):
        async with sessions.begin() as session:
            await ConversationRepository(session).create(conversation)


async def test_a_missing_conversation_is_another_error(sessions: Sessions) -> None:
    """Only a taken id may be called a taken id: a broken reference is not."""
    with pytest.raises(Exception, match=r".") as caught:
        async with sessions.begin() as session:
            await TaskRepository(session).create(WHOLE)
    assert not isinstance(caught.value, EntityAlreadyExistsError)
    async with sessions() as session:
        assert await TaskRepository(session).get_by_id(WHOLE.id) is None


async def test_update_writes_every_mutable_field(
    sessions: Sessions, conversation: Conversation
) -> None:
    parent = replace(WHOLE, id=number(2))
    other = Conversation(id=uuid4(), user_id="bob")
    async with sessions.begin() as session:
        await ConversationRepository(session).create(other)
        await TaskRepository(session).create(parent)
        await TaskRepository(session).create(WHOLE)
    changed = Task(
        id=WHOLE.id,
        conversation_id=other.id,
        agent_id="tool:Read",
        status=TaskStatus.from_string("paused"),
        parent_task_id=parent.id,
        input={"changed": 1},
        output={"changed": 2},
        error="changed",
        metadata={"changed": 3},
        created_at=MOMENT + timedelta(days=1),
        started_at=MOMENT + timedelta(days=2),
        completed_at=MOMENT + timedelta(days=3),
        updated_at=MOMENT + timedelta(days=4),
    )
    async with sessions.begin() as session:
        written = await TaskRepository(session).update(changed)
    found = await _read(sessions, changed)
    assert written == found
    mutable = [name for name in vars(changed) if name not in {"updated_at", "created_at"}]
    assert {name: getattr(found, name) for name in mutable} == {
        name: getattr(changed, name) for name in mutable
    }


async def test_update_writes_nothing_as_null(
    sessions: Sessions, conversation: Conversation
) -> None:
    async with sessions.begin() as session:
        await TaskRepository(session).create(WHOLE)
    emptied = replace(
        WHOLE,
        input=None,
        output=None,
        error=None,
        metadata=None,
        started_at=None,
        completed_at=None,
    )
    async with sessions.begin() as session:
        await TaskRepository(session).update(emptied)
    found = await _read(sessions, emptied)
    assert replace(found, updated_at=None) == replace(emptied, updated_at=None)


async def test_a_lone_change_of_metadata_or_input_is_written(
    sessions: Sessions, conversation: Conversation
) -> None:
    async with sessions.begin() as session:
        await TaskRepository(session).create(WHOLE)
    assert isinstance(WHOLE.metadata, dict)
    async with sessions.begin() as session:
        repository = TaskRepository(session)
        found = await repository.get_by_id(WHOLE.id)
        assert found is not None
        await repository.update(replace(found, metadata={**WHOLE.metadata, "attempt": 3}))
    assert (await _read(sessions, WHOLE)).metadata == {"attempt": 3}


async def test_updating_what_is_gone_is_an_error(
    sessions: Sessions, conversation: Conversation
) -> None:
    with pytest.raises(EntityNotFoundError) as caught:
        async with sessions.begin() as session:
            await TaskRepository(session).update(WHOLE)
    assert caught.value.entity_id == WHOLE.id
    with pytest.raises(EntityNotFoundError):
        async with sessions.begin() as session:
            await ConversationRepository(session).update(replace(conversation, id=uuid4()))


async def test_delete_says_whether_there_was_one(
    sessions: Sessions, conversation: Conversation
) -> None:
    async with sessions.begin() as session:
        await TaskRepository(session).create(WHOLE)
    async with sessions.begin() as session:
        assert await TaskRepository(session).delete(WHOLE.id) is True
    async with sessions.begin() as session:
        assert await TaskRepository(session).delete(WHOLE.id) is False
        assert await TaskRepository(session).get_by_id(WHOLE.id) is None


async def test_deleting_a_parent_keeps_its_children(
    sessions: Sessions, conversation: Conversation
) -> None:
    child = replace(WHOLE, id=number(2), parent_task_id=WHOLE.id)
    async with sessions.begin() as session:
        await TaskRepository(session).create(WHOLE)
        await TaskRepository(session).create(child)
    async with sessions.begin() as session:
        assert await TaskRepository(session).delete(WHOLE.id)
    assert (await _read(sessions, child)).parent_task_id is None


async def test_deleting_a_conversation_takes_its_tasks(
    sessions: Sessions, conversation: Conversation
) -> None:
    async with sessions.begin() as session:
        await TaskRepository(session).create(WHOLE)
    async with sessions.begin() as session:
        assert await ConversationRepository(session).delete(conversation.id) is True
    async with sessions() as session:
        assert await TaskRepository(session).get_by_id(WHOLE.id) is None
        assert await ConversationRepository(session).get_by_id(conversation.id) is None
    async with sessions.begin() as session:
        assert await ConversationRepository(session).delete(conversation.id) is False


async def test_a_conversation_comes_back_and_changes(sessions: Sessions) -> None:
    first = Conversation(
        id=CONVERSATION,
        user_id="ada",
        title=None,
        metadata={"a": 1},
        created_at=MOMENT,
        updated_at=MOMENT,
    )
    async with sessions.begin() as session:
        await ConversationRepository(session).create(first)
    async with sessions.begin() as session:
        repository = ConversationRepository(session)
        assert await repository.get_by_id(CONVERSATION) == first
        await repository.update(
            replace(first, user_id="bob", title="now\nwith a title", metadata=[1])
        )
    async with sessions() as session:
        found = await ConversationRepository(session).get_by_id(CONVERSATION)
    assert found is not None
    assert (found.user_id, found.title, found.metadata) == ("bob", "now\nwith a title", [1])
    assert found.created_at == MOMENT


async def test_the_base_is_what_the_guide_says(
    sessions: Sessions, conversation: Conversation
) -> None:
    assert issubclass(TaskRepository, BaseRepository)
    assert issubclass(ConversationRepository, BaseRepository)

    class Plain(BaseRepository[TaskModel, str]):
        """The smallest repository that somebody may add."""

        def _to_entity(self, model: TaskModel) -> str:
            return f"{model.id} {model.agent_id}"

        def _to_model(self, entity: str) -> TaskModel:
            raise NotImplementedError

    async with sessions.begin() as session:
        await TaskRepository(session).create(WHOLE)
    async with sessions() as session:
        plain = Plain(session, TaskModel, "task")
        assert await plain.get_by_id(WHOLE.id) == f"{WHOLE.id} tool:Bash"
        assert await plain.get_by_id(uuid4()) is None
    assert ConversationModel.__tablename__ == "conversations"
    assert ConversationModel.metadata_.property.columns[0].name == "metadata"
    assert TaskModel.metadata_.property.columns[0].name == "metadata"


@pytest.mark.parametrize("new", [{"n": True}, {"n": 1.0}, {"m": 0, "n": 1}])
async def test_a_change_of_json_is_written_though_python_calls_it_equal(
    sessions: Sessions, conversation: Conversation, new: JsonValue
) -> None:
    task = replace(WHOLE, input={"n": 1, "m": 0}, metadata={"n": 1})
    async with sessions.begin() as session:
        await TaskRepository(session).create(task)
    async with sessions.begin() as session:
        await TaskRepository(session).update(replace(task, input=new, metadata=new))
    found = await _read(sessions, task)
    assert json.dumps(found.input) == json.dumps(new)
    assert json.dumps(found.metadata) == json.dumps(new)


async def test_a_time_without_a_zone_is_utc_on_every_engine(
    sessions: Sessions, conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        async with sessions.begin() as session:
            await TaskRepository(session).create(
                replace(WHOLE, created_at=MOMENT.replace(tzinfo=None))
            )
        assert (await _read(sessions, WHOLE)).created_at == MOMENT
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()
