"""A large load into an empty table on Postgres makes the indexes when the rows are there."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from support.loads import conversation, dump, ident, load, stop_at_indexes, task, write_lines
from taskview_core.errors import LoadError
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.persistence.loading import LoadProgress, load_files, work
from taskview_core.persistence.text_index.manage import bring_up_text_index, text_index_status
from taskview_core.persistence.url import parse_database_url
from taskview_core.query.request import PageRequest
from taskview_core.query.task_filter import TaskFilter
from taskview_migrations import make_schema


@pytest.fixture(autouse=True)
def any_file_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the few rows of a test count as many."""
    monkeypatch.setattr(work, "MANY_BYTES", 0)


async def indexes(url: str) -> list[tuple[Any, ...]]:
    """Give the indexes of both tables: name, definition, and whether each is valid."""
    driver = await asyncpg.connect(url)
    try:
        rows = await driver.fetch(
            "SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid), indisvalid"
            " FROM pg_index WHERE indrelid IN ('tasks'::regclass, 'conversations'::regclass)"
            " ORDER BY name"
        )
    finally:
        await driver.close()
    return [tuple(row) for row in rows]


async def steps_of(url: str, file: Path) -> set[str]:
    """Load a file, and give the steps that were told."""
    told: list[LoadProgress] = []
    await load_files(parse_database_url(url), [file], told.append, make_schema)
    # One of several is named: making them all takes as long as the rows did.
    assert all(state.part.startswith("ix_tasks_") for state in told if state.step == "indexes")
    return {state.step for state in told}


async def test_they_are_the_same_again(migrated_postgres_url: str, tmp_path: Path) -> None:
    before = await indexes(migrated_postgres_url)
    file = write_lines(
        tmp_path / "rows", [*(task(number) for number in range(4_500)), conversation()]
    )
    assert "indexes" in await steps_of(migrated_postgres_url, file)
    assert await indexes(migrated_postgres_url) == before
    assert len((await dump(migrated_postgres_url))["tasks"]) == 4_500
    # Where there are rows already, the indexes stay.
    more = write_lines(tmp_path / "more", [task(number) for number in range(4_000, 5_000)])
    assert "indexes" not in await steps_of(migrated_postgres_url, more)
    assert len((await dump(migrated_postgres_url))["tasks"]) == 5_000


async def test_the_text_index_is_made_once_of_all_rows(
    migrated_postgres_url: str, tmp_path: Path
) -> None:
    url = parse_database_url(migrated_postgres_url)
    await bring_up_text_index(url, tmp_path, lambda progress: None)
    before = await indexes(migrated_postgres_url)
    place = "SELECT 'ix_tasks_text'::regclass::oid"
    driver = await asyncpg.connect(migrated_postgres_url)
    empty = await driver.fetchval(place)
    rows = [task(1, error="the needle"), *(task(number) for number in range(2, 500))]
    file = write_lines(tmp_path / "rows", [conversation(), *rows])
    assert "indexes" in await steps_of(migrated_postgres_url, file)
    assert await driver.fetchval(place) != empty
    await driver.close()
    assert await indexes(migrated_postgres_url) == before
    assert (await text_index_status(url, tmp_path)).usable
    browser = DatabaseBrowser(migrated_postgres_url, text_indexes=tmp_path)
    page = await browser.search_tasks(TaskFilter.parse("needle"), PageRequest(5))
    await browser.close()
    assert [str(row.id) for row in page.rows] == [ident(1)]


async def test_they_stay_while_somebody_reads(migrated_postgres_url: str, tmp_path: Path) -> None:
    file = write_lines(tmp_path / "rows", [conversation(), task(1)])
    reader = await asyncpg.connect(migrated_postgres_url)
    try:
        async with reader.transaction():
            await reader.fetch("SELECT 1 FROM tasks")
            async with asyncio.timeout(60):
                assert "indexes" not in await steps_of(migrated_postgres_url, file)
    finally:
        await reader.close()
    assert len((await dump(migrated_postgres_url))["tasks"]) == 1


async def test_a_load_that_is_stopped_brings_them_back(
    migrated_postgres_url: str, tmp_path: Path
) -> None:
    before = await indexes(migrated_postgres_url)
    file = write_lines(tmp_path / "rows", [conversation(), *(task(each) for each in range(3_000))])
    await stop_at_indexes(migrated_postgres_url, file)
    assert await indexes(migrated_postgres_url) == before
    assert (await dump(migrated_postgres_url))["tasks"] == {}


async def test_a_key_that_is_too_long_is_told_by_its_line(
    migrated_postgres_url: str, tmp_path: Path
) -> None:
    driver = await asyncpg.connect(migrated_postgres_url)
    await driver.execute("ALTER TABLE tasks ALTER agent_id TYPE text")
    await driver.close()
    # It must not be one that the server can make short.
    name = random.Random(7).randbytes(4_000).hex()
    file = write_lines(tmp_path / "rows", [conversation(), task(1), task(2, agent_id=name)])
    with pytest.raises(LoadError) as raised:
        await load(migrated_postgres_url, file)
    assert f"{file}:3: the server says: index row size" in raised.value.detail


async def test_what_create_index_would_not_bring_back_stays(
    migrated_postgres_url: str, tmp_path: Path
) -> None:
    driver = await asyncpg.connect(migrated_postgres_url)
    await driver.execute("COMMENT ON INDEX ix_tasks_created IS 'mine'")
    await load(
        migrated_postgres_url, write_lines(tmp_path / "rows", [conversation(), task(1), task(2)])
    )
    kept = await driver.fetchval("SELECT obj_description('ix_tasks_created'::regclass, 'pg_class')")
    await driver.close()
    assert kept == "mine"
