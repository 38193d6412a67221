"""What an import has done, for people: per format, with what became of each line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from taskview_tui.text.clean import clean

if TYPE_CHECKING:
    from taskview_tui.wiring import FormatReport, ImportReport

_NAME, _NUMBER = 15, 9


def import_lines(report: ImportReport) -> Iterator[str]:
    """Give the lines of the table."""
    for name, each in report.formats.items():
        yield from _format_lines(name, each)
    if report.empty:
        yield f"{_many(report.empty, 'file')} empty"
    if not report.formats:
        yield "nothing that can be imported"
    changed = f"{_many(report.written_tasks, 'task')} written"
    if report.deleted:
        changed += f", {_many(report.deleted, 'row')} deleted that are not in their files any more"
        changed += ", or not asked for"
    yield clean(f"{changed}: {report.label}")
    if report.all_spans:
        yield "all spans of traces are kept: --no-all-spans keeps those of agents, models and tools"


def _format_lines(name: str, each: FormatReport) -> Iterator[str]:
    new = "all" if each.new_inputs == each.inputs else f"{each.new_inputs:,}"
    new += " new or changed"
    unfinished = f", {each.unfinished:,} with half a line at the end" if each.unfinished else ""
    yield f"{name}: {_many(each.inputs, 'file')}, {new}{unfinished}"
    yield _line("conversations", each.conversations)
    levels = f"on {_many(each.levels, 'level')}" if each.levels else ""
    yield _line("tasks", each.tasks, levels)
    yield from _parts(each.statuses)
    yield _line("orphans", each.orphans)
    folded, skipped = sum(each.folded.values()), sum(each.skipped.values())
    yield _line("lines, spans", each.facts)
    yield _line("  used", each.used)
    yield _line("  folded", folded, "into:" if folded else "")
    yield from _parts(each.folded)
    yield _line("  skipped", skipped)
    yield from _parts(each.skipped)


def _parts(counts: Mapping[str, int]) -> Iterator[str]:
    for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        yield f"{'':{_NAME + 2}}{count:>{_NUMBER},}  {clean(name)}"


def _line(name: str, number: int, words: str = "") -> str:
    return f"  {name:<{_NAME}}{number:>{_NUMBER},}  {words}".rstrip()


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
