"""Runs one piece of work on a session of its own, and can stop it at any moment.

On SQLite a statement runs in a thread, and cancelling what waits for it leaves it running: it
is stopped by interrupting its connection, again and again until the work has ended, for an
interrupt that comes before its statement is lost. On Postgres asyncpg sends a cancel request.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, TypeAlias, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from taskview_core.errors import QueryTimeoutError
from taskview_core.persistence.limited_connection import (
    ANSWER_SECONDS,
    LimitedConnection,
    UnansweredError,
)
from taskview_core.persistence.one_hop import RETRY, OneHopConnection

T = TypeVar("T")
Session: TypeAlias = AsyncSession | AsyncConnection
"""What statements are executed in, within one transaction. A bare connection costs less."""
Work = Callable[[Session], Awaitable[T]]

_DUE = 0.3
"""Seconds before its end from which on a statement is left to its server to stop."""
_TURNS = 2
"""Turns of the loop until who waits for an outcome has it: the connection goes back after that."""
_PATIENCE = 1.0
"""Seconds after which work that does not stop is left to itself, and its server hung up on."""


class Runner:
    """Runs work on sessions of one engine, so many at a time as it has connections."""

    def __init__(self, engine: AsyncEngine, connections: int) -> None:
        self._engine = engine
        self._free = asyncio.Semaphore(connections)
        self._running: dict[asyncio.Task[Any], _Stop] = {}
        self._handing = 0
        """How many have an outcome that is on its way to whoever waits for it."""
        self._handed = asyncio.Event()
        self._handed.set()

    async def run(self, work: Work[T], seconds: float | None, each: float | None = None) -> T:
        """Run work to its end, raising what it raises.

        The outcome is given as soon as it is known: the transaction ends, and the connection goes
        back, while the caller goes on.

        After so many `seconds` (None: no limit) it is stopped, and QueryTimeoutError raised; the
        database itself stops a statement of it after so many that are for `each`. A server that
        does not do so is given up ANSWER_SECONDS later: UnansweredError.
        Cancelling this call stops the work before the cancellation goes on.
        """
        await self._handed.wait()  # The connection that this needs may be about to go back.
        await self._free.acquire()
        stop = _Stop()
        outcome: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        task = asyncio.ensure_future(self._work(work, each or seconds, stop, outcome))
        self._running[task] = stop
        task.add_done_callback(partial(self._done, outcome))
        limit = each or seconds
        try:
            await asyncio.wait({outcome}, timeout=seconds)
            if not outcome.done():
                await asyncio.wait({outcome}, timeout=stop.grace(limit))
            if outcome.done():
                return outcome.result()
        except asyncio.CancelledError:
            if not outcome.cancel() and not outcome.cancelled():
                outcome.exception()  # It is looked at: nobody else will.
            await _end(task, stop)
            raise
        outcome.cancel()
        connects, silent = stop.connects, stop.waits_in_vain(limit)
        await _end(task, stop)
        if connects:
            raise TimeoutError  # As where connecting has used up its own time.
        if silent is not None:
            raise UnansweredError(silent)
        raise out_of_time(seconds)

    async def stop(self) -> None:
        """Stop all work that is running."""
        await asyncio.gather(*(_end(task, stop) for task, stop in self._running.items()))

    def _done(self, outcome: asyncio.Future[Any], task: asyncio.Task[Any]) -> None:
        del self._running[task]
        self._free.release()
        # Of work that was stopped, nobody takes the outcome: it is taken here.
        error = None if task.cancelled() else task.exception()
        if outcome.done():
            return
        if error is None:
            outcome.cancel()
        else:
            outcome.set_exception(error)

    async def _hand_on(self) -> None:
        """Let who waits for an outcome have it, before anything else is done."""
        self._handing += 1
        self._handed.clear()
        try:
            for _ in range(_TURNS):
                await asyncio.sleep(0)
        finally:
            self._handing -= 1
            if not self._handing:
                self._handed.set()

    async def _work(
        self, work: Work[T], seconds: float | None, stop: _Stop, outcome: asyncio.Future[T]
    ) -> None:
        # A connection to a server is given up at once; to a file it is there at once.
        stop.cancellable = self._engine.dialect.name != "sqlite"
        async with self._engine.connect() as connection:
            assert connection.sync_connection is not None, "it has been opened"
            driver = connection.sync_connection.connection.driver_connection
            stop.sqlite = driver if isinstance(driver, OneHopConnection) else None
            stop.server = driver if isinstance(driver, LimitedConnection) else None
            if isinstance(driver, (LimitedConnection, OneHopConnection)):
                driver.seconds = seconds
            try:
                if stop.asked:
                    raise asyncio.CancelledError
                result = await work(connection)
                if isinstance(driver, OneHopConnection):
                    driver.end()  # Whoever writes beside us need not wait for our next turn.
                if not outcome.done():
                    outcome.set_result(result)
                stop.ended = True
                await self._hand_on()
            except asyncio.CancelledError:
                if isinstance(driver, OneHopConnection):
                    driver.interrupt_on()  # It left the thread at its statement.
                raise
            finally:
                stop.sqlite = None
        stop.server = None


@asynccontextmanager
async def stopped_after(seconds: float | None) -> AsyncIterator[None]:
    """Stop what is awaited within after so many seconds, and raise QueryTimeoutError."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise out_of_time(seconds) from error


def out_of_time(seconds: float | None) -> QueryTimeoutError:
    """Say that the time is up, and what can be done."""
    return QueryTimeoutError(
        f"the query was stopped after {seconds:g} s",
        "narrow it by a status, an agent or a time, allow more by --timeout, or see in `taskview db"
        " status` which indexes are missing",
    )


class _Stop:
    """Whether work has been asked to stop, and how that can be done at this moment."""

    def __init__(self) -> None:
        self.asked = False
        self.ended = False
        """The work is done; only its connection is still being given back."""
        self.sqlite: OneHopConnection | None = None
        self.server: LimitedConnection | None = None
        self.cancellable = False

    @property
    def connects(self) -> bool:
        """Whether there is no connection to a server yet."""
        return self.cancellable and self.server is None

    def grace(self, each: float | None) -> float:
        """Give for how long to wait on when the time is up.

        A server has the first word on a statement that has run for as long as it may.
        """
        if self.connects:
            return ANSWER_SECONDS
        waited = self._waited()
        if waited is None or each is None or waited < each - _DUE:
            return 0.0
        return max(each + ANSWER_SECONDS - waited, 0.0)

    def waits_in_vain(self, each: float | None) -> float | None:
        """Give for how long a server has said nothing that had to stop a statement by now."""
        waited = self._waited()
        if self.server is not None and self.server.unanswered is not None:
            return self.server.unanswered  # Its connection has given it up, and is being closed.
        return None if waited is None or each is None or waited < each else waited

    def _waited(self) -> float | None:
        """Give for how long a statement has been at a server, None where none is."""
        if self.server is None or self.server.asked_at is None:
            return None
        return asyncio.get_running_loop().time() - self.server.asked_at


async def _end(task: asyncio.Task[Any], stop: _Stop) -> None:
    """Stop work, and wait until it has stopped, or for a while where it does not."""
    stop.asked = True
    cancelled = False
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _PATIENCE
    while not task.done() and loop.time() < deadline:
        if stop.sqlite is not None:
            stop.sqlite.interrupt_now()
        elif stop.cancellable and not cancelled and not stop.ended:
            cancelled = task.cancel()
        try:
            await asyncio.wait({task}, timeout=RETRY)
        except asyncio.CancelledError:
            continue  # A second cancellation changes nothing: the work is being stopped.
    if not task.done() and stop.server is not None:
        stop.server.terminate()  # It does not even hang up. Nobody is to wait for its place.
    _interrupt_on(stop)


def _interrupt_on(stop: _Stop) -> None:
    """Interrupt a thread until it has left the work; nobody waits for that.

    It may not have begun by now, as on a machine that was suspended. A loop that ends waits for its
    connection to close, which waits for the thread: without this, for ever.
    """
    if stop.sqlite is not None:
        stop.sqlite.interrupt_now()
        asyncio.get_running_loop().call_later(RETRY, _interrupt_on, stop)
