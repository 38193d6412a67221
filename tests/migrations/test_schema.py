"""The migrated schema is the models' metadata: no more, no less, on each engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect

from taskview_core.persistence.engine import create_engine
from taskview_core.persistence.models import Base
from taskview_core.persistence.url import parse_database_url
from taskview_migrations import upgrade
from taskview_migrations.config import alembic_config, revisions

T = TypeVar("T")


async def in_database(url: str, work: Callable[[Connection], T]) -> T:
    engine = create_engine(url)
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(work)
    finally:
        await engine.dispose()


def definitions(connection: Connection, table: str) -> list[str]:
    """Give the indexes in the engine's own words, expressions and predicates included."""
    query = (
        "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = '{}' AND sql IS NOT NULL"
        if connection.dialect.name == "sqlite"
        else "SELECT indexdef FROM pg_indexes WHERE tablename = '{}'"
    )
    found = connection.exec_driver_sql(query.format(table)).scalars()
    return sorted(" ".join(str(each).replace(" IF NOT EXISTS", "").split()) for each in found)


def reflected(connection: Connection) -> dict[str, Any]:
    """Give columns, keys and indexes as the database itself describes them."""
    inspector = inspect(connection)
    return {
        table: {
            "columns": [
                (each["name"], str(each["type"]), each["nullable"], each["default"])
                for each in inspector.get_columns(table)
            ],
            "key": inspector.get_pk_constraint(table)["constrained_columns"],
            "foreign": sorted(
                (
                    each["constrained_columns"],
                    each["referred_table"],
                    each["referred_columns"],
                    each["options"],
                )
                for each in inspector.get_foreign_keys(table)
            ),
            "indexes": definitions(connection, table),
        }
        for table in sorted(set(inspector.get_table_names()) - {"alembic_version"})
    }


async def test_the_migrated_schema_is_the_models_metadata(
    migrated_url: str, database_url: str
) -> None:
    await in_database(database_url, Base.metadata.create_all)
    by_models = await in_database(database_url, reflected)
    by_migrations = await in_database(migrated_url, reflected)
    assert by_migrations == by_models
    indexes = by_migrations["tasks"]["indexes"]
    odd = "sqlite" in migrated_url
    assert len([index for index in indexes if "WHERE" in index]) == 2 + odd
    assert len([index for index in indexes if "CASE" in index]) == 1 + odd


@pytest.mark.filterwarnings("ignore:.*expression-based index")
async def test_autogenerate_finds_nothing_to_do(migrated_url: str) -> None:
    def named(_thing: object, name: str | None, *_: object) -> bool:
        # Alembic cannot compare expressions, nor leave an index to one engine: the test above does.
        return name not in {"ix_tasks_duration", "ix_tasks_created_odd"}

    def differences(connection: Connection) -> list[Any]:
        opts = {"compare_type": True, "include_object": named}
        context = MigrationContext.configure(connection, opts=opts)
        return list(compare_metadata(context, Base.metadata))

    assert await in_database(migrated_url, differences) == []


def test_there_is_one_head_and_the_line_is_straight() -> None:
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(alembic_config())
    assert scripts.get_heads() == [revisions()[-1]]
    assert list(revisions()) == [
        f"taskview_{number:04d}" for number in range(1, len(revisions()) + 1)
    ]


async def test_upgrade_tells_each_step_and_a_second_one_has_nothing_to_do(
    database_url: str,
) -> None:
    url = parse_database_url(database_url)
    told: list[str] = []
    first = await upgrade(url, told.append)
    assert (first.before, first.after, first.adopted) == (None, revisions()[-1], False)
    assert list(first.steps) == told
    assert "making the table tasks" in told
    assert any("ix_tasks_created (4 of 11)" in step for step in told)
    second = await upgrade(url, told.append)
    assert second.steps == ()
    assert second.before == second.after == revisions()[-1]


async def test_upgrade_makes_again_an_index_that_somebody_dropped(migrated_url: str) -> None:
    await in_database(
        migrated_url, lambda connection: connection.exec_driver_sql("DROP INDEX ix_tasks_created")
    )
    report = await upgrade(parse_database_url(migrated_url), lambda step: None)
    assert report.steps == ("making the index ix_tasks_created",)
    assert "ix_tasks_created" in str(await in_database(migrated_url, reflected))
