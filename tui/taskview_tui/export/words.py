"""What is said of an export when it is over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from taskview_tui.export.formats import ExportFormat, format_of
from taskview_tui.export.run import Done

_NAMES = {
    ExportFormat.NDJSON: "NDJSON",
    ExportFormat.CSV: "CSV",
    ExportFormat.MARKDOWN: "Markdown",
}


def done_words(done: Done, place: Path | None, form: ExportFormat) -> Iterator[str]:
    """Give sentences: what was written where, and what could not be written as it is.

    The format is named where the file's name tells none, or another one.
    """
    words = _number(done.tasks, "task")
    if done.conversations:
        words = f"{_number(done.conversations, 'conversation')} and {words}"
    kind = "" if place is None or format_of(place) is form else f" as {_NAMES[form]}"
    yield f"{words} exported{kind}" + (f" to {place}" if place is not None else "")
    if done.redacted:
        yield f"{_number(done.redacted, 'secret')} left out, as far as rules can know them"
    if done.not_json:
        yield f"payloads that are no JSON, written as JSON strings: {done.not_json:,}"
    if done.formulas:
        yield formula_words(done.formulas)
    if done.odd:
        yield f"tasks with times that could not be read, left empty: {done.odd:,}"
    if done.not_utf8:
        words = "rows with text that is no UTF-8, its bytes written as escapes such as \\udcff"
        yield f"{words} (`taskview load` does not take them): {done.not_utf8:,}"
    if done.homeless:
        yield f"conversations that tasks name, but that are not there: {done.homeless:,}"
    yield from done.notes


def formula_words(cells: int) -> str:
    """Say how many cells of a CSV are not as they are stored."""
    return f"cells that a spreadsheet would run, with ' before them now: {cells:,}"


def _number(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
