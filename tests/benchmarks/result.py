"""One line of the table: two medians of one run side by side, and the bar between them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

BARE = "bare driver"
GUIDE = "the guide's way"


@dataclass(frozen=True, kw_only=True)
class Bar:
    """What a figure is held against: its words, and whether ours and the other's are within."""

    words: str
    holds: Callable[[float, float | None], bool]


def at_most(limit: float, unit: str = "ms") -> Bar:
    """Hold ours to a limit."""
    return Bar(words=f"<= {limit:g} {unit}", holds=lambda ours, other: ours <= limit)


def at_most_times(limit: float) -> Bar:
    """Hold ours to so many times the other."""
    return Bar(
        words=f"<= {limit:g} x",
        holds=lambda ours, other: other is not None and ours / other <= limit,
    )


def at_least_times(limit: float) -> Bar:
    """Hold ours to at least so many times the other: for rates, where more is better."""
    return Bar(
        words=f">= {limit:g} x",
        holds=lambda ours, other: other is not None and ours / other >= limit,
    )


def at_least_as_fast(limit: float) -> Bar:
    """Hold the other to at least so many times our time."""
    return Bar(
        words=f"other / ours >= {limit:g}",
        holds=lambda ours, other: other is not None and other / ours >= limit,
    )


def at_most_more(limit: float, unit: str = "ms") -> Bar:
    """Hold ours to so much more than the other."""
    return Bar(
        words=f"<= {limit:g} {unit} more",
        holds=lambda ours, other: other is not None and ours - other <= limit,
    )


@dataclass(frozen=True, kw_only=True)
class Result:
    """Medians of one comparison. `other` is None where ours is held against a number alone.

    `bar` is None for what is shown to compare and not held to anything.
    """

    group: str
    what: str
    engine: str
    ours: float
    other: float | None = None
    against: str = ""
    unit: str = "ms"
    bar: Bar | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours over the other."""
        return self.ours / self.other if self.other else None

    @property
    def met(self) -> bool | None:
        """Whether the bar is met; None where there is none."""
        return None if self.bar is None else self.bar.holds(self.ours, self.other)
