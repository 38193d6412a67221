"""Takes the indexes of an empty table in a SQLite file away while it is filled.

As in `postgres_indexes_aside`, and for the same reason. It is done within the load's transaction:
who reads the file goes on with what was, and one that is broken off leaves them as they were.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import aiosqlite

from taskview_core.persistence.models import TaskModel

_OURS = [str(index.name) for index in TaskModel.metadata.tables["tasks"].indexes]
_RETRY = 0.01

# What sees to it that something is there once has to name the row that is too many.
_REPLACEABLE = f"""
SELECT made.name, made.sql FROM sqlite_master AS made
JOIN pragma_index_list('tasks') AS each ON each.name = made.name
WHERE made.type = 'index' AND NOT each."unique" AND made.name IN ({", ".join("?" * len(_OURS))})
ORDER BY made.rowid
"""
_COUNTED = "SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'"


class SqliteIndexesAside:
    """The indexes of `tasks` that are away for now; within one transaction."""

    def __init__(self, driver: aiosqlite.Connection) -> None:
        self._driver = driver
        self._made: list[tuple[str, str]] = []

    @property
    def any(self) -> bool:
        """Whether there are indexes to be made again."""
        return bool(self._made)

    async def take(self) -> None:
        """Drop those of an empty table, but what ANALYZE has written down goes with an index."""
        kept: set[str] = set()
        if list(await self._driver.execute_fetchall(_COUNTED)):
            counted = "SELECT idx FROM sqlite_stat1 WHERE tbl = 'tasks'"
            kept = {row[0] for row in await self._driver.execute_fetchall(counted)}
        for name, made in await self._driver.execute_fetchall(_REPLACEABLE, _OURS):
            if name not in kept:
                await self._driver.execute(f"DROP INDEX {name}")
                self._made.append((name, made))

    async def make_again(self, told: Callable[[str], None]) -> None:
        """Make each as it was; `told` its name before.

        Cancelling stops the one that is being made.
        """
        while self._made:
            name, statement = self._made[0]
            told(name)
            await self._run(statement)
            del self._made[0]

    async def _run(self, statement: str) -> None:
        running = asyncio.ensure_future(self._driver.execute(statement))
        try:
            await asyncio.shield(running)
        except asyncio.CancelledError:
            # An interrupt that comes before its statement is lost: it is sent until that has ended.
            while not running.done():
                await self._driver.interrupt()
                await asyncio.wait({running}, timeout=_RETRY)
            if not running.cancelled():
                running.exception()  # Whatever it is, it comes of the stop.
            raise
