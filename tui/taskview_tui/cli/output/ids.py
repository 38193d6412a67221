"""The ids of tasks alone, one a line."""

from __future__ import annotations

from collections.abc import Sequence

from taskview_core.entities import TaskDetail
from taskview_tui.cli.streams import Output
from taskview_tui.text.clean import clean


class Ids:
    """One id a line; one that is no UUID is cleaned, so that it stays on its line."""

    def __init__(self, out: Output) -> None:
        self._out = out
        self.not_json = 0
        self.formulas = 0

    def begin(self) -> None:
        """Nothing comes before."""

    def tasks(self, tasks: Sequence[TaskDetail]) -> None:
        """Print a line for each task."""
        for task in tasks:
            self._out.write(clean(str(task.row.id)) + "\n")

    def end(self, next_cursor: str | None) -> None:
        """Nothing comes after."""
