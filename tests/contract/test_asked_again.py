"""What is asked again goes to the driver as it is, past SQLAlchemy: the same answer, as safely."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import asyncpg
import pytest
from sqlalchemy import column, select, table

from support.heard import heard
from support.standby import until
from support.stored import START, StoredTask, insert_async, number
from taskview_core.entities import TaskRow
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.persistence.engine import create_engine
from taskview_core.persistence.limited_connection import LimitedConnection
from taskview_core.persistence.postgres_connection import POSTGRES_ERRORS
from taskview_core.persistence.sql import reads, statements
from taskview_core.persistence.sql.for_driver import for_driver
from taskview_core.persistence.straight import driver_of, read
from taskview_core.persistence.types import IdentType
from taskview_core.query.conversation_filter import ConversationFilter
from taskview_core.query.page import Page
from taskview_core.query.request import PageRequest
from taskview_core.query.sort import TASK_SORT_KEYS, Sort
from taskview_core.query.task_filter import EVERYTHING, TaskFilter

FILTERS = (
    "",
    "status:failed",
    "agent:a",
    "agent:a,b",  # its words depend on how many there are
    "status:failed agent:b -is:root",
    "since:2026-01-01T00:00:00Z duration:>1ms",
    "is:stuck",
)


def _tasks() -> list[StoredTask]:
    return [
        StoredTask.numbered(
            n,
            agent_id="ab"[n % 2],
            status=("failed", "completed", "running")[n % 3],
            created_at=START + timedelta(seconds=n // 2),
            started_at=START + timedelta(seconds=n) if n % 5 else None,
            completed_at=START + timedelta(seconds=n + n % 7) if n % 5 and n % 3 != 2 else None,
        )
        for n in range(60)
    ]


def _plain(page: Page[TaskRow]) -> object:
    return page.rows, page.next, page.previous, page.offset


@pytest.mark.parametrize("words", FILTERS)
async def test_the_answer_is_the_same(migrated_url: str, words: str) -> None:
    await insert_async(migrated_url, _tasks())
    browser = DatabaseBrowser(migrated_url, clock=lambda: START + timedelta(days=1))
    task_filter = TaskFilter.parse(words)
    compared = 0
    for number_of, key in enumerate(TASK_SORT_KEYS):
        request = PageRequest(7, Sort(key, descending=number_of % 2 == 0))
        first = await browser.search_tasks(task_filter, request)
        for cursor in (None, first.next, first.last):
            asked = replace(request, cursor=cursor)
            answers = [_plain(await browser.search_tasks(task_filter, asked)) for _ in range(2)]
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(reads, "driver_of", lambda session: None)
                by_sqlalchemy = _plain(await browser.search_tasks(task_filter, asked))
            assert answers == [by_sqlalchemy] * 2, (key, cursor)
            compared += 1
    await browser.close()
    assert compared == 3 * len(TASK_SORT_KEYS)


async def test_the_driver_is_asked_from_the_second_time_on(migrated_url: str) -> None:
    await insert_async(migrated_url, _tasks())
    browser = DatabaseBrowser(migrated_url)
    await browser.connect()
    with heard(browser._engine, lambda statement: "LIMIT" in statement) as sent:
        for _ in range(3):
            await browser.search_tasks(EVERYTHING, PageRequest(7))
    with heard(browser._engine) as executed, pytest.MonkeyPatch.context() as patch:
        patch.setattr("taskview_core.persistence.sql.reads.read", _refuse)
        with pytest.raises(AssertionError, match="the driver"):
            await browser.search_tasks(EVERYTHING, PageRequest(7))
    await browser.close()
    assert len(sent) == 3
    assert len(set(sent)) == 1
    assert executed == []


async def _refuse(*_: object) -> None:
    raise AssertionError("the driver is asked")


async def test_two_statements_see_one_state(migrated_sqlite_url: str) -> None:
    """As a page does that comes in two parts: rows with a value, and rows without."""
    await insert_async(migrated_sqlite_url, _tasks())
    with closing(sqlite3.connect(migrated_sqlite_url.removeprefix("sqlite:///"))) as connection:
        connection.execute("PRAGMA journal_mode = WAL")  # Else a writer would have to wait.
    engine = create_engine(migrated_sqlite_url, read_only=True)
    counted = []
    async with engine.connect() as reading:
        driver = driver_of(reading)
        assert driver is not None
        for written in (None, 100, 101):
            if written is not None:
                await insert_async(migrated_sqlite_url, [StoredTask.numbered(written)], [])
            ((count,),) = await read(reading, driver, "SELECT count(*) FROM tasks", ())
            counted.append(count)
    await engine.dispose()
    assert counted == [60, 60, 60]


async def test_tables_that_change_meanwhile(migrated_postgres_url: str) -> None:
    """What the server has prepared holds no more: it is prepared anew, and nobody is told."""
    await insert_async(migrated_postgres_url, _tasks())
    browser = DatabaseBrowser(migrated_postgres_url, connections=1)
    pages = [await browser.search_tasks(EVERYTHING, PageRequest(7)) for _ in range(3)]
    connection = await asyncpg.connect(migrated_postgres_url)
    for change in ("ALTER agent_id TYPE varchar(77)", "ADD more text", "ALTER error TYPE varchar"):
        await connection.execute(f"ALTER TABLE tasks {change}")
        pages.append(await browser.search_tasks(EVERYTHING, PageRequest(7)))
    await connection.execute("UPDATE tasks SET error = 'new' WHERE id = $1", number(59))
    changed = await browser.search_tasks(EVERYTHING, PageRequest(7))
    await connection.close()
    await browser.close()
    assert [page.rows for page in pages] == [pages[0].rows] * 6
    assert changed.rows[0].error_start == "new"


async def test_a_connection_that_was_lost(migrated_postgres_url: str) -> None:
    await insert_async(migrated_postgres_url, _tasks())
    browser = DatabaseBrowser(migrated_postgres_url, connections=1)
    pages = [await browser.search_tasks(EVERYTHING, PageRequest(7)) for _ in range(3)]
    connection = await asyncpg.connect(migrated_postgres_url)
    ended = await connection.fetchval(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    pages.append(await browser.search_tasks(EVERYTHING, PageRequest(7)))
    await connection.close()
    await browser.close()
    assert ended == 1
    assert [page.rows for page in pages] == [pages[0].rows] * 4


async def test_of_many_connections_that_were_lost_one_question_is_asked_twice(
    migrated_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A restart ends them all: each of the others would cost another question its second try."""
    await insert_async(migrated_postgres_url, _tasks())
    browser = DatabaseBrowser(migrated_postgres_url, connections=4)
    ask = partial(browser.search_tasks, EVERYTHING, PageRequest(7))
    await asyncio.gather(*(ask() for _ in range(4)))
    connection = await asyncpg.connect(migrated_postgres_url)
    ended = await connection.fetchval(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    gone = "(SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()) = 1"
    await until(connection, gone)
    await connection.close()
    refused: list[BaseException] = []
    read = LimitedConnection.read

    async def noted(driver: LimitedConnection, statement: str, values: Any) -> Any:
        try:
            return await read(driver, statement, values)
        except POSTGRES_ERRORS as error:
            refused.append(error)
            raise

    monkeypatch.setattr(LimitedConnection, "read", noted)
    for _ in range(3):
        await ask()
    await asyncio.gather(*(ask() for _ in range(4)))
    await browser.close()
    assert ended == 4
    assert len(refused) == 1


async def test_what_is_not_kept_is_not_made_ready(
    migrated_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is another list each time: SQLAlchemy knows the words, and we would make them anew."""
    await insert_async(migrated_url, _tasks())
    browser = DatabaseBrowser(migrated_url)
    made: list[object] = []
    monkeypatch.setattr(statements, "for_driver", lambda *of: made.append(of))
    for _ in range(3):
        await browser.search_tasks(TaskFilter.parse("since:1000d is:stuck"), PageRequest(7))
        await browser.search_conversations(ConversationFilter(), PageRequest(7))
    await browser.close()
    assert made == []


async def test_many_statements_are_not_kept_for_ever(migrated_postgres_url: str) -> None:
    await insert_async(migrated_postgres_url, _tasks())
    browser = DatabaseBrowser(migrated_postgres_url, connections=1)
    for size in range(1, 81):
        for _ in range(2):
            page = await browser.search_tasks(EVERYTHING, PageRequest(size))
            assert len(page.rows) == min(size, 60)

    async def prepared() -> int:
        async with browser._engine.connect() as connection:
            driver = driver_of(connection)
            assert driver is not None
            asked = "SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'taskview%'"
            ((count,),) = await read(connection, driver, asked, ())
            return int(count)

    count = await prepared()
    await browser.close()
    assert 1 <= count <= 65


def test_what_depends_on_its_values_is_left_to_sqlalchemy() -> None:
    here = table("here", column("a"), column("b", IdentType))
    for dialect in (
        create_engine("sqlite://").dialect,
        create_engine("postgresql://a@b/c").dialect,
    ):
        assert for_driver(select(here.c.a).where(here.c.a == 1), dialect) is not None
        assert for_driver(select(here.c.a).where(here.c.a.in_([1, 2])), dialect) is None
        assert for_driver(select(here.c.b), dialect) is None
