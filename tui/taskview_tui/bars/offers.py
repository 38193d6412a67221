"""The agents and statuses that can be offered: what was counted, and what is known besides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from taskview_core.entities import Count, FacetValue, TaskStatus
from taskview_core.query.task_filter import TaskFilter
from taskview_core.query.terms import ValueKey, ValueTerm
from taskview_tui.bars.completion import Wanted, matching


@dataclass(frozen=True)
class Offer:
    """Values that fit what is typed; `fresh` where their counts are of the present filter.

    `base` is the filter under which they are to be counted: all but what it wants of the column
    itself, so that other values show as well.
    """

    values: tuple[FacetValue, ...]
    base: TaskFilter
    fresh: bool


class _Counted(NamedTuple):
    """The values of a column under a filter; `complete` says that every row was looked at."""

    base: TaskFilter
    values: tuple[FacetValue, ...]
    complete: bool


class Offers:
    """Remembers the values of columns, as they were counted last and from wherever else."""

    def __init__(self) -> None:
        self._counted: dict[ValueKey, _Counted] = {}
        self._known: dict[ValueKey, list[str]] = {
            ValueKey.STATUS: [status.value for status in TaskStatus.known()],
            ValueKey.AGENT: [],
        }

    @property
    def known(self) -> Mapping[ValueKey, Sequence[str]]:
        """Every value that is known to occur, and the statuses that taskview knows."""
        return self._known

    def know(self, key: ValueKey, values: Iterable[str]) -> None:
        """Remember that these values occur."""
        known = self._known[key]
        known.extend(value for value in dict.fromkeys(values) if value not in known)

    def take(
        self,
        key: ValueKey,
        base: TaskFilter,
        values: tuple[FacetValue, ...],
        *,
        complete: bool = True,
    ) -> None:
        """Take the values of a column as they were counted under a filter; see Facets."""
        self._counted[key] = _Counted(base, values, complete)
        self.know(key, (value.value for value in values))

    def offer(self, wanted: Wanted, task_filter: TaskFilter) -> Offer:
        """Give what fits, under a filter; values that nothing has there come last, with 0.

        Where not all was looked at, that is 0 or more.
        """
        base = _without(task_filter, wanted.key)
        counted = self._counted.get(wanted.key)
        values = counted.values if counted else ()
        there = {value.value for value in values}
        absent = (each for each in self._known[wanted.key] if each not in there)
        none = Count(0, exact=counted is None or counted.complete)
        everything = (*values, *(FacetValue(each, none) for each in absent))
        return Offer(
            matching(wanted, everything), base, counted is not None and counted.base == base
        )


def _without(task_filter: TaskFilter, key: ValueKey) -> TaskFilter:
    return TaskFilter(
        tuple(
            term
            for term in task_filter.terms
            if not (isinstance(term, ValueTerm) and term.key is key and not term.denied)
        )
    )
