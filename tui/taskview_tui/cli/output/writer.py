"""What every format of a list of tasks does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from taskview_core.entities import TaskDetail


class ListWriter(Protocol):
    """Prints a list of tasks in one format, some at a time."""

    not_json: int
    """How many payloads so far were text that is no JSON."""
    formulas: int
    """How many cells so far were kept from being run by a spreadsheet."""

    def begin(self) -> None:
        """Print what comes before the first task."""
        ...

    def tasks(self, tasks: Sequence[TaskDetail]) -> None:
        """Print the next tasks."""
        ...

    def end(self, next_cursor: str | None) -> None:
        """Print what comes after the last task."""
        ...
