"""A task as a CSV record (RFC 4180)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from taskview_core.entities import StoredJson, TaskDetail
from taskview_tui.render.stored_columns import cell
from taskview_tui.text.json_text import payload_text

_TO_QUOTE = re.compile(r'[",\r\n]|^\s|\s$|^$')

# What makes a spreadsheet run a cell, also behind what it passes over at the beginning; and a tab
# or a line break there, behind which it may find another cell. The last four are full-width.
_FORMULA = re.compile("[\t\r\n]|[\\s\0\u200b\ufeff]*[-=+@\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")


def harmless(value: str) -> str:
    """Give a cell that no spreadsheet takes for a formula: with `'` before it, if it needs that.

    A number stays one, whatever its sign.
    """
    if _FORMULA.match(value) is None or _NUMBER.fullmatch(value) is not None:
        return value
    return f"'{value}"


class CsvRecords:
    """Makes records of tasks, and counts the payloads that are no JSON.

    NULL is an empty field and an empty text is `""`, as Postgres has it. Payloads are JSON text.
    Cells that a spreadsheet would run are made `harmless`, and counted, unless they are kept.
    """

    def __init__(self, columns: Sequence[str], *, keep_formulas: bool = False) -> None:
        self._columns = columns
        self._keep_formulas = keep_formulas
        self.not_json = 0
        self.formulas = 0
        """How many cells so far have a `'` before them."""

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
        if not self._keep_formulas:
            value, before = harmless(value), value
            self.formulas += value is not before
        return '"' + value.replace('"', '""') + '"' if _TO_QUOTE.search(value) else value
