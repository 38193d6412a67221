"""SQLite connections that answer a statement in one trip to their thread.

SQLAlchemy asks the driver for a cursor, has it execute, fetches all rows and closes it: with
aiosqlite's own cursors each of these goes to the connection's thread and back, which takes longer
than SQLite needs for a page. Here they go together; the beginning of a transaction goes with the
first statement after it.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any

import aiosqlite

RETRY = 0.004
"""Seconds between two interrupts: one that comes before its statement is lost."""
_STEPS = 10_000
"""Instructions of SQLite between two looks at the clock: well under a millisecond."""
_NO_UTF_8 = "Could not decode to UTF-8"
"""How sqlite3 begins when it refuses a text."""


def decode_any(raw: bytes) -> str:
    """Read text that other programs may have written in no UTF-8: odd bytes become surrogates."""
    return raw.decode("utf-8", "surrogateescape")


class OneHopConnection(aiosqlite.Connection):
    """Takes a statement to its last row at once; nothing is read from SQLite piece by piece.

    Where its `text_factory` is `str`, the quickest there is, it must only read: a statement whose
    answer has odd bytes is run a second time, and from then on texts are read by `decode_any`.

    It goes by private names of aiosqlite, for it has no public way to run a function in its thread:
    the dependency is bounded above for that.
    """

    seconds: float | None = None
    """How long a statement may run; None for as long as it takes."""
    _begin: str | None = None
    _late: float | None = None
    _asked = _answered = 0
    """Statements until now: the loop alone counts the one, the thread alone the other."""
    _raw: sqlite3.Connection | None = None
    """What the thread is at: aiosqlite lets go of it before the thread has closed it."""

    def begin(self, word: str) -> None:
        """Begin a transaction, by this word, right before the next statement; where none has."""
        self._begin = word

    async def read(self, statement: str, values: Sequence[Any]) -> Sequence[Any]:
        """Give the rows of a statement that only reads, in a transaction with those after it.

        Of a connection that only reads: one that writes begins by another word.
        """
        self.begin("BEGIN")
        return (await self.ran(statement, values, many=False)).rows

    def interrupt_now(self) -> None:
        """Have the thread stop the statement that it is at, if it is at one."""
        if self._answered < self._asked and self._raw is not None:
            with suppress(sqlite3.ProgrammingError):  # The thread has closed it in this moment.
                self._raw.interrupt()

    def interrupt_on(self) -> None:
        """Have the thread stop all that it was asked until now, begun or not, whenever it does.

        What it is asked after that is left alone: it may be another's. A loop that ends waits for
        its connections to close, and these for their threads.
        """
        self._interrupt_until(self._asked)

    def _interrupt_until(self, asked: int) -> None:
        if self._answered < asked:
            self.interrupt_now()
            asyncio.get_running_loop().call_later(RETRY, self._interrupt_until, asked)

    def cursor(self) -> AbstractAsyncContextManager[_Cursor]:  # type: ignore[override]  # what SQLAlchemy's adapter uses of aiosqlite's cursors is all there
        """Give a cursor, without asking the thread for one."""
        return _Cursor(self)

    def end(self) -> None:
        """End a transaction that has only read: at once, while whoever asked goes on.

        Where it should fail, it is ended once more as the connection goes back to its pool.
        """
        self._begin = None
        self._tx.put_nowait((None, self._conn.rollback))

    async def rollback(self) -> None:
        """End the transaction, where it has begun."""
        self._begin = None
        if self.in_transaction:
            await super().rollback()

    async def commit(self) -> None:
        """End the transaction, where it has begun, and keep what it did."""
        self._begin = None
        if self.in_transaction:
            await super().commit()

    async def ran(self, statement: str, parameters: Any, *, many: bool) -> _Ran:
        """Run a statement to its end."""
        run: Callable[..., Awaitable[_Ran]] = self._execute
        self._raw = self._conn  # Refused where it is closed.
        self._asked += 1
        return await run(self._run, statement, parameters, many)

    def _run(self, statement: str, parameters: Any, many: bool) -> _Ran:
        """Run in the thread."""
        try:
            return self._begun(statement, parameters, many)
        finally:
            self._answered += 1

    def _begun(self, statement: str, parameters: Any, many: bool) -> _Ran:
        connection = self._conn
        if self.seconds is not None:
            if self._late is None:
                connection.set_progress_handler(self._is_late, _STEPS)
            self._late = time.monotonic() + self.seconds
        elif self._late is not None:
            connection.set_progress_handler(None, 0)
            self._late = None
        if self._begin is not None:
            if not connection.in_transaction:
                connection.execute(self._begin).close()
            self._begin = None
        try:
            return self._ran_by(connection, statement, parameters, many)
        except sqlite3.OperationalError as error:
            if connection.text_factory is not str or not str(error).startswith(_NO_UTF_8):
                raise
            # Another program has written odd bytes. What only reads may be run again.
            connection.text_factory = decode_any
            return self._ran_by(connection, statement, parameters, many)

    def _is_late(self) -> bool:
        """Whether SQLite is to stop the statement; it asks in the thread."""
        return self._late is not None and time.monotonic() > self._late

    @staticmethod
    def _ran_by(
        connection: sqlite3.Connection, statement: str, parameters: Any, many: bool
    ) -> _Ran:
        cursor = connection.cursor()
        try:
            if many:
                cursor.executemany(statement, parameters)
            else:
                cursor.execute(statement, parameters)
            return _Ran(cursor)
        finally:
            cursor.close()


class _Ran:
    """What a statement left."""

    __slots__ = ("description", "lastrowid", "rowcount", "rows")

    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self.description = cursor.description
        self.rows: Sequence[Any] = cursor.fetchall() if self.description else ()
        self.lastrowid, self.rowcount = cursor.lastrowid, cursor.rowcount


class _Cursor(AbstractAsyncContextManager["_Cursor"]):
    """As much of a cursor as SQLAlchemy's adapter for aiosqlite uses."""

    description: Any = None
    lastrowid: int | None = None
    rowcount = -1
    arraysize = 1

    def __init__(self, connection: OneHopConnection) -> None:
        self._connection = connection
        self._rows: Sequence[Any] = ()

    async def __aenter__(self) -> _Cursor:
        return self

    async def __aexit__(self, *of_no_use: object) -> None:
        await self.close()

    async def execute(self, statement: str, parameters: Iterable[Any] = ()) -> _Cursor:
        """Run a statement and take its rows."""
        return self._take(await self._connection.ran(statement, parameters, many=False))

    async def executemany(self, statement: str, parameters: Iterable[Iterable[Any]]) -> _Cursor:
        """Run a statement for each of these."""
        return self._take(await self._connection.ran(statement, parameters, many=True))

    def _take(self, ran: _Ran) -> _Cursor:
        self.description, self._rows = ran.description, ran.rows
        self.lastrowid, self.rowcount = ran.lastrowid, ran.rowcount
        return self

    async def fetchall(self) -> Sequence[Any]:
        """Give the rows, which are here already."""
        rows, self._rows = self._rows, ()
        return rows

    async def close(self) -> None:
        """Let the rows go; the thread has closed its cursor."""
        self._rows = ()
