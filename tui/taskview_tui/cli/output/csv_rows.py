"""Tasks as CSV (RFC 4180, lines ending in a line feed)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from taskview_core.entities import StoredJson, TaskDetail
from taskview_tui.cli.streams import Output
from taskview_tui.render.stored_columns import cell
from taskview_tui.text.clean import clean_block
from taskview_tui.text.json_text import payload_text

_TO_QUOTE = re.compile(r'[",\r\n]|^\s|\s$|^$')


class CsvRows:
    """A header, then a record for each task.

    NULL is an empty field and an empty text is `""`, as Postgres has it. Payloads are JSON text.
    What a terminal would obey is cleaned where the output is one, and else left as it is.
    """

    def __init__(self, out: Output, columns: Sequence[str]) -> None:
        self._out = out
        self._columns = columns
        self.not_json = 0

    def begin(self) -> None:
        """Print the header."""
        self._out.write(",".join(self._columns) + "\n")

    def tasks(self, tasks: Sequence[TaskDetail]) -> None:
        """Print a record for each task."""
        for task in tasks:
            record = ",".join(self._field(task, column) for column in self._columns)
            self._out.write((clean_block(record) if self._out.is_terminal else record) + "\n")

    def end(self, next_cursor: str | None) -> None:
        """Nothing comes after."""

    def _field(self, task: TaskDetail, column: str) -> str:
        value = cell(task, column)
        if isinstance(value, StoredJson):
            if value.text is None:
                return ""
            value, was_json = payload_text(value)
            self.not_json += not was_json
        if value is None:
            return ""
        return '"' + value.replace('"', '""') + '"' if _TO_QUOTE.search(value) else value
