"""A task as a CSV record (RFC 4180)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from taskview_core.entities import StoredJson, TaskDetail
from taskview_tui.render.stored_columns import cell
from taskview_tui.text.json_text import payload_text

_TO_QUOTE = re.compile(r'[",\r\n]|^\s|\s$|^$')


class CsvRecords:
    """Makes records of tasks, and counts the payloads that are no JSON.

    NULL is an empty field and an empty text is `""`, as Postgres has it. Payloads are JSON text.
    """

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = columns
        self.not_json = 0

    @property
    def header(self) -> str:
        """The names of the columns as a record."""
        return ",".join(self._columns)

    def of(self, task: TaskDetail) -> str:
        """Give the record of a task, without an end of line."""
        return ",".join(self._field(task, column) for column in self._columns)

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
