"""Runs one piece of work on a session of its own, and can stop it at any moment.

On SQLite a statement runs in a thread, and cancelling what waits for it leaves it running: it
is stopped by interrupting its connection, again and again until the work has ended, for an
interrupt that comes before its statement is lost. On Postgres asyncpg sends a cancel request.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import aiosqlite
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from taskview_core.errors import QueryTimeoutError

T = TypeVar("T")
Work = Callable[[AsyncSession], Awaitable[T]]

_RETRY = 0.004
_PATIENCE = 1.0
"""Seconds after which work that does not stop is left to itself."""


class Runner:
    """Runs work on sessions of one engine, so many at a time as it has connections."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession], connections: int) -> None:
        self._sessions = sessions
        self._free = asyncio.Semaphore(connections)
        self._running: dict[asyncio.Task[Any], _Stop] = {}

    async def run(self, work: Work[T], seconds: float | None) -> T:
        """Run work to its end, raising what it raises.

        The outcome is given as soon as it is known: the transaction ends, and the connection goes
        back, while the caller goes on.

        After so many `seconds` (None: no limit) it is stopped, and QueryTimeoutError raised.
        Cancelling this call stops the work before the cancellation goes on.
        """
        await self._free.acquire()
        stop = _Stop()
        outcome: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        task = asyncio.ensure_future(self._work(work, stop, outcome))
        self._running[task] = stop
        task.add_done_callback(self._done)
        try:
            either: set[asyncio.Future[Any]] = {task, outcome}
            done, _ = await asyncio.wait(
                either, timeout=seconds, return_when=asyncio.FIRST_COMPLETED
            )
        except asyncio.CancelledError:
            await _end(task, stop)
            raise
        if not done:
            await _end(task, stop)
            raise _out_of_time(seconds)
        if not outcome.done():
            await task  # It failed: raises what it raised.
        return outcome.result()

    async def stop(self) -> None:
        """Stop all work that is running."""
        await asyncio.gather(*(_end(task, stop) for task, stop in self._running.items()))

    def _done(self, task: asyncio.Task[Any]) -> None:
        del self._running[task]
        self._free.release()
        if not task.cancelled():
            # Of work that was stopped, nobody takes the outcome: take it here.
            task.exception()

    async def _work(self, work: Work[T], stop: _Stop, outcome: asyncio.Future[T]) -> None:
        async with self._sessions() as session:
            # A connection to a server is given up at once; to a file it is there at once.
            stop.cancellable = session.get_bind().dialect.name != "sqlite"
            connection = await session.connection()
            raw = await connection.get_raw_connection()
            driver = raw.driver_connection
            stop.sqlite = driver if isinstance(driver, aiosqlite.Connection) else None
            try:
                if stop.asked:
                    raise asyncio.CancelledError
                outcome.set_result(await work(session))
                stop.ended = True
            finally:
                stop.sqlite = None


@asynccontextmanager
async def stopped_after(seconds: float | None) -> AsyncIterator[None]:
    """Stop what is awaited within after so many seconds, and raise QueryTimeoutError."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise _out_of_time(seconds) from error


def _out_of_time(seconds: float | None) -> QueryTimeoutError:
    return QueryTimeoutError(
        f"the query was stopped after {seconds:g} s",
        "narrow it by a status, an agent or a time, or allow more time",
    )


class _Stop:
    """Whether work has been asked to stop, and how that can be done at this moment."""

    def __init__(self) -> None:
        self.asked = False
        self.ended = False
        """The work is done; only its connection is still being given back."""
        self.sqlite: aiosqlite.Connection | None = None
        self.cancellable = False


async def _end(task: asyncio.Task[Any], stop: _Stop) -> None:
    """Stop work, and wait until it has stopped, or for a while where it does not."""
    stop.asked = True
    cancelled = False
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _PATIENCE
    while not task.done() and loop.time() < deadline:
        if stop.sqlite is not None:
            await stop.sqlite.interrupt()
        elif stop.cancellable and not cancelled and not stop.ended:
            cancelled = task.cancel()
        try:
            await asyncio.wait({task}, timeout=_RETRY)
        except asyncio.CancelledError:
            continue  # A second cancellation changes nothing: the work is being stopped.
