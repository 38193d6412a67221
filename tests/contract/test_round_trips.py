"""Over a far line one waits for round trips: how many each thing on the screen takes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from support.relay import Relay, relayed
from support.stored import CONVERSATION, START, StoredTask, insert_async, number
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.query.conversation_filter import ConversationFilter
from taskview_core.query.request import PageRequest
from taskview_core.query.sort import Sort
from taskview_core.query.task_filter import EVERYTHING, TaskFilter

Action = Callable[[DatabaseBrowser], Awaitable[Any]]


@asynccontextmanager
async def _far(url: str) -> AsyncIterator[tuple[DatabaseBrowser, Relay]]:
    await insert_async(
        url,
        [
            StoredTask.numbered(
                n,
                parent_task_id=number(n // 3) if n else None,
                started_at=START,
                completed_at=START + timedelta(seconds=n),
            )
            for n in range(60)
        ],
    )
    async with relayed(url) as (near, relay):
        browser = DatabaseBrowser(near)
        await browser.connect()
        yield browser, relay
        await browser.close()


async def _trips(url: str, *actions: Action) -> list[int]:
    counts = []
    async with _far(url) as (browser, relay):
        for action in actions:
            await action(browser)  # What is asked of a database once only is not meant.
            before = relay.round_trips
            await action(browser)
            counts.append(relay.round_trips - before)
    return counts


@pytest.mark.parametrize(
    ("words", "sort"),
    [
        ("", "-created"),
        ("status:completed agent:planner", "-created"),
        ("since:2026-01-01 is:root", "created"),
        ("", "-duration"),
    ],
)
async def test_a_page_with_its_filter_takes_one(
    migrated_postgres_url: str, words: str, sort: str
) -> None:
    request = PageRequest(10, Sort(sort.removeprefix("-"), sort.startswith("-")))

    async def page(browser: DatabaseBrowser) -> None:
        await browser.search_tasks(TaskFilter.parse(words), request)

    assert await _trips(migrated_postgres_url, page) == [1]


async def test_the_next_page_takes_one(migrated_postgres_url: str) -> None:
    async with _far(migrated_postgres_url) as (browser, relay):
        page = await browser.search_tasks(EVERYTHING, PageRequest(10))
        counts = []
        while page.next is not None:
            before = relay.round_trips
            page = await browser.search_tasks(EVERYTHING, PageRequest(10, cursor=page.next))
            counts.append(relay.round_trips - before)
        assert counts[1:] == [1, 1, 1, 1]


async def test_a_page_with_text_takes_three_at_most(migrated_postgres_url: str) -> None:
    async def page(browser: DatabaseBrowser) -> None:
        await browser.search_tasks(TaskFilter.parse("needle"), PageRequest(10))

    (trips,) = await _trips(migrated_postgres_url, page)
    assert trips <= 3


async def test_a_page_full_of_a_common_word_takes_one(migrated_postgres_url: str) -> None:
    async def page(browser: DatabaseBrowser) -> None:
        found = await browser.search_tasks(TaskFilter.parse("-needle"), PageRequest(10))
        assert len(found.rows) == 10
        assert found.next is not None

    assert await _trips(migrated_postgres_url, page) == [1]


async def test_a_page_of_conversations_takes_three_at_most(migrated_postgres_url: str) -> None:
    async def page(browser: DatabaseBrowser) -> None:
        await browser.search_conversations(
            ConversationFilter(), PageRequest(10, Sort("updated", descending=True))
        )

    (trips,) = await _trips(migrated_postgres_url, page)
    assert trips <= 3


async def test_a_tree_takes_one(migrated_postgres_url: str) -> None:
    """60 tasks, three below each: five levels, which are read in one state of the database."""

    async def whole(browser: DatabaseBrowser) -> None:
        await browser.conversation_tree(CONVERSATION)

    async def below(browser: DatabaseBrowser) -> None:
        assert len((await browser.subtree(number(0))).rows) == 60

    assert await _trips(migrated_postgres_url, whole, below) == [1, 1]


async def test_a_task_takes_one(migrated_postgres_url: str) -> None:
    async def task(browser: DatabaseBrowser) -> None:
        await browser.get_task(number(3))

    assert await _trips(migrated_postgres_url, task) == [1]
