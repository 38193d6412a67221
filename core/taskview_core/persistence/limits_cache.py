"""Remembers for a while how long the runs of each agent take; reads it within a deadline."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

from taskview_core.errors import QueryTimeoutError
from taskview_core.persistence.running import Session, Work
from taskview_core.persistence.sql.mapping import text_of
from taskview_core.persistence.sql.profile import Profile, profile_of
from taskview_core.persistence.sql.run_limits import limit_of, running_agents
from taskview_core.query.stuck import RunLimits

KEPT = 60.0
"""Seconds for which the limits are used before they are read again."""
PATIENCE = 3.0
"""Seconds that the reading of all of them may take; agents that it did not come to have the usual
limit, and the limits are not complete."""


class LimitsCache:
    """The limits of one database. `call` runs work in a session, for at most some seconds."""

    def __init__(self, label: str, kept: float = KEPT) -> None:
        self._label = label
        self._kept = kept
        self._limits = RunLimits()
        self._read_at: float | None = None

    async def read(self, call: Callable[[Work[None], float], Awaitable[None]]) -> RunLimits:
        """Give the limits, not much older than `kept` seconds."""
        now = time.monotonic()
        if self._read_at is not None and now - self._read_at < self._kept:
            return self._limits
        found = RunLimits(complete=False)
        give_up = now + PATIENCE

        async def work(session: Session) -> None:
            profile: Profile = await profile_of(session, self._label)
            agents, is_all = await running_agents(session)
            for agent in agents:
                if time.monotonic() > give_up:
                    return
                limit = await limit_of(session, profile, agent)
                if limit is not None:
                    found[text_of(agent)] = limit
            found.complete = is_all

        # What was found by then is used: the others have the usual limit, which is said with it.
        with suppress(QueryTimeoutError):
            await call(work, PATIENCE)
        self._limits, self._read_at = found, time.monotonic()
        return found
