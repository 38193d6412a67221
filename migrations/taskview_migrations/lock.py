"""Keeps two upgrades of one database apart: the second waits, then finds nothing to do.

On SQLite the transaction itself begins by taking the lock that writers need. On Postgres an
upgrade polls for an advisory lock. It does not wait in a statement: that would hold a snapshot,
for whose end the CREATE INDEX CONCURRENTLY of the upgrade before it would wait in turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import aiosqlite
import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

_KEY = int.from_bytes(b"taskview", "big")
_SQLITE_SECONDS = 60
_POLL_SECONDS = 0.2

_NO_LIMITS = (
    "SELECT set_config(name, '0', false) FROM pg_settings"
    " WHERE name IN ('statement_timeout', 'lock_timeout', 'idle_session_timeout')"
)
_NOTICE_HANGUP = (
    "SELECT set_config('client_connection_check_interval', '1000', false)"
    " WHERE current_setting('server_version_num')::int >= 140000 AND version() LIKE '%linux%'"
)

Tell = Callable[[str], None]


@asynccontextmanager
async def writing_alone(
    engine: AsyncEngine, tell: Tell, *, in_transaction: bool, settings: Sequence[str] = ()
) -> AsyncIterator[AsyncConnection]:
    """Give a connection in a transaction that is committed at the end.

    On Postgres other upgrades are kept out by the transaction itself where `in_transaction`;
    otherwise `turn` does so. `settings` are PRAGMAs for SQLite.
    """
    async with engine.connect() as connection:
        raw = await connection.get_raw_connection()
        driver = raw.driver_connection
        if isinstance(driver, aiosqlite.Connection):
            # Another writer is waited for as long as an upgrade may take.
            await driver.execute(f"PRAGMA busy_timeout = {_SQLITE_SECONDS * 1000}")
            for setting in settings:
                await driver.execute(f"PRAGMA {setting}")
            async with connection.begin():
                yield connection
            return
        waiting = False
        while True:
            async with connection.begin():
                # What the one before us did must be seen, whatever the server prefers.
                await connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
                free = f"SELECT pg_try_advisory_xact_lock({_KEY})"
                if not in_transaction or await _scalar(connection, free):
                    yield connection
                    return
            waiting = await _wait(tell, waiting)


@asynccontextmanager
async def turn(engine: AsyncEngine, tell: Tell) -> AsyncIterator[AsyncConnection | None]:
    """Keep other upgrades of a Postgres database out.

    Gives the connection that does so, which has no transaction and no time limits; the server
    soon stops what it does there when this process is gone. None where a pooler stands between:
    what belongs to a connection may then be anybody's.
    """
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        if not await _is_direct(connection):
            yield None
            return
        try:
            for statement in (_NO_LIMITS, _NOTICE_HANGUP):
                await connection.exec_driver_sql(statement)
            waiting = False
            while not await _scalar(connection, f"SELECT pg_try_advisory_lock({_KEY})"):
                waiting = await _wait(tell, waiting)
            yield connection
        finally:
            # Closing it gives the lock back, whatever state it is in.
            await connection.invalidate()


async def _wait(tell: Tell, waiting: bool) -> bool:
    if not waiting:
        tell("waiting for another upgrade of this database")
    await asyncio.sleep(_POLL_SECONDS)
    return True


async def _is_direct(connection: AsyncConnection) -> bool:
    """Say whether no pooler stands between: it names another process than the server's own."""
    raw = await connection.get_raw_connection()
    driver = raw.driver_connection
    assert isinstance(driver, asyncpg.Connection)
    return bool(driver.get_server_pid() == await _scalar(connection, "SELECT pg_backend_pid()"))


async def _scalar(connection: AsyncConnection, statement: str) -> object:
    return (await connection.exec_driver_sql(statement)).scalar_one()
