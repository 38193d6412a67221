"""What reading a database may cost it."""

from __future__ import annotations

from dataclasses import dataclass

USUAL_SECONDS = 15.0
USUAL_CONNECTIONS = 4


@dataclass(frozen=True)
class ReadingLimits:
    """How long a statement may run, in seconds (0: for ever), and on how many connections."""

    timeout: float = USUAL_SECONDS
    connections: int = USUAL_CONNECTIONS


USUAL_LIMITS = ReadingLimits()
"""What holds where nothing was said."""
