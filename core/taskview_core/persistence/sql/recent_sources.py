"""The lists that were last asked for, kept with the statements that have been made for them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable

from taskview_core.entities import TaskRow
from taskview_core.persistence.sql.source import Source
from taskview_core.query.task_filter import TaskFilter
from taskview_core.query.terms import (
    Ago,
    HasTerm,
    IdTerm,
    IsKind,
    IsTerm,
    MetadataTerm,
    TaskTerm,
    TextTerm,
    TimeTerm,
    ValueTerm,
)

_MOST = 16


class RecentSources:
    """Keeps some lists of tasks; of filters that mean the same at any time, and no others."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, Source[TaskRow]] = OrderedDict()

    def get(
        self, task_filter: TaskFilter, also: Hashable, make: Callable[[], Source[TaskRow]]
    ) -> Source[TaskRow]:
        """Give the list of a filter; `also` is what else it depends on."""
        if not all(isinstance(term, _LASTING) and _is_lasting(term) for term in task_filter.terms):
            return make()
        key = (task_filter, also)
        kept = self._kept.get(key)
        if kept is None:
            kept = self._kept[key] = make()
            kept.statements.lasting = True
            if len(self._kept) > _MOST:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return kept


_LASTING = (ValueTerm, IdTerm, IsTerm, HasTerm, TimeTerm, TextTerm, MetadataTerm)


def _is_lasting(term: TaskTerm) -> bool:
    if isinstance(term, TimeTerm):
        return not isinstance(term.low, Ago) and not isinstance(term.high, Ago)
    return not isinstance(term, IsTerm) or term.kind in {IsKind.ROOT, IsKind.LEAF}
