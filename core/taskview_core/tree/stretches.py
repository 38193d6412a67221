"""Stretches of a clock that do not meet, and how much of a part of it they fill."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable


class Stretches:
    """The union of stretches of a clock, in seconds; one may end at infinity.

    Each question is a bisection: 20,000 of them are no more to ask than two.
    """

    def __init__(self, parts: Iterable[tuple[float, float]]) -> None:
        self.lows, self.highs = array("d"), array("d")
        self._before = array("d")
        for low, high in sorted(parts):
            if not self.highs or low > self.highs[-1]:
                self._before.append(
                    self._before[-1] + self.highs[-1] - self.lows[-1] if self.highs else 0.0
                )
                self.lows.append(low)
                self.highs.append(high)
            elif high > self.highs[-1]:
                self.highs[-1] = high

    def __bool__(self) -> bool:
        return bool(self.lows)

    def between(self, low: float, high: float) -> float:
        """Give how many of the seconds from `low` to `high` they fill; `high` is finite."""
        if high <= low:
            return 0.0
        return self._until(high) - self._until(low)

    def _until(self, time: float) -> float:
        at = bisect_right(self.lows, time) - 1
        return self._before[at] + min(time, self.highs[at]) - self.lows[at] if at >= 0 else 0.0
