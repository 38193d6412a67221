"""Tasks as CSV (RFC 4180, lines ending in a line feed)."""

from __future__ import annotations

from collections.abc import Sequence

from taskview_core.entities import TaskDetail
from taskview_tui.cli.streams import Output
from taskview_tui.render.task_csv import CsvRecords
from taskview_tui.text.clean import clean_block


class CsvRows(CsvRecords):
    """A header, then a record for each task.

    What a terminal would obey is cleaned where the output is one, and else left as it is.
    """

    def __init__(self, out: Output, columns: Sequence[str], *, keep_formulas: bool = False) -> None:
        super().__init__(columns, keep_formulas=keep_formulas)
        self._out = out

    def begin(self) -> None:
        """Print the header."""
        self._out.write(self.header + "\n")

    def tasks(self, tasks: Sequence[TaskDetail]) -> None:
        """Print a record for each task."""
        for task in tasks:
            record = self.of(task)
            self._out.write((clean_block(record) if self._out.is_terminal else record) + "\n")

    def end(self, next_cursor: str | None) -> None:
        """Nothing comes after."""
