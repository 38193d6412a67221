"""Keeps two upgrades of one database apart: the second waits, then finds nothing to do."""

from __future__ import annotations

import aiosqlite
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

_KEY = int.from_bytes(b"taskview", "big")
_SQLITE_SECONDS = 60


async def wait_long(connection: AsyncConnection) -> None:
    """Let a SQLite connection wait for another writer as long as an upgrade may take."""
    raw = await connection.get_raw_connection()
    driver = raw.driver_connection
    if isinstance(driver, aiosqlite.Connection):
        await driver.execute(f"PRAGMA busy_timeout = {_SQLITE_SECONDS * 1000}")


def take_turn(connection: Connection) -> None:
    """Wait for other upgrades of this database; held to the end of the transaction.

    On SQLite the transaction itself has begun by taking the lock that writers need.
    """
    if connection.dialect.name == "postgresql":
        # What the one before us did must be seen, whatever isolation the server prefers.
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL READ COMMITTED"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _KEY})
