"""Postgres connections that only read, for so long, at the price of few round trips.

What stands between us and the server decides how. A pooler gives each transaction any of its
sessions: settings are made within the transaction, along with its BEGIN. Where nothing stands
between, the session is ours: settings are made once, and a statement by itself is its own
transaction. A page of a list is then one round trip instead of two and a ROLLBACK.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from secrets import token_hex
from typing import TYPE_CHECKING, Any

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement

if TYPE_CHECKING:
    _Connection = asyncpg.Connection[Any]
else:
    _Connection = asyncpg.Connection  # generic for type checkers alone

_LOOK = (
    "SELECT pg_backend_pid() AS pid, current_setting('server_version_num')::int >= 140000"
    " AND version() LIKE '%linux%' AS notices_hangup,"
    " current_setting('in_hot_standby', true) AS in_hot_standby"
)
"""Since Postgres 14, the first only where the system can tell that a client has gone."""


_UNKNOWN = -1.0

LOCK_SECONDS = 2
"""How long a statement waits for a lock on a table. What reads needs the weakest there is, which
waits for the likes of ALTER TABLE alone; and whoever waits so may be waited for in turn."""
IDLE_SECONDS = 30
"""After so long the server ends a transaction in which nothing is asked any more, as of a program
that was suspended: it would keep what others clean up, and ALTER TABLE, waiting."""
ANSWER_SECONDS = 3.0
"""How much later than a server has to stop a statement its word of that has to be here. After that
it is given up: the server hangs, or the network is gone, of which nobody tells."""
_FAREWELL_SECONDS = 0.5
"""How long a server may take to hang up when it is told that we leave."""
_WITH_PLAN_MODES = (12,)
_PLANS = "plan_cache_mode = force_custom_plan"
"""A plan for the values at hand each time: one for all values may read the whole table for a rare
one. A page takes no longer for it."""
_MOST = 64
"""Statements that a server is to keep for one connection."""
_OUTDATED = (
    asyncpg.InvalidCachedStatementError,
    asyncpg.OutdatedSchemaCacheError,
    asyncpg.InvalidSQLStatementNameError,
)
_ALWAYS = (
    f"lock_timeout = {LOCK_SECONDS * 1000}",
    f"idle_in_transaction_session_timeout = {IDLE_SECONDS * 1000}",
)


class UnansweredError(TimeoutError):
    """A server that has to stop a statement by itself has said nothing for `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no answer for {seconds:g} s")
        self.seconds = seconds


def answer_within(seconds: float | None) -> float | None:
    """Give how long to wait for an answer where statements may run for so many seconds."""
    return seconds + ANSWER_SECONDS if seconds else None


class LimitedConnection(_Connection):
    """Has the server stop statements that run too long, or that nobody waits for any more.

    `seconds` is for how long the next one may run; None sets no limit.
    """

    seconds: float | None = None
    limits = False
    """Whether transactions begin with the limits."""
    asked_at: float | None = None
    """When the statement that runs was sent, by the loop's clock; None while none runs."""
    unanswered: float | None = None
    """For how many seconds its server had said nothing when it was given up."""
    told_later: tuple[str, ...] = ()
    """Statements that each transaction begins with: settings that a pooler refused at the start."""
    is_direct = False
    """Whether the server's session is this connection's alone, and each statement by itself."""
    prepares = False
    """Whether statements are kept by the server: in a session of our own, where their plans are for
    the values at hand each time."""
    is_replica = False
    """Whether the server was a hot standby as the connection was made."""
    _allowed: float | None = None
    _settings: tuple[str, ...] = _ALWAYS
    _answers_within: float | None = None
    _prepared: dict[str, PreparedStatement[Any]]
    _names: str
    _numbers: Iterator[int]

    @property
    def reports_standby(self) -> bool:
        """Whether the server says of itself that it is a hot standby; a pooler may keep silent."""
        return getattr(self.get_settings(), "in_hot_standby", None) == "on"

    async def look(self, seconds: float | None, *, read_only: bool) -> None:
        """Ask the server what it can do, and have a session of our own, if it is one, only read.

        A pooler answers for many sessions, and so has to name a process of its own making as the
        one to be cancelled; who is told the very process that runs the statement is alone with it.
        """
        self.seconds, self.limits = seconds, True
        found = await self.fetchrow(_LOOK)
        assert found is not None, "a row without a condition is there"
        self.is_replica = found["in_hot_standby"] == "on"
        self._settings = ("jit = off", *_ALWAYS)
        if found["notices_hangup"]:
            self._settings += ("client_connection_check_interval = 500",)
        if read_only and not self.told_later and found["pid"] == self.get_server_pid():
            own = (*self._settings, "default_transaction_read_only = on", _timeout(seconds))
            self.prepares = self.get_server_version() >= _WITH_PLAN_MODES
            if self.prepares:
                own += (_PLANS,)
            await super().execute("; ".join(f"SET {each}" for each in own))
            self._allowed, self._answers_within = seconds, answer_within(seconds)
            # No name is another's: what stands between may be better at hiding than we at looking.
            self._names = f"taskview_{token_hex(4)}"
            self._prepared, self._numbers = {}, count()
            self.is_direct = True

    @contextmanager
    def limiting(self) -> Iterator[str | None]:
        """Give what the session is to be told before the next statement: None for nothing.

        Where telling it fails, it is told again the next time.
        """
        if not self.is_direct or self._allowed == self.seconds:
            yield None
            return
        self._allowed = _UNKNOWN
        yield f"SET {_timeout(self.seconds)}"
        self._allowed = self.seconds

    async def read(self, statement: str, values: Sequence[Any]) -> Sequence[Any]:
        """Give the rows of a statement, which the server need not take apart each time.

        Only where it `prepares`: a pooler may give the next statement another session.
        """
        assert self.prepares, "what is prepared has to be there the next time"
        self.asked_at = asyncio.get_running_loop().time()
        try:
            with self.limiting() as words:
                if words is not None:
                    await super().execute(words)
            try:
                return await self._fetch_prepared(statement, values)
            except _OUTDATED:  # The tables have been changed: it has to be taken apart again.
                self._prepared.pop(statement, None)
                return await self._fetch_prepared(statement, values)
        except TimeoutError as error:
            raise self.give_up(self._answers_within or ANSWER_SECONDS) from error
        finally:
            self.asked_at = None

    def give_up(self, seconds: float) -> UnansweredError:
        """Hang up on a server that has said nothing for so long; give the error to raise."""
        self.terminate()
        self.unanswered = seconds
        return UnansweredError(seconds)

    async def _fetch_prepared(self, statement: str, values: Sequence[Any]) -> Sequence[Any]:
        prepared = self._prepared.get(statement)
        if prepared is None:
            if len(self._prepared) >= _MOST:
                # Not all at once: for each of them the server is told, and waited for.
                del self._prepared[next(iter(self._prepared))]
            name = f"{self._names}_{next(self._numbers)}"
            prepared = self._prepared[statement] = await self.prepare(statement, name=name)
        return await prepared.fetch(*values)

    async def close(self, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 - asyncpg has it
        """Say goodbye, but do not wait for long for a server that may be silent."""
        try:
            await super().close(timeout=_FAREWELL_SECONDS if timeout is None else timeout)
        except TimeoutError:
            self.terminate()

    async def execute(self, query: str, *args: Any, **options: Any) -> str:
        """Run a statement; asyncpg begins its transactions by this call."""
        if not query.startswith("BEGIN"):
            return await super().execute(query, *args, **options)
        limits = (_timeout(self.seconds), *self._settings) if self.limits else ()
        told = (*self.told_later, *(f"SET LOCAL {each}" for each in limits))
        try:
            return await super().execute("; ".join((query.rstrip(";"), *told)), *args, **options)
        except asyncpg.PostgresError:
            # A setting that cannot be: who has asked for a transaction believes that there is none.
            if self.is_in_transaction():
                await super().execute("ROLLBACK")
            raise


def _timeout(seconds: float | None) -> str:
    return f"statement_timeout = {0 if seconds is None else max(1, round(seconds * 1000))}"
