"""What a command line asks for in place of the usual limits of reading."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from taskview_core.interfaces.limits import ReadingLimits

MOST_SECONDS = 2_000_000.0
"""Postgres counts milliseconds, in 31 bits."""
MOST_CONNECTIONS = 100


class AskedLimits(NamedTuple):
    """Limits as for ReadingLimits; None where the command line says nothing of one."""

    timeout: float | None = None
    connections: int | None = None

    def over(self, limits: ReadingLimits) -> ReadingLimits:
        """Give the limits with what is asked for in place of theirs."""
        from taskview_core.interfaces.limits import ReadingLimits

        return ReadingLimits(
            limits.timeout if self.timeout is None else self.timeout,
            limits.connections if self.connections is None else self.connections,
        )


def is_timeout(value: object) -> bool:
    """Whether a value can be a time limit in seconds."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and isfinite(value) and 0 <= value <= MOST_SECONDS  # type: ignore[arg-type, operator]  # is_number says so


def is_connections(value: object) -> bool:
    """Whether a value can be a number of connections."""
    return type(value) is int and 1 <= value <= MOST_CONNECTIONS
