"""Postgres columns without a time zone are UTC, whatever time zone the server is set to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import async_sessionmaker

from support.stored import CONVERSATION, START, number
from support.walking import walk_backwards, walk_forwards
from taskview_core.entities import Conversation, Task, TaskRow
from taskview_core.persistence import postgres_connection
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.persistence.conversation_repository import ConversationRepository
from taskview_core.persistence.engine import create_engine
from taskview_core.persistence.task_repository import TaskRepository
from taskview_core.query.page import Page
from taskview_core.query.request import Cursor, PageRequest, Place
from taskview_core.query.sort import TASK_SORT_KEYS, Sort
from taskview_core.query.task_filter import EVERYTHING, TaskFilter

NAIVE, ZONED = "timestamp", "timestamptz"
_PLAIN_START = START.replace(tzinfo=None)


async def _make(url: str, started: str, rows: Sequence[tuple[UUID, datetime | None]]) -> None:
    """Make a foreign database in New York: naive times, all but perhaps the start."""
    connection = await asyncpg.connect(url)
    name = await connection.fetchval("SELECT current_database()")
    await connection.execute(f"ALTER DATABASE \"{name}\" SET timezone = 'America/New_York'")
    await connection.execute(
        "CREATE TABLE conversations (id uuid PRIMARY KEY, user_id text, title text,"
        " metadata json, created_at timestamp, updated_at timestamp);"
        "CREATE TABLE tasks (id uuid PRIMARY KEY, conversation_id uuid REFERENCES conversations,"
        " parent_task_id uuid, agent_id text, status text, input json, output json, error text,"
        f" metadata json, created_at timestamp, started_at {started}, completed_at timestamp,"
        " updated_at timestamp)"
    )
    await connection.execute(
        "INSERT INTO conversations (id, user_id) VALUES ($1, 'a')", CONVERSATION
    )
    for ident, created in rows:
        start = created if created is None or started == NAIVE else created.replace(tzinfo=UTC)
        await connection.execute(
            "INSERT INTO tasks (id, conversation_id, agent_id, status, created_at, started_at,"
            " completed_at) VALUES ($1, $2, 'planner', 'completed', $3, $4, $5)",
            ident,
            CONVERSATION,
            created,
            start,
            None if created is None else created + timedelta(seconds=7),
        )
    await connection.close()


@pytest.fixture(params=["said", "not said"])
def zone_is_said(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once as it is, and once as through a pooler that drops what a connection says first."""
    if request.param == "not said":
        monkeypatch.setattr(postgres_connection, "_UTC", {})


@pytest.fixture(params=[NAIVE, ZONED])
async def browser(
    request: pytest.FixtureRequest, postgres_url: str, zone_is_said: None
) -> AsyncIterator[DatabaseBrowser]:
    """Thirty tasks a minute apart, and three of which no time is known."""
    rows: list[tuple[UUID, datetime | None]] = [
        (number(index), _PLAIN_START + timedelta(minutes=index)) for index in range(30)
    ]
    rows += [(number(index), None) for index in range(30, 33)]
    await _make(postgres_url, request.param, rows)
    browser = DatabaseBrowser(postgres_url)
    await browser.connect()
    yield browser
    await browser.close()


async def test_pages_end(browser: DatabaseBrowser) -> None:
    async def search(request: PageRequest) -> Page[TaskRow]:
        return await browser.search_tasks(EVERYTHING, request)

    for sort in (Sort(key, down) for key in TASK_SORT_KEYS for down in (False, True)):
        async with asyncio.timeout(60):
            forwards = await walk_forwards(search, PageRequest(4, sort))
            backwards = await walk_backwards(search, PageRequest(4, sort))
        assert len({row.id for row in forwards.rows}) == len(forwards.rows) == 33, str(sort)
        assert backwards.rows == forwards.rows, str(sort)


async def test_what_is_shown_is_what_is_filtered(browser: DatabaseBrowser) -> None:
    at_ten = "2026-01-31T10:10:00Z"
    for text, expected in {
        f"created:{at_ten}..{at_ten}": {10},
        f"created:<{at_ten}": set(range(10)),
        f"since:{at_ten}": set(range(10, 30)),
        f"-since:{at_ten}": {*range(10), 30, 31, 32},
        f"started:>{at_ten}": set(range(11, 30)),
        "duration:7s": set(range(30)),
        "-duration:7s": {30, 31, 32},
    }.items():
        page = await browser.search_tasks(TaskFilter.parse(text), PageRequest(100))
        assert {int(row.id.hex[-4:], 16) for row in page.rows if isinstance(row.id, UUID)} == (
            expected
        ), text
    row = (await browser.get_task(number(3))).row
    assert row.created_at == row.started_at == START + timedelta(minutes=3)
    assert row.duration == timedelta(seconds=7)
    sort = Sort("created")
    there = Cursor(Place.FROM, sort, ((START + timedelta(minutes=9)).isoformat(),))
    page = await browser.search_tasks(EVERYTHING, PageRequest(1, sort, there))
    assert page.rows[0].id == number(9)


async def test_what_is_written_comes_back(postgres_url: str) -> None:
    await _make(postgres_url, ZONED, [])
    engine = create_engine(postgres_url)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    chat = Conversation(id=uuid4(), user_id="ada", created_at=START, updated_at=START)
    task = Task(
        id=uuid4(),
        conversation_id=chat.id,
        agent_id="a",
        created_at=START,
        started_at=START,
        completed_at=_PLAIN_START + timedelta(seconds=1),
        updated_at=START,
    )
    async with sessions() as session, session.begin():
        await ConversationRepository(session).create_conversation_with_task(chat, task)
    later = START + timedelta(hours=1)
    async with sessions() as session, session.begin():
        repository = TaskRepository(session)
        found = await repository.get_by_id(task.id)
        assert found is not None
        assert (found.created_at, found.started_at) == (START, START)
        assert found.completed_at == START + timedelta(seconds=1)
        await repository.update(replace(found, completed_at=later))
    async with sessions() as session:
        found = await TaskRepository(session).get_by_id(task.id)
        stored = await ConversationRepository(session).get_by_id(chat.id)
        assert found is not None
        assert stored is not None
        assert (found.completed_at, stored.created_at) == (later, START)
        listed, total = await TaskRepository(session).find_paginated(
            1, 5, TaskFilter.parse("duration:1h")
        )
        assert (listed, total) == ([found], 1)
    await engine.dispose()
    connection = await asyncpg.connect(postgres_url)
    raw = await connection.fetchrow("SELECT created_at, completed_at FROM tasks")
    await connection.close()
    assert raw is not None
    assert tuple(raw) == (_PLAIN_START, later.replace(tzinfo=None))
