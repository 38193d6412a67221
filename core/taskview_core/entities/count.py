"""Numbers of rows, and how sure they are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Count:
    """A number of rows: exact, or, where counting stopped early, `value` or more."""

    value: int
    exact: bool = True

    def __str__(self) -> str:
        return f"{self.value:,}" if self.exact else f"{self.value:,}+"


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a column under a filter, with the number of rows that have it."""

    value: str
    count: Count


@dataclass(frozen=True, slots=True)
class Facets:
    """The statuses and agents found under a filter, the most frequent first.

    `complete` is False where looking stopped before every value had been seen.
    """

    statuses: tuple[FacetValue, ...]
    agents: tuple[FacetValue, ...]
    complete: bool = True
