"""The first page of a Postgres database by the bare driver: as the usual way gives it, or none."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from support.first_pages import Made, rows_of_a_page
from support.foreign import make_guide_database
from support.relay import relayed
from support.stored import StoredTask, insert_async, number
from taskview_core.entities import TaskRow
from taskview_core.errors import CannotConnectError, SchemaError, TaskviewError, UsageError
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.persistence.first_page_postgres import connect, read_first_page
from taskview_core.persistence.late_browser import LateBrowser
from taskview_core.persistence.url import parse_database_url
from taskview_core.query.page import Page
from taskview_core.query.request import PageRequest
from taskview_core.query.task_filter import EVERYTHING


async def read(url: str, size: int = 50) -> Page[TaskRow] | None:
    connection = await connect(parse_database_url(url))
    assert connection is not None
    page = await read_first_page(connection, PageRequest(size))
    connection.terminate()
    return page


async def usual(url: str, size: int) -> Page[TaskRow]:
    browser = DatabaseBrowser(url)
    page = await browser.search_tasks(EVERYTHING, PageRequest(size))
    await browser.close()
    return page


async def execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()


@pytest.mark.parametrize("size", [1, 49, 50, 51, 200])
async def test_it_is_the_page_that_the_usual_way_gives(
    migrated_postgres_url: str, size: int
) -> None:
    await insert_async(migrated_postgres_url, rows_of_a_page())
    assert await read(migrated_postgres_url, size) == await usual(migrated_postgres_url, size)


async def test_times_without_a_zone_are_the_same_too(migrated_postgres_url: str) -> None:
    await insert_async(migrated_postgres_url, [StoredTask.numbered(n) for n in range(9)])
    await execute(
        migrated_postgres_url,
        "ALTER TABLE tasks ALTER created_at TYPE timestamp USING created_at AT TIME ZONE 'UTC'",
    )
    assert await read(migrated_postgres_url, 5) == await usual(migrated_postgres_url, 5)


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM tasks",
        "DROP INDEX ix_tasks_created",
        "ALTER TABLE tasks ALTER created_at DROP NOT NULL",
        "ALTER TABLE tasks DROP COLUMN metadata",
        "ALTER TABLE tasks ALTER updated_at TYPE text",
        "UPDATE tasks SET started_at = 'infinity'",
        "UPDATE tasks SET created_at = '-infinity'",
        "UPDATE tasks SET completed_at = '12000-01-01'",
        "DROP TABLE conversations CASCADE",
    ],
)
async def test_what_is_different_is_for_the_usual_way(
    migrated_postgres_url: str, change: str
) -> None:
    await insert_async(migrated_postgres_url, [StoredTask.numbered(n) for n in range(3)])
    assert await read(migrated_postgres_url) is not None
    await execute(migrated_postgres_url, change)
    assert await read(migrated_postgres_url) is None


async def test_the_connection_is_handed_on(migrated_postgres_url: str) -> None:
    await insert_async(migrated_postgres_url, [StoredTask.numbered(n) for n in range(60)])
    make = Made(migrated_postgres_url)
    browser = LateBrowser(parse_database_url(migrated_postgres_url), make)
    await browser.connect()
    first = await browser.search_tasks(EVERYTHING, PageRequest())
    assert make.given == [], "nothing else was needed"
    second = await browser.search_tasks(EVERYTHING, PageRequest(cursor=first.next))
    assert len({row.id for row in (*first.rows, *second.rows)}) == 60
    (given,) = make.given
    assert given is not None
    assert given.is_direct, "and made one of those that only read"
    await browser.close()
    assert given.is_closed()


async def test_a_connection_that_died_meanwhile_is_made_anew(migrated_postgres_url: str) -> None:
    await insert_async(migrated_postgres_url, [StoredTask.numbered(n) for n in range(3)])
    async with relayed(migrated_postgres_url) as (near, _relay):
        browser = LateBrowser(parse_database_url(near), Made(near))
        await browser.connect()
        assert len((await browser.search_tasks(EVERYTHING, PageRequest())).rows) == 3
        await execute(
            migrated_postgres_url,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        assert (await browser.count_tasks(EVERYTHING)).value == 3
        await browser.close()


async def test_who_asks_again_sees_what_has_come(migrated_postgres_url: str) -> None:
    await insert_async(migrated_postgres_url, [StoredTask.numbered(n) for n in range(3)])
    browser = LateBrowser(parse_database_url(migrated_postgres_url), Made(migrated_postgres_url))
    await browser.connect()
    assert len((await browser.search_tasks(EVERYTHING, PageRequest())).rows) == 3
    await execute(migrated_postgres_url, f"DELETE FROM tasks WHERE id = '{number(1)}'")
    assert len((await browser.search_tasks(EVERYTHING, PageRequest())).rows) == 2
    await browser.close()


async def _words(url: str, error: type[TaskviewError]) -> tuple[str, int]:
    make = Made(url)
    browser = LateBrowser(parse_database_url(url), make)
    with pytest.raises(error) as caught:
        await browser.connect()
    await browser.close()
    return str(caught.value), len(make.given)


async def test_who_cannot_connect_is_told_so_once_and_in_the_usual_words(
    postgres_url: str, tmp_path: Path
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    for url, error in (
        (f"postgresql://ada:secret@127.0.0.1:{port}/tasks", CannotConnectError),
        (urlsplit(postgres_url)._replace(path="/nosuch").geturl(), CannotConnectError),
        (f"postgresql:///tasks?host={tmp_path}/none&user=ada", CannotConnectError),
        ("postgresql://ada:secret@127.0.0.1:1/tasks?sslmode=sometimes", UsageError),
    ):
        browser = DatabaseBrowser(url)
        with pytest.raises(error) as caught:
            await browser.connect()
        await browser.close()
        assert await _words(url, error) == (str(caught.value), 0)


async def test_who_has_no_tables_is_told_so_by_the_usual_way(postgres_url: str) -> None:
    words, made = await _words(postgres_url, SchemaError)
    assert "taskview db upgrade" in words
    assert made == 1


async def test_a_foreign_database_is_for_the_usual_way(postgres_url: str) -> None:
    await asyncio.to_thread(make_guide_database, postgres_url, {}, loose=True)
    assert await read(postgres_url) is None
