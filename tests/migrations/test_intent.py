"""An upgrade says what it is going to change before the first change, and nothing without one."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import Any

import asyncpg
import pytest

from support.foreign import make_guide_database
from support.stored import StoredTask, insert_async
from taskview_core.persistence.url import parse_database_url
from taskview_migrations import UpgradeReport, upgrade
from taskview_migrations.config import revisions
from taskview_tui.cli.main import main


async def _fetch(url: str, *statements: str) -> list[Any]:
    found: list[Any] = []
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        for statement in statements:
            found = connection.execute(statement).fetchall()
        connection.close()
        return found
    postgres = await asyncpg.connect(url)
    for statement in statements:
        found = await postgres.fetch(statement)
    await postgres.close()
    return found


async def _upgraded(url: str) -> tuple[UpgradeReport, list[str]]:
    """Upgrade; give the report, and what was said in its order, the intent after `> `."""
    said: list[str] = []
    report = await upgrade(
        parse_database_url(url), said.append, intending=lambda words: said.append(f"> {words}")
    )
    return report, said


async def test_of_nothing_all_is_made(database_url: str) -> None:
    number = 16 if database_url.startswith("sqlite") else 15
    label = parse_database_url(database_url).label
    report, said = await _upgraded(database_url)
    assert said[0] == (
        f"> {label} will get the tables conversations (6 columns) and tasks (13 columns)"
        f" with {number} indexes, and alembic_version, which holds the revision"
    )
    assert said[1:] == list(report.steps)
    # The second has nothing to do, and nothing to say.
    assert await _upgraded(database_url) == (
        UpgradeReport(label=label, before=revisions()[-1], after=revisions()[-1]),
        [],
    )


async def test_of_tables_of_others_each_index_is_named(database_url: str) -> None:
    await asyncio.to_thread(make_guide_database, database_url, {})
    await insert_async(database_url, [StoredTask.numbered(each) for each in range(3)])
    await _fetch(database_url, "CREATE INDEX u ON conversations (updated_at, id)")
    report, said = await _upgraded(database_url)
    (intent,) = [words for words in said if words.startswith("> ")]
    assert said[0] == intent
    label = parse_database_url(database_url).label
    assert intent.startswith(
        f"> {label} will get the table alembic_version, which holds the revision;"
        " the indexes ix_conversations_created, ix_conversations_user on conversations (1 row);"
        " the indexes ix_tasks_agent_created, ix_tasks_agent_status_created, "
    )
    waits = "; programs that write to it wait meanwhile" if report.label.endswith(".db") else ""
    unchanged = f" on tasks (3 rows); no row, column or other table is changed{waits}"
    assert intent.endswith(unchanged)
    named = {word.strip(",;") for word in intent.split() if word.startswith("ix_")}
    made = {word for step in report.steps for word in step.split() if word.startswith("ix_")}
    assert named == made
    assert len(made) == 13 + database_url.startswith("sqlite")


async def test_of_many_rows_it_says_about_how_many(migrated_url: str) -> None:
    numbers = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12345)"
        " INSERT INTO conversations SELECT {id}, 'u', NULL, NULL, {at}, {at} FROM n"
    )
    if migrated_url.startswith("sqlite"):
        made = numbers.format(id="printf('%032x', i)", at="'2026-01-01 00:00:00.000000'")
    else:
        made = numbers.format(id="lpad(i::text, 32, '0')::uuid", at="now()")
    await _fetch(migrated_url, made, "ANALYZE", "DROP INDEX ix_conversations_user")
    _, said = await _upgraded(migrated_url)
    label = parse_database_url(migrated_url).label
    assert said[0] == (
        f"> {label} will get the index ix_conversations_user on conversations (about 12,000 rows);"
        " no row, column or other table is changed"
        + ("; programs that write to it wait meanwhile" if label.endswith(".db") else "")
    )
    assert len(said) == 2


def test_a_revision_that_makes_nothing_is_told(
    migrated_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """As where each of its indexes is there, or none is for this engine."""
    before, newest = revisions()[-2:]
    asyncio.run(_fetch(migrated_url, f"UPDATE alembic_version SET version_num = '{before}'"))
    label = parse_database_url(migrated_url).label
    assert main(("db", "upgrade", migrated_url)) == 0
    assert capsys.readouterr().err.splitlines() == [
        f"taskview: {label} will go from {before} to {newest}:"
        " no table, column or index is to be made",
        f"taskview: {label} went from {before} to {newest}",
    ]
    assert main(("db", "upgrade", migrated_url)) == 0
    assert capsys.readouterr().err.splitlines() == [
        f"taskview: {label} was at the newest revision already ({newest})"
    ]
