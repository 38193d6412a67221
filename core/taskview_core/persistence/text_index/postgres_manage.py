"""Makes, drops and describes the text index of a Postgres database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from taskview_core.errors import SchemaError, TaskviewError, UnsupportedError
from taskview_core.persistence.database_url import DatabaseUrl
from taskview_core.persistence.engine import create_engine
from taskview_core.persistence.faults import translated
from taskview_core.persistence.limited_connection import LimitedConnection
from taskview_core.persistence.text_index.postgres_lookup import EXPRESSION, INDEX
from taskview_core.persistence.text_index.report import (
    IndexProgress,
    IndexReport,
    Tell,
    TextIndexStatus,
)

_LOCK = 0x7461736B_74657874
"""The number of the advisory lock that makers of this index take turns by."""
_PLACE = f"the index {INDEX}"
_PAUSE = 0.5
_STATE = (
    "SELECT c.relkind::text AS kind, i.indisvalid AS valid, pg_relation_size(i.indexrelid) AS size,"
    " pg_get_indexdef(i.indexrelid) AS made_by"
    " FROM pg_class c LEFT JOIN pg_index i ON i.indrelid = c.oid"
    f" AND i.indexrelid = to_regclass('{INDEX}') WHERE c.oid = to_regclass('tasks')"
)
_OPERATORS = (
    "SELECT quote_ident(n.nspname) FROM pg_extension e"
    " JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_trgm'"
)
_PROGRESS = (
    "SELECT phase, greatest(blocks_done::float8 / nullif(blocks_total, 0),"
    " tuples_done::float8 / nullif(tuples_total, 0)) AS share"
    " FROM pg_stat_progress_create_index WHERE pid = $1"
)


async def bring_up_postgres(url: DatabaseUrl, tell: Tell) -> IndexReport:
    """Make the index where it is not there whole; the server keeps it up to date by itself."""
    async with _connected(url) as connection, _connected(url) as other:
        _check_session(connection, url)
        await _take_turn(connection, tell)
        state = await _state(connection, url)
        if state["valid"] is None or not state["valid"]:
            operators = await _operators(connection)
            if state["valid"] is not None:
                tell(IndexProgress("dropping what an interrupted run has left"))
                await connection.execute(f"DROP INDEX CONCURRENTLY {INDEX}", timeout=None)
            await _make(connection, other, operators, tell)
            state = await _state(connection, url)
        return IndexReport(_PLACE, state["size"] or 0)


async def drop_postgres(url: DatabaseUrl) -> str | None:
    """Drop the index; give its place if there was one. The extension stays: others may use it."""
    async with _connected(url) as connection:
        _check_session(connection, url)
        await _take_turn(connection, lambda progress: None)
        there = (await _state(connection, url))["valid"] is not None
        await connection.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {INDEX}")
        return _PLACE if there else None


async def postgres_status(url: DatabaseUrl) -> TextIndexStatus:
    """Say whether there is an index."""
    async with _connected(url) as connection, connection.transaction(readonly=True):
        state = await connection.fetchrow(_STATE)
    if state is None or state["valid"] is None:
        plain = state is None or state["kind"] == "r"
        return TextIndexStatus(_PLACE, present=False, can_be=plain)
    covers = "all rows: the server keeps it up to date" if state["valid"] else ""
    return TextIndexStatus(_PLACE, True, state["valid"], state["size"], covers)


def _check_session(connection: asyncpg.Connection[asyncpg.Record], url: DatabaseUrl) -> None:
    """Refuse a pooler that takes no schema: beside writers an index is made in no transaction."""
    if isinstance(connection, LimitedConnection) and connection.told_later:
        raise UnsupportedError(
            f"a pooler stands before {url.label}, which takes no schema or options",
            "name the server itself to make or drop the text index",
        )


async def _state(
    connection: asyncpg.Connection[asyncpg.Record], url: DatabaseUrl
) -> asyncpg.Record:
    found = await connection.fetchrow(_STATE)
    if found is None:
        raise SchemaError(f"{url.label} has no table tasks", "taskview db upgrade makes the tables")
    if found["kind"] != "r":
        raise TaskviewError(
            "an index for text can be made on a plain table only",
            "tasks is partitioned, foreign, or a view: searches go through the rows",
        )
    return found


async def _operators(connection: asyncpg.Connection[asyncpg.Record]) -> str:
    """Give the schema of the extension's operators, having made the extension if need be."""
    schema = await connection.fetchval(_OPERATORS)
    if schema is None:
        try:
            await connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        except (asyncpg.InsufficientPrivilegeError, asyncpg.FeatureNotSupportedError) as error:
            raise _no_extension(str(error)) from error
        except (asyncpg.UndefinedFileError, asyncpg.UndefinedObjectError) as error:
            raise _no_extension(str(error)) from error
        schema = await connection.fetchval(_OPERATORS)
    return str(schema)


def _no_extension(why: str) -> TaskviewError:
    return TaskviewError(
        "the extension pg_trgm is not to be had here, so there is no text index",
        f"searches go through the rows; the server says: {why}",
    )


async def _make(
    connection: asyncpg.Connection[asyncpg.Record],
    other: asyncpg.Connection[asyncpg.Record],
    operators: str,
    tell: Tell,
) -> None:
    making = asyncio.ensure_future(
        connection.execute(
            f"CREATE INDEX CONCURRENTLY {INDEX} ON tasks"
            f" USING gin (({EXPRESSION}) {operators}.gin_trgm_ops)",
            timeout=None,
        )
    )
    pid = connection.get_server_pid()
    try:
        while not making.done():
            await asyncio.wait({making}, timeout=_PAUSE)
            row = await other.fetchrow(_PROGRESS, pid)
            if row is not None:
                tell(IndexProgress(f"making the index: {row['phase']}", row["share"]))
        await making
    finally:
        if not making.done():
            # Whatever came in between, a cancellation too: nothing may stay behind.
            making.cancel()
            await asyncio.wait({making})


async def _take_turn(connection: asyncpg.Connection[asyncpg.Record], tell: Tell) -> None:
    """Wait until nobody else makes the index, without a transaction that it would wait for."""
    while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):
        tell(IndexProgress("waiting for somebody else who makes the index"))
        await asyncio.sleep(_PAUSE)


@asynccontextmanager
async def _connected(
    url: DatabaseUrl,
) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """Give a driver's connection outside of any transaction."""
    engine = create_engine(url, pool_size=1, max_overflow=0)
    try:
        with translated(url.label):
            async with engine.connect() as outer:
                driver = (await outer.get_raw_connection()).driver_connection
                assert isinstance(driver, asyncpg.Connection)
                yield driver
                await outer.invalidate()
    finally:
        await engine.dispose()
