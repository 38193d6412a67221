"""Filters: frozen values with a text form that parses back to the same value.

Terms and their texts are imported where they are met: a list that begins without a filter is on
the screen before that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from taskview_core.query.terms import TaskTerm


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Which tasks are wanted: those for which every term holds. No terms: all tasks."""

    terms: tuple[TaskTerm, ...] = ()

    @classmethod
    def parse(cls, text: str) -> TaskFilter:
        """Read the query language; raise FilterError, which shows the place and what is allowed."""
        from taskview_core.query.parse import parse_task_terms

        return cls(parse_task_terms(text))

    def with_terms(self, *terms: TaskTerm) -> TaskFilter:
        """Give this filter narrowed by more terms."""
        return replace(self, terms=(*self.terms, *terms))

    def __str__(self) -> str:
        from taskview_core.query.format import format_terms

        return format_terms(self.terms)


EVERYTHING = TaskFilter()
