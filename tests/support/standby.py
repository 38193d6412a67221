"""A hot standby of a server of the tests: it streams from it, and answers what only reads."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg

from support.postgres import OwnServer, start_own_server

_PATIENCE = 60.0

# A conflict with what the primary has cleaned away is to come soon, and a primary to be found
# again soon. What is read here keeps nothing on the primary.
_SETTINGS = """
hot_standby = on
hot_standby_feedback = off
max_standby_streaming_delay = 200ms
wal_retrieve_retry_interval = 200ms
wal_receiver_status_interval = 1s
"""


class Standby(OwnServer):
    """A copy of a running primary that follows it."""

    def __init__(self, primary: OwnServer) -> None:
        self._primary = primary
        super().__init__(primary.programs)

    def _initialise(self) -> None:
        self._password = self._primary._password
        self._user.run(
            [
                str(self.programs.bin / "pg_basebackup"),
                *("--pgdata", str(self._data), "--dbname", self._primary.url()),
                *("--write-recovery-conf", "--checkpoint", "fast", "--no-sync"),
            ],
            folder=self._folder,
            log=self._log,
        )
        with (self._data / "postgresql.conf").open("a") as file:
            file.write(_SETTINGS)

    async def catch_up(self) -> None:
        """Wait until all is here that the primary has written by now."""
        primary, standby = await self._both()
        at = await primary.fetchval("SELECT pg_current_wal_insert_lsn()")
        await primary.execute("SELECT pg_switch_wal()")  # What is not flushed yet is sent at once.
        await until(standby, "pg_last_wal_replay_lsn() >= $1::pg_lsn", at)
        await primary.close()
        await standby.close()

    async def _both(self) -> tuple[Any, Any]:
        return await asyncpg.connect(self._primary.url()), await asyncpg.connect(self.url())


async def told(url: str, question: str, *values: Any) -> Any:
    """Give the one value that a server answers."""
    connection = await asyncpg.connect(url)
    answer = await connection.fetchval(question, *values)
    await connection.close()
    return answer


async def until(connection: Any, condition: str, *values: Any) -> None:
    """Wait for something to become true on a server; fail if it never does."""
    deadline = time.monotonic() + _PATIENCE
    while not await connection.fetchval(f"SELECT {condition}", *values):
        assert time.monotonic() < deadline, f"never: {condition}"
        await asyncio.sleep(0.02)


@contextmanager
def primary_and_standby(label: str | None = None) -> Iterator[tuple[OwnServer, Standby]]:
    """Start a primary and a standby of it."""
    primary = start_own_server(label)
    try:
        standby = Standby(primary)
        try:
            yield primary, standby
        finally:
            standby.stop()
    finally:
        primary.stop()


async def execute(url: str, *statements: str) -> None:
    """Run statements one by one, each in its own transaction."""
    connection = await asyncpg.connect(url)
    for statement in statements:
        await connection.execute(statement)
    await connection.close()
