"""How long to wait before asking a database again that went away."""

from __future__ import annotations

_WAITS = (2, 2, 4, 8, 15)


def wait_before(attempt: int) -> int:
    """Give the seconds to wait before an attempt, counted from 1."""
    return _WAITS[min(attempt, len(_WAITS)) - 1]
