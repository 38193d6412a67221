"""Each index that is not there is told and made again; others' that do its work stand in for it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence

import asyncpg
import pytest

from support.endless import make_plain_view
from support.foreign import make_guide_database
from support.stored import StoredTask, insert_async
from taskview_core.persistence.url import parse_database_url
from taskview_migrations import IndexStatus, status, upgrade
from taskview_migrations.config import revisions
from taskview_migrations.expected import expected_indexes
from taskview_tui.cli.main import main

pytestmark = pytest.mark.long

NEWEST = revisions()[-1]


async def execute(url: str, *statements: str) -> None:
    """Run statements as another program would."""
    if url.startswith("sqlite"):
        await asyncio.to_thread(_execute_sqlite, url, statements)
        return
    postgres = await asyncpg.connect(url)
    for statement in statements:
        await postgres.execute(statement)
    await postgres.close()


def _execute_sqlite(url: str, statements: Sequence[str]) -> None:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    connection.close()


async def indexes(url: str) -> dict[str, IndexStatus]:
    """Give what status says of each index."""
    return {index.name: index for index in (await status(parse_database_url(url))).indexes}


async def test_each_is_missed_and_made_again(migrated_url: str) -> None:
    """Whatever the others are: those of the other table have the same columns, some begin alike."""
    url = parse_database_url(migrated_url)
    engine = "sqlite" if migrated_url.startswith("sqlite") else "postgresql"
    for expected in expected_indexes(engine):
        await execute(migrated_url, f"DROP INDEX {expected.name}")
        found = await status(url)
        assert [index.name for index in found.missing] == [expected.name]
        assert not found.is_current
        assert (await upgrade(url, lambda step: None)).steps == (
            f"making the index {expected.name}",
        )
        assert (await status(url)).is_current


async def test_one_of_the_other_table_does_not_do_its_work(migrated_url: str) -> None:
    await execute(
        migrated_url,
        "DROP INDEX ix_conversations_created",
        "DROP INDEX ix_tasks_created",
        "CREATE INDEX theirs ON tasks (created_at, id)",
    )
    found = await indexes(migrated_url)
    assert found["ix_tasks_created"].served_by == "theirs"
    assert found["ix_conversations_created"].served_by is None


async def test_one_of_our_name_on_the_other_table_is_a_problem(migrated_url: str) -> None:
    await execute(
        migrated_url,
        "DROP INDEX ix_tasks_created",
        "CREATE INDEX ix_tasks_created ON conversations (created_at, id)",
    )
    found = await status(parse_database_url(migrated_url))
    assert found.problems == ("its index ix_tasks_created is on conversations and not on tasks",)
    assert [index.name for index in found.missing] == ["ix_tasks_created"]


@pytest.mark.parametrize("rows", [0, 3])
async def test_what_others_have_an_index_for_gets_no_second_one(
    database_url: str, rows: int
) -> None:
    """Neither by the revisions, nor beside writers, as where there are rows on Postgres."""
    url = parse_database_url(database_url)
    await asyncio.to_thread(make_guide_database, database_url, {})
    if rows:
        await insert_async(database_url, [StoredTask.numbered(each) for each in range(rows)])
    await execute(
        database_url,
        "CREATE INDEX u ON conversations (updated_at, id)",
        "CREATE INDEX began ON tasks (started_at, id, agent_id)",
    )
    await upgrade(url, lambda step: None)
    found = await status(url)
    assert found.is_current
    assert {
        index.name: index.served_by for index in found.indexes if index.served_by != index.name
    } == {
        "ix_conversations_updated": "u",
        "ix_tasks_started": "began",
    }
    assert (await upgrade(url, lambda step: None)).steps == ()
    await execute(database_url, "DROP INDEX u")
    (step,) = (await upgrade(url, lambda step: None)).steps
    assert "index ix_conversations_updated" in step


def test_what_was_missing_is_what_is_told(
    migrated_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It was at the newest revision all along."""
    asyncio.run(execute(migrated_url, "DROP INDEX ix_tasks_created"))
    assert main(("db", "status", migrated_url)) == 0
    summary = "summary    1 index is missing; taskview db upgrade would make it\n"
    assert summary in capsys.readouterr().out
    assert main(("db", "upgrade", migrated_url)) == 0
    label = parse_database_url(migrated_url).label
    said = capsys.readouterr().err.splitlines()
    assert said[-1] == f"taskview: {label} has the indexes that it lacked, at revision {NEWEST}"
    assert main(("db", "status", migrated_url)) == 0
    assert "summary    all is there\n" in capsys.readouterr().out


def test_a_table_without_a_key_is_told(
    migrated_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """As one that was copied by CREATE TABLE AS: no index leads to a row by its id."""
    move = "ALTER TABLE tasks RENAME TO keyed", "CREATE TABLE tasks AS SELECT * FROM keyed"
    asyncio.run(execute(migrated_url, *move))
    assert main(("db", "status", migrated_url)) == 0
    told = capsys.readouterr().out
    assert "✗ key of tasks  missing, and no upgrade makes one: without it opening a task" in told
    assert "key of conversations" not in told
    asyncio.run(execute(migrated_url, "CREATE INDEX theirs ON tasks (id)"))
    assert main(("db", "status", migrated_url)) == 0
    assert "key of tasks" not in capsys.readouterr().out


def test_of_a_view_nobody_knows_whether_there_is_a_key(
    migrated_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(make_plain_view(migrated_url))
    assert main(("db", "status", migrated_url)) == 0
    assert "key of" not in capsys.readouterr().out
