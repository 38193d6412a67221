"""When a screen that follows its database reads again."""

from __future__ import annotations

_EVERY = 2.0
"""Seconds from one answer to the next question, at least."""
_SHARE = 10
"""The pause is at least so many times as long as the answer took.

Whoever leaves a slow list to be followed asks a tenth of one connection of the database, no more.
"""
_GRAIN = 0.5
"""Seconds within which an answer is noticed: so much of its time is not its own."""


class Live:
    """Paces the reading: a pause after each answer that is long if the answer was slow to come.

    Times are seconds of a clock that only goes forwards; `now` is when it began.
    """

    def __init__(self, now: float) -> None:
        self._asked_at = now
        self._answered_at: float | None = now

    def is_due(self, now: float, *, idle: bool) -> bool:
        """Say whether to read now; `idle` is whether what was asked for has all come."""
        if not idle:
            self._answered_at = None
            return False
        if self._answered_at is None:
            self._answered_at = now
        took = self._answered_at - self._asked_at - _GRAIN
        pause = max(_EVERY, _SHARE * took)
        if now - self._answered_at < pause:
            return False
        self._asked_at, self._answered_at = now, None
        return True
