"""Whether to ask a database again that could not be read, and when."""

from __future__ import annotations

from taskview_core.errors import CannotConnectError, LockedError, TaskviewError

_WAITS = (2, 2, 4, 8, 15)


def passes(error: TaskviewError) -> bool:
    """Whether a failure is likely to be over after a while, without anything being done here."""
    return isinstance(error, (CannotConnectError, LockedError))


def wait_before(attempt: int) -> int:
    """Give the seconds to wait before an attempt, counted from 1."""
    return _WAITS[min(attempt, len(_WAITS)) - 1]
