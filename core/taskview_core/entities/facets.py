"""The values that a column has, with the number of rows of each."""

from __future__ import annotations

from dataclasses import dataclass

from taskview_core.entities.count import Count


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

    @property
    def is_exact(self) -> bool:
        """Whether every number is the whole one."""
        return self.complete and all(value.count.exact for value in (*self.statuses, *self.agents))
