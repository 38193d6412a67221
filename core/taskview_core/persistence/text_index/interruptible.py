"""Runs a query of Python's own sqlite3 in a thread, and stops it when told or when time is up."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_RETRY = 0.004


async def in_thread(
    connect: Callable[[], sqlite3.Connection],
    work: Callable[[sqlite3.Connection], T],
    seconds: float,
) -> T | None:
    """Give what `work` gives on a connection of its own, or None where time is up before.

    Cancelling this call stops the work first.
    """
    opened: list[sqlite3.Connection] = []

    def run() -> T:
        connection = connect()
        opened.append(connection)
        return work(connection)

    task = asyncio.ensure_future(asyncio.to_thread(run))
    try:
        done, _ = await asyncio.wait({task}, timeout=seconds)
        return task.result() if done else None
    finally:
        # An interrupt that comes before its statement is lost: it is sent until the work ends.
        while not task.done():
            for connection in opened:
                connection.interrupt()
            try:
                await asyncio.wait({task}, timeout=_RETRY)
            except asyncio.CancelledError:
                continue
        task.exception()
        for connection in opened:
            connection.close()
