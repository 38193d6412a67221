"""Tables made from the guide's own models are taken over as they are; anything else is refused."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from support.databases import DatabaseMaker, run
from support.foreign import BINARY_JSON, execute_sqlite, make_guide_database
from taskview_core.errors import SchemaError
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.persistence.url import parse_database_url
from taskview_migrations import SchemaStatus, status, upgrade
from taskview_migrations.config import revisions

pytestmark = pytest.mark.long

CONVERSATION = UUID(int=1)
AT = datetime(2026, 1, 31, 10, tzinfo=UTC)


def guide_rows() -> dict[str, list[dict[str, Any]]]:
    conversation = {
        "id": CONVERSATION, "user_id": "ada", "title": "t", "metadata": {"é": [1, 2.5]},
        "created_at": AT, "updated_at": AT,
    }  # fmt: skip
    tasks = [
        {
            "id": UUID(int=number), "conversation_id": CONVERSATION,
            "parent_task_id": UUID(int=2) if number > 2 else None,
            "agent_id": "a", "status": "archived", "input": {"n": number}, "output": None,
            "error": None, "metadata": None, "created_at": AT, "started_at": None,
            "completed_at": None, "updated_at": AT,
        }
        for number in (2, 3, 4)
    ]  # fmt: skip
    return {"conversations": [conversation], "tasks": tasks}


async def _fetch(url: str, statement: str) -> list[tuple[Any, ...]]:
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        rows = connection.execute(statement).fetchall()
        connection.close()
        return rows
    postgres = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await postgres.fetch(statement)]
    finally:
        await postgres.close()


async def all_rows(url: str) -> list[list[tuple[Any, ...]]]:
    """Give every row of both tables with what shows that it was written again."""
    version = "rowid" if url.startswith("sqlite") else "xmin::text, ctid::text"
    return [
        await _fetch(url, f"SELECT {version}, {table}.* FROM {table} ORDER BY id")
        for table in ("conversations", "tasks")
    ]


@pytest.fixture(params=["json", "jsonb"])
def guide_url(
    request: pytest.FixtureRequest, engine_label: str, databases: DatabaseMaker
) -> Iterator[str]:
    url = databases.empty(engine_label)
    if request.param == "jsonb" and engine_label != "sqlite":
        make_guide_database(url, guide_rows(), BINARY_JSON)
    else:
        make_guide_database(url, guide_rows())
    yield url
    databases.drop(url)


async def test_status_tells_what_others_made_and_what_is_slow(guide_url: str) -> None:
    found = await status(parse_database_url(guide_url))
    assert found.made_by_others
    assert found.revision is None
    assert not found.is_current
    assert found.problems == ()
    assert [str(table.rows) for table in found.tables] == ["1", "3"]
    assert [index.name for index in found.indexes if index.present] == ["ix_tasks_status"]
    # On SQLite there is one of the times that do not sort as they lie.
    assert len(found.missing) == 14 + guide_url.startswith("sqlite")
    assert all(len(index.slow) > 20 for index in found.indexes)
    assert await _tables(guide_url) == {"conversations", "tasks"}


async def test_adopting_touches_no_row_and_makes_what_is_missing(guide_url: str) -> None:
    url = parse_database_url(guide_url)
    before = await all_rows(guide_url)
    report = await upgrade(url, lambda step: None)
    assert report.adopted
    assert (report.before, report.after) == (None, revisions()[-1])
    assert "adopting the tables that are there" in report.steps
    assert await all_rows(guide_url) == before
    after = await status(url)
    assert after.is_current
    assert not after.made_by_others
    assert (await upgrade(url, lambda step: None)).steps == ()


async def test_ids_with_dashes_and_every_index_but_one_are_adopted(sqlite_url: str) -> None:
    make_guide_database(sqlite_url, guide_rows())
    execute_sqlite(sqlite_url, "PRAGMA foreign_keys = OFF")
    execute_sqlite(
        sqlite_url, "UPDATE conversations SET id = '00000000-0000-0000-0000-000000000001'"
    )
    execute_sqlite(sqlite_url, "DROP INDEX ix_tasks_status")
    execute_sqlite(sqlite_url, "CREATE INDEX ix_tasks_created ON tasks (created_at, id)")
    before = await all_rows(sqlite_url)
    report = await upgrade(parse_database_url(sqlite_url), lambda step: None)
    assert "making the index ix_tasks_status" in report.steps
    assert await all_rows(sqlite_url) == before
    assert (await status(parse_database_url(sqlite_url))).is_current


async def _refused(url: str) -> str:
    """Give the reason why an upgrade is refused, and see that it changed nothing."""
    before = await _objects(url)
    with pytest.raises(SchemaError) as raised:
        await upgrade(parse_database_url(url), lambda step: None)
    assert await _objects(url) == before
    problems = (await status(parse_database_url(url))).problems
    assert raised.value.detail == "; ".join(problems)
    return raised.value.detail


async def _objects(url: str) -> set[str]:
    if url.startswith("sqlite"):
        return {str(row) for row in await _fetch(url, "SELECT * FROM sqlite_master")}
    rows = await _fetch(
        url, "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
    )
    return {str(row) for row in rows}


async def _tables(url: str) -> set[str]:
    statement = (
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        if url.startswith("sqlite")
        else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    )
    return {row[0] for row in await _fetch(url, statement)}


async def _execute(url: str, *statements: str) -> None:
    if url.startswith("sqlite"):
        for statement in statements:
            await asyncio.to_thread(execute_sqlite, url, statement)
        return
    postgres = await asyncpg.connect(url)
    for statement in statements:
        await postgres.execute(statement)
    await postgres.close()


async def test_a_missing_column_that_may_be_null_is_named(guide_url: str) -> None:
    await _execute(
        guide_url,
        "ALTER TABLE tasks DROP COLUMN output",
        "ALTER TABLE tasks DROP COLUMN started_at",
    )
    reason = await _refused(guide_url)
    assert "table tasks lacks the columns output, started_at" in reason
    assert "add them first" in reason


async def test_tables_of_something_else_are_refused(database_url: str) -> None:
    await _execute(
        database_url,
        "CREATE TABLE tasks (id VARCHAR(36) PRIMARY KEY, context_id VARCHAR(36), status TEXT)",
    )
    reason = await _refused(database_url)
    assert "no table conversations" in reason
    assert "its table tasks is something else: it lacks the columns conversation_id" in reason


async def test_types_that_cannot_be_read_are_refused(postgres_url: str) -> None:
    await _execute(
        postgres_url,
        "CREATE TABLE conversations (id VARCHAR(36) PRIMARY KEY, user_id TEXT, title TEXT,"
        " metadata JSON, created_at TIMESTAMP, updated_at TIMESTAMP)",
        "CREATE TABLE tasks (id UUID PRIMARY KEY, conversation_id VARCHAR(36), parent_task_id UUID,"
        " agent_id TEXT, status TEXT, input JSON, output JSON, error TEXT, metadata JSON,"
        " created_at TEXT, started_at TIMESTAMP, completed_at TIMESTAMP, updated_at TIMESTAMP)",
    )
    reason = await _refused(postgres_url)
    assert "conversations.id is of the type character varying, not uuid" in reason
    assert "tasks.conversation_id is of the type character varying, not uuid" in reason
    assert "tasks.created_at is of the type text, not timestamp with time zone" in reason
    browser = DatabaseBrowser(postgres_url)
    with pytest.raises(SchemaError, match="cannot be read"):
        await browser.connect()
    await browser.close()


async def test_an_index_of_our_name_over_other_columns_is_refused(guide_url: str) -> None:
    await _execute(guide_url, "CREATE INDEX ix_tasks_created ON tasks (created_at)")
    assert "its index ix_tasks_created is over (created_at) and not over" in await _refused(
        guide_url
    )


@pytest.mark.parametrize(
    ("revision", "words"),
    [
        ("taskview_9999", "newer than"),
        ("3fa85f64", "another program's"),
        ("0001", "another program's"),
        ("9999", "another program's"),
    ],
)
async def test_a_revision_that_is_not_ours_is_refused(
    migrated_url: str, revision: str, words: str
) -> None:
    await _execute(migrated_url, f"UPDATE alembic_version SET version_num = '{revision}'")
    reason = await _refused(migrated_url)
    assert words in reason
    assert revision in reason
    found = await status(parse_database_url(migrated_url))
    assert found.revision == revision
    assert found.made_by_others == ("another" in words)
    assert not found.is_current


async def test_lost_tables_are_told(migrated_url: str) -> None:
    await _execute(migrated_url, "DROP TABLE tasks", "DROP TABLE conversations")
    assert "the tables are gone" in await _refused(migrated_url)


def test_status_of_a_full_table_is_capped(databases: DatabaseMaker, engine_label: str) -> None:
    url = databases.migrated(engine_label)
    numbers = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10001)"
        " INSERT INTO conversations SELECT {id}, 'u', NULL, NULL, {at}, {at} FROM n"
    )
    if engine_label == "sqlite":
        made = numbers.format(id="printf('%032x', i)", at="'2026-01-01 00:00:00.000000'")
    else:
        made = numbers.format(id="lpad(i::text, 32, '0')::uuid", at="now()")
    run(_execute(url, made))
    found: SchemaStatus = run(status(parse_database_url(url)))
    assert str(found.tables[0].rows) == "10,000+"
    assert str(found.tables[1].rows) == "0"
    assert found.is_current
    databases.drop(url)
