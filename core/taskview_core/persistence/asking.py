"""Asks a database within a time limit, and once more where that may help."""

from __future__ import annotations

import asyncio
from typing import TypeVar

from taskview_core.errors import (
    ConflictError,
    ConnectionLostError,
    LockedError,
    NoAnswerError,
    StatementTimeoutError,
    StillLockedError,
)
from taskview_core.persistence.faults import translated
from taskview_core.persistence.running import Runner, Work, out_of_time

T = TypeVar("T")

_LOCK_PATIENCE = 5.0
"""Seconds for which a locked SQLite file is tried again and again."""
_LOCK_PAUSE = 0.05
_CONFLICTS = 3
"""How often a query is asked again that a server stopped in favour of something else, such as a
standby that has to clean away what is being read: the first attempt after it mostly succeeds."""
_LONG = 600.0
"""Seconds that an exact count or the reading of a whole tree may take: nothing waits for them.
Each of its statements has no more time than others have."""


class Asker:
    """Runs pieces of work on sessions of their own.

    A statement may take `timeout` seconds (0: without end), and so may what it is for, unless that
    is given a `patience` of its own. `label` names the database in errors.
    """

    def __init__(
        self, runner: Runner, label: str, timeout: float, patience: float | None = None
    ) -> None:
        self._runner = runner
        self._label = label
        self._statement_seconds = timeout or None
        self.seconds = max(timeout, patience or 0.0) if timeout else None
        """What a piece of work may take; None for no limit."""

    def limit(self, *, long: bool = False, seconds: float | None = None) -> float | None:
        """Give what a piece of work may take, as `ask` has it; None for no limit."""
        timeout = _shorter(seconds, self.seconds)
        return max(_LONG, timeout) if long and timeout is not None else timeout

    async def ask(self, work: Work[T], *, long: bool = False, seconds: float | None = None) -> T:
        """Run work; `long` is for what nothing waits for, `seconds` a shorter limit.

        Once more where a pooled connection had died, a few times where a server preferred something
        else, and again for a while where another program has locked a SQLite file: a server has
        waited for a lock by itself. Raises the project's errors.
        """
        timeout = self.limit(long=long, seconds=seconds)
        each = _shorter(timeout, self._statement_seconds)
        loop = asyncio.get_running_loop()
        give_up, lost, conflicts = loop.time() + _LOCK_PATIENCE, 0, 0
        while True:
            try:
                with translated(self._label):
                    return await self._runner.run(work, timeout, each)
            except StatementTimeoutError as error:
                raise out_of_time(each) from error
            except ConnectionLostError as error:
                lost += 1
                # Who has waited for a silent server is told so before it is waited for again.
                if lost > 1 or isinstance(error, NoAnswerError):
                    raise
            except ConflictError:
                conflicts += 1
                if conflicts > _CONFLICTS:
                    raise
            except LockedError as error:
                if isinstance(error, StillLockedError) or loop.time() > give_up:
                    raise
                await asyncio.sleep(_LOCK_PAUSE)


def _shorter(one: float | None, other: float | None) -> float | None:
    """Give the shorter of two times, of which either may be without end."""
    return min((each for each in (one, other) if each is not None), default=None)
