"""Postgres connections whose transactions begin together with their limits, in one round trip."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import asyncpg

if TYPE_CHECKING:
    _Connection = asyncpg.Connection[Any]
else:
    _Connection = asyncpg.Connection  # generic for type checkers alone

_CAN_NOTICE = (
    "SELECT current_setting('server_version_num')::int >= 140000 AND version() LIKE '%linux%'"
)
"""Since Postgres 14, and only where the system can tell that a client has gone."""


class LimitedConnection(_Connection):
    """Has the server stop statements that run too long, or that nobody waits for any more.

    The settings are made within each transaction, along with its BEGIN: a pooler refuses them at
    the start of a connection, and would keep them for others afterwards. `seconds` may be changed
    between transactions; None sets no limits.
    """

    seconds: float | None = None
    _notices_hangup = False

    async def look(self) -> None:
        """Ask the server what it can do; once, when the connection has been made."""
        self._notices_hangup = bool(await self.fetchval(_CAN_NOTICE))

    async def execute(self, query: str, *args: Any, **options: Any) -> str:
        """Run a statement; asyncpg begins its transactions by this call."""
        if self.seconds is not None and query.startswith("BEGIN"):
            query = f"{query.rstrip(';')}; {self._limits(self.seconds)}"
        return await super().execute(query, *args, **options)

    def _limits(self, seconds: float) -> str:
        limits = (
            f"SET LOCAL statement_timeout = {max(1, round(seconds * 1000))}; SET LOCAL jit = off"
        )
        if self._notices_hangup:
            limits += "; SET LOCAL client_connection_check_interval = 500"
        return limits
