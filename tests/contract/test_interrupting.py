"""A SQLite thread is interrupted until it has ended what it was asked, and no longer."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator

import pytest

from taskview_core.persistence.one_hop import OneHopConnection

SLOW = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n LIMIT {}"


@pytest.fixture
async def connection() -> AsyncIterator[OneHopConnection]:
    """A connection to an empty database."""
    connection = OneHopConnection(lambda: sqlite3.connect(":memory:"), 64)
    await connection
    yield connection
    await connection.close()


async def test_what_has_not_begun_is_stopped_when_it_does(connection: OneHopConnection) -> None:
    """As on a machine that was suspended: the interrupts of that time are lost."""
    goes_on = threading.Event()
    await connection.create_function("goes_on", 0, goes_on.wait)
    waiting = asyncio.ensure_future(connection.read("SELECT goes_on()", ()))
    asked = asyncio.ensure_future(connection.read(SLOW.format(-1), ()))
    await asyncio.sleep(0.01)
    connection.interrupt_on()
    await asyncio.sleep(0.05)
    goes_on.set()
    await asyncio.wait({waiting})
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        await asyncio.wait_for(asked, 30)


async def test_what_is_asked_after_that_is_left_alone(connection: OneHopConnection) -> None:
    """It is another's: the connection has gone back, and was given to who asked next."""
    stopped = asyncio.ensure_future(connection.read(SLOW.format(-1), ()))
    await asyncio.sleep(0.05)
    connection.interrupt_on()
    next_one = asyncio.ensure_future(connection.read(SLOW.format(200_000), ()))
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        await asyncio.wait_for(stopped, 30)
    assert len(await asyncio.wait_for(next_one, 30)) == 200_000
