"""Lets go of connections that nobody has used for a while: a server has few to give."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

IDLE_SECONDS = 60.0


class IdleConnections:
    """Closes the connections of an engine that have been in its pool for so many seconds.

    The pool gives those that were used last first, so that what is rarely needed gets old; its
    entries stay, and connect anew when they are wanted.
    """

    def __init__(self, engine: AsyncEngine, seconds: float = IDLE_SECONDS) -> None:
        self._seconds = seconds
        self._since: dict[ConnectionPoolEntry, float] = {}
        self._timer: asyncio.TimerHandle | None = None
        if isinstance(engine.sync_engine.pool, StaticPool):
            return  # A database in memory is gone with its connection.
        event.listen(engine.sync_engine, "checkin", self._came_back)
        event.listen(engine.sync_engine, "checkout", self._is_wanted)

    def stop(self) -> None:
        """Leave the connections to whoever closes the engine."""
        if self._timer is not None:
            self._timer.cancel()
        self._since.clear()

    def _came_back(self, connection: Any, entry: ConnectionPoolEntry) -> None:
        if connection is None:
            return  # It was lost.
        loop = asyncio.get_running_loop()
        self._since[entry] = loop.time()
        if self._timer is None:
            self._timer = loop.call_later(self._seconds, self._let_go)

    def _is_wanted(self, connection: Any, entry: ConnectionPoolEntry, proxy: object) -> None:
        self._since.pop(entry, None)

    def _let_go(self) -> None:
        # Without a pause: none of them can be wanted meanwhile.
        loop = asyncio.get_running_loop()
        old = loop.time() - self._seconds
        for entry in [entry for entry, since in self._since.items() if since <= old]:
            del self._since[entry]
            entry.invalidate()
        self._timer = None
        if self._since:
            soonest = min(self._since.values()) + self._seconds
            self._timer = loop.call_at(soonest, self._let_go)
