"""On Postgres the indexes of a full table are built beside writers, and mended when broken off."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Iterator

import asyncpg
import pytest

from support.databases import DatabaseMaker
from support.foreign import make_guide_database
from support.postgres import GivenServer, OwnServer
from support.stored import StoredTask, insert
from taskview_core.persistence.url import parse_database_url
from taskview_migrations import status, upgrade
from taskview_migrations.config import revisions

pytestmark = pytest.mark.long

_UPGRADE = """
import asyncio, sys
from taskview_core.persistence.url import parse_database_url
from taskview_migrations import upgrade
asyncio.run(upgrade(parse_database_url(sys.argv[1]), lambda step: print(step, flush=True)))
"""


@pytest.fixture
def full_url(postgres_server: OwnServer | GivenServer, databases: DatabaseMaker) -> Iterator[str]:
    """Tables as the guide makes them, with rows and one index."""
    url = databases.empty(postgres_server.label)
    make_guide_database(url, {})
    insert(url, [StoredTask.numbered(index) for index in range(20)])
    yield url
    databases.drop(url)


async def _invalid(connection: asyncpg.Connection[asyncpg.Record]) -> list[str]:
    rows = await connection.fetch(
        "SELECT indexrelid::regclass::text AS name FROM pg_index WHERE NOT indisvalid"
    )
    return [row["name"] for row in rows]


async def _until_stuck(
    watcher: asyncpg.Connection[asyncpg.Record], writer: asyncpg.Connection[asyncpg.Record]
) -> None:
    """Wait until a build waits for the writer's transaction.

    For a moment each build may wait for the snapshot of the very statement that asks here.
    """
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONCURRENTLY%'"
        " AND datname = current_database() AND $1 = ANY(pg_blocking_pids(pid))"
    )
    pid = writer.get_server_pid()
    while True:
        if await watcher.fetchval(query, pid):
            return
        await asyncio.sleep(0.02)


async def _until_told(told: list[str]) -> None:
    while True:
        if told:
            return
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
async def test_a_build_that_was_broken_off_is_found_and_mended(
    full_url: str, how: signal.Signals
) -> None:
    """An open transaction holds a build up in the middle; there its process dies."""
    url = parse_database_url(full_url)
    writer = await asyncpg.connect(full_url)
    watcher = await asyncpg.connect(full_url)
    async with asyncio.timeout(60):
        open_transaction = writer.transaction()
        await open_transaction.start()
        await writer.execute("UPDATE tasks SET agent_id = 'meanwhile'")
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _UPGRADE, full_url,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        await _until_stuck(watcher, writer)
        process.send_signal(how)
        await process.communicate()
        assert await _invalid(watcher) == ["ix_tasks_agent_created"]
        # What the dead process left is gone on the server too, or ends when nobody is in its way.
        await open_transaction.commit()
        found = await status(url)
        assert found.revision is None
        assert (await upgrade(url, lambda step: None)).after == revisions()[-1]
        assert await _invalid(writer) == []
        assert await writer.fetchval("SELECT count(*) FROM tasks WHERE agent_id = 'meanwhile'")
    await writer.close()
    await watcher.close()
    assert (await status(url)).is_current


async def test_writers_go_on_while_an_index_is_built(full_url: str) -> None:
    """Each build is in no transaction, and no other upgrade begins meanwhile."""
    url = parse_database_url(full_url)
    steps: list[str] = []
    said: list[str] = []
    writer = await asyncpg.connect(full_url)
    other = await asyncpg.connect(full_url)
    async with asyncio.timeout(60):
        open_transaction = writer.transaction()
        await open_transaction.start()
        await writer.execute("UPDATE tasks SET agent_id = 'one'")
        first = asyncio.create_task(
            upgrade(url, steps.append, building=lambda words, share: said.append(words))
        )
        await _until_stuck(other, writer)
        second_steps: list[str] = []
        second = asyncio.create_task(upgrade(url, second_steps.append))
        await _until_told(second_steps)
        assert second_steps == ["waiting for another upgrade of this database"]
        await other.execute("INSERT INTO conversations VALUES (gen_random_uuid(), 'u', NULL, NULL,"
                            " now(), now())")  # fmt: skip
        await _until_told(said)
        await open_transaction.commit()
        reports = await asyncio.gather(first, second)
    await writer.close()
    await other.close()
    assert [len(report.steps) > 0 for report in reports] == [True, False]
    assert "building the index ix_conversations_created beside writers (1 of 14)" in steps
    assert all(words.startswith("ix_") for words in said)
    assert (await status(url)).is_current


async def test_an_index_that_is_not_valid_is_named_and_built_again(full_url: str) -> None:
    url = parse_database_url(full_url)
    await upgrade(url, lambda step: None)
    connection = await asyncpg.connect(full_url)
    await connection.execute(
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_tasks_started'::regclass"
    )
    await connection.close()
    found = await status(url)
    assert [(index.name, index.broken) for index in found.missing] == [("ix_tasks_started", True)]
    assert not found.is_current
    steps = (await upgrade(url, lambda step: None)).steps
    assert steps == (
        "dropping the index ix_tasks_started, which was left unfinished",
        "building the index ix_tasks_started beside writers (1 of 1)",
    )
    assert (await status(url)).is_current


async def test_an_index_of_another_name_does_the_same_work(full_url: str) -> None:
    connection = await asyncpg.connect(full_url)
    await connection.execute("CREATE INDEX theirs ON tasks (created_at, id, status)")
    await connection.execute("CREATE INDEX part ON tasks (updated_at, id) WHERE status = 'failed'")
    await connection.close()
    found = {index.name: index for index in (await status(parse_database_url(full_url))).indexes}
    assert found["ix_tasks_created"].served_by == "theirs"
    assert found["ix_tasks_updated"].served_by is None


async def test_a_start_without_a_time_zone_of_its_own_is_indexed_as_it_is_read(
    full_url: str,
) -> None:
    """The server calls what mixes the two changeable, unless the zone is named."""
    connection = await asyncpg.connect(full_url)
    await connection.execute("ALTER TABLE tasks ALTER started_at TYPE timestamp")
    url = parse_database_url(full_url)
    await upgrade(url, lambda step: None)
    assert (await status(url)).is_current
    await connection.execute("DROP INDEX ix_tasks_duration")
    await connection.execute("UPDATE alembic_version SET version_num = 'taskview_0002'")
    await connection.execute("DELETE FROM tasks")
    await upgrade(url, lambda step: None)
    assert (await status(url)).is_current
    await connection.close()
