"""The formats of a list of tasks by name."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum

from taskview_core.errors import UsageError
from taskview_tui.cli.output.csv_rows import CsvRows
from taskview_tui.cli.output.ids import Ids
from taskview_tui.cli.output.json_rows import JsonDocument, JsonLines
from taskview_tui.cli.output.table import Table
from taskview_tui.cli.output.writer import ListWriter
from taskview_tui.cli.streams import Output
from taskview_tui.render.stored_columns import FULL_COLUMNS, LIST_COLUMNS
from taskview_tui.text.times import TimeDisplay

LIST_FORMATS = ("table", "json", "jsonl", "csv", "ids")


class Needs(Enum):
    """What a format must be given of each task beside its row."""

    ROWS = "rows"
    ERRORS = "errors"
    PAYLOADS = "payloads"


def needs_of(name: str, *, full: bool) -> Needs:
    """Say what a format needs; UsageError where `full` makes no sense."""
    if name == "ids" and full:
        raise UsageError("--full does not go with -o ids", "ids are all that it prints")
    if full:
        return Needs.PAYLOADS
    return Needs.ROWS if name in {"table", "ids"} else Needs.ERRORS


def make_writer(
    name: str, out: Output, *, full: bool, time_display: str, keep_formulas: bool = False
) -> ListWriter:
    """Give what prints a list in the format of this name; `full` adds the payloads.

    `keep_formulas` is for csv: see CsvRecords.
    """
    columns = FULL_COLUMNS if full else LIST_COLUMNS
    if name == "json":
        return JsonDocument(out, columns)
    if name == "jsonl":
        return JsonLines(out, columns)
    if name == "csv":
        return CsvRows(out, columns, keep_formulas=keep_formulas)
    if name == "ids":
        return Ids(out)
    return Table(out, display=TimeDisplay(time_display), now=datetime.now(UTC), payloads=full)
