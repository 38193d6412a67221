"""What became of each line of a session."""

from __future__ import annotations

from collections import Counter

_MOST = 60
_OTHERS = "of yet another kind"


class Account:
    """Counts lines: each is used, folded into another or skipped, exactly once."""

    def __init__(self) -> None:
        self.used = 0
        self.folded: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()

    def use(self) -> None:
        """Count a line that began or ended a row."""
        self.used += 1

    def fold(self, into: str) -> None:
        """Count a line that added to the row of others."""
        self.folded[into] += 1

    def skip(self, reason: str) -> None:
        """Count a line that says nothing of a task; of many odd reasons only the first are kept."""
        if reason not in self.skipped and len(self.skipped) >= _MOST:
            reason = _OTHERS
        self.skipped[reason] += 1
