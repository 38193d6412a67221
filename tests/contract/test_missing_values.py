"""Rows of other programs without a status or an agent: they are read, filtered and counted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import async_sessionmaker

from support.databases import DatabaseMaker
from support.foreign import execute_sqlite, make_guide_database
from support.stored import CONVERSATION, START, number
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.persistence.conversation_repository import ConversationRepository
from taskview_core.persistence.engine import create_engine
from taskview_core.persistence.task_repository import TaskRepository
from taskview_core.query.conversation_filter import ConversationFilter
from taskview_core.query.request import PageRequest
from taskview_core.query.task_filter import EVERYTHING, TaskFilter

_STATUSES = [None, "", "failed", "completed", None]


@pytest.fixture
def loose_url(engine_label: str, databases: DatabaseMaker) -> Iterator[str]:
    """The guide's tables, taking NULL everywhere; the statuses and agents are `_STATUSES`."""
    url = databases.empty(engine_label)
    rows: list[dict[str, Any]] = [
        {
            "id": number(index),
            "conversation_id": CONVERSATION if index else None,
            "status": status,
            "agent_id": status,
            "created_at": START,
        }
        for index, status in enumerate(_STATUSES)
    ]
    make_guide_database(url, {"conversations": [{"id": CONVERSATION}], "tasks": rows}, loose=True)
    yield url
    databases.drop(url)


@pytest.mark.parametrize("key", ["status", "agent"])
async def test_what_is_shown_as_empty_is_found_as_empty(loose_url: str, key: str) -> None:
    browser = DatabaseBrowser(loose_url)
    for text, expected in {
        f'{key}:""': {0, 1, 4},
        f'-{key}:""': {2, 3},
        f'{key}:failed,""': {0, 1, 2, 4},
        f"-{key}:failed": {0, 1, 3, 4},
        f"{key}:failed": {2},
    }.items():
        page = await browser.search_tasks(TaskFilter.parse(text), PageRequest(50))
        found = {row.id.int & 0xFF for row in page.rows if isinstance(row.id, UUID)}
        assert found == expected, text
        assert (await browser.count_tasks(TaskFilter.parse(text))).value == len(expected)
    chats = await browser.search_conversations(ConversationFilter.parse('user:""'), PageRequest(5))
    assert [row.id for row in chats.rows] == [CONVERSATION]
    await browser.close()


async def test_facets_count_it_as_empty(loose_url: str) -> None:
    browser = DatabaseBrowser(loose_url)
    facets = await browser.facets(EVERYTHING)
    known = {facet.value: facet.count.value for facet in facets.statuses}
    assert known == {"": 3, "failed": 1, "completed": 1}
    await browser.close()


async def test_repositories_read_them(loose_url: str) -> None:
    if loose_url.startswith("sqlite"):
        execute_sqlite(
            loose_url,
            "UPDATE tasks SET agent_id = x'61ff', status = x'646f6e65', error = x'ff' WHERE id = ?",
            [number(2).hex],
        )
        execute_sqlite(loose_url, "UPDATE conversations SET title = x'61ff'")
    engine = create_engine(loose_url)
    async with async_sessionmaker(engine)() as session:
        repository = TaskRepository(session)
        tasks, total = await repository.find_paginated(1, 10)
        assert (len(tasks), total) == (5, 5)
        bare = await repository.get_by_id(number(0))
        assert bare is not None
        assert (bare.status.value, bare.agent_id, bare.conversation_id) == ("", "", "")
        odd = await repository.get_by_id(number(2))
        assert odd is not None
        chat = await ConversationRepository(session).get_by_id(CONVERSATION)
        assert chat is not None
        if loose_url.startswith("sqlite"):
            assert (odd.agent_id, odd.status.value, odd.error) == ("a\udcff", "done", "\udcff")
            assert (chat.title, chat.user_id) == ("a\udcff", "")
    await engine.dispose()
    browser = DatabaseBrowser(loose_url)
    assert (await browser.get_conversation(CONVERSATION)).user_id == ""
    assert (await browser.get_task(number(2))).row.id == number(2)
    await browser.close()


async def test_facets_of_values_that_are_no_text(sqlite_url: str) -> None:
    """Beyond 2,000 rows each value is counted by itself, whatever it is stored as."""
    make_guide_database(sqlite_url, {})
    path = sqlite_url.removeprefix("sqlite:///")
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE INDEX by_agent ON tasks (agent_id)")
        connection.executemany(
            "INSERT INTO tasks (id, conversation_id, agent_id, status, created_at, updated_at)"
            " VALUES (printf('%032x', ?), printf('%032x', 1), ?, 'failed', '2026-01-31', '')",
            [(n, b"caf\xe9" if n % 3 == 0 else "plan") for n in range(10_200)],
        )
        connection.execute(
            "UPDATE tasks SET agent_id = CAST(x'ff61' AS TEXT) WHERE rowid % 100 = 1"
        )
    connection.close()
    browser = DatabaseBrowser(sqlite_url)
    facets = await browser.facets(EVERYTHING)
    await browser.close()
    counted = {each.value: each.count.value for each in facets.agents}
    assert sorted(counted.values()) == [102, 3366, 5000], "the most frequent one up to its cap"
    assert set(counted) == {"plan", "caf\udce9", "\udcffa"}
