"""Runs a migration so that whoever asked for it can stop it in the middle of a step."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

import aiosqlite
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")

_RETRY = 0.01


class Stop:
    """Whether work has been asked to stop; it looks between its steps."""

    asked = False

    def check(self) -> None:
        """Go no further once that has been asked."""
        if self.asked:
            raise asyncio.CancelledError


async def run_stoppable(
    connection: AsyncConnection, work: Callable[[Connection], T], stop: Stop
) -> T:
    """Run work on a connection; when this is cancelled, the statement that runs is stopped.

    On SQLite a statement goes on in its thread unless it is interrupted, and an interrupt that
    comes between two statements is lost: it is sent until the work has ended.
    """
    raw = await connection.get_raw_connection()
    driver = raw.driver_connection
    running = asyncio.ensure_future(connection.run_sync(work))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        stop.asked = True
        if not isinstance(driver, aiosqlite.Connection):
            running.cancel()
        while not running.done():
            if isinstance(driver, aiosqlite.Connection):
                await driver.interrupt()
            await asyncio.wait({running}, timeout=_RETRY)
        if not running.cancelled():
            running.exception()  # Whatever it is, it comes of the stop.
        raise
