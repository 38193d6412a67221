"""Builds indexes on a Postgres database that is in use: writers go on meanwhile.

CREATE INDEX CONCURRENTLY runs in no transaction. Broken off, it leaves an index that is not
valid; the next upgrade finds that, drops it, and builds it anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from taskview_migrations.expected import TABLES, expected_indexes
from taskview_migrations.found import Found
from taskview_migrations.indexes import creation, serving

Building = Callable[[str, float | None], None]
"""Is told in words what the server does to an index, and the share of that done, if known."""

_LOOK_SECONDS = 0.5
_PROGRESS = """
SELECT phase, blocks_total, blocks_done, tuples_total, tuples_done
FROM pg_stat_progress_create_index WHERE pid = $1
"""


async def build_indexes(
    engine: AsyncEngine,
    connection: AsyncConnection,
    found: Found,
    tell: Callable[[str], None],
    building: Building,
) -> None:
    """Build what is missing on plain tables that have rows, through a connection without a
    transaction. Other tables are left to the revisions.
    """
    full = [table for table in TABLES if await _is_full(connection, table)]
    missing = [
        index
        for index in expected_indexes(engine.dialect.name)
        if index.table in full and serving(index, found.indexes) is None
    ]
    for number, index in enumerate(missing, 1):
        if index.name in found.indexes:
            tell(f"dropping the index {index.name}, which was left unfinished")
            await connection.exec_driver_sql(f"DROP INDEX CONCURRENTLY IF EXISTS {index.name}")
        tell(f"building the index {index.name} beside writers ({number} of {len(missing)})")
        async with _watched(engine, connection, index.name, building):
            made = await connection.run_sync(partial(creation, index))
            beside = made.replace("CREATE INDEX", "CREATE INDEX CONCURRENTLY", 1)
            await connection.exec_driver_sql(beside)


async def _is_full(connection: AsyncConnection, table: str) -> bool:
    """Say whether a table has rows, and is of a kind that can be indexed beside writers."""
    kind = await connection.exec_driver_sql(
        f"SELECT relkind::text FROM pg_class WHERE oid = to_regclass('{table}')"
    )
    if kind.scalar_one_or_none() != "r":
        return False
    row = await connection.exec_driver_sql(f"SELECT 1 FROM {table} LIMIT 1")
    return row.first() is not None


@asynccontextmanager
async def _watched(
    engine: AsyncEngine, connection: AsyncConnection, name: str, building: Building
) -> AsyncIterator[None]:
    """Tell how far a build on the connection has come, until it has ended."""
    raw = await connection.get_raw_connection()
    driver = raw.driver_connection
    assert isinstance(driver, asyncpg.Connection)
    watching = asyncio.ensure_future(_watch(engine, driver.get_server_pid(), name, building))
    try:
        yield
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


async def _watch(engine: AsyncEngine, pid: int, name: str, building: Building) -> None:
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        raw = await connection.get_raw_connection()
        driver = raw.driver_connection
        assert isinstance(driver, asyncpg.Connection)
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            row = await driver.fetchrow(_PROGRESS, pid)
            if row is not None:
                total, done = row["blocks_total"], row["blocks_done"]
                if not total:
                    total, done = row["tuples_total"], row["tuples_done"]
                building(f"{name}: {row['phase']}", done / total if total else None)
