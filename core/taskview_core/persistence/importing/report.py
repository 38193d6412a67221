"""What an import tells while it runs and when it is done."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

SHOWN = 20
"""Of many bad lines, or inputs not imported, so many are named unless all are asked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportProgress:
    """How far an import has come: bytes of the inputs that are new, rows written, lines skipped."""

    step: str
    bytes_done: int
    bytes_total: int
    rows: int
    skipped: int


@dataclass(kw_only=True, slots=True)
class FormatReport:
    """What there is now of the inputs of one format, whenever they were imported.

    `facts` are its lines or spans: `used`, `folded` and `skipped` sum up to them, and to the lines
    that could not be read at all, which are `skipped` too.
    """

    inputs: int = 0
    new_inputs: int = 0
    conversations: int = 0
    tasks: int = 0
    levels: int = 0
    orphans: int = 0
    facts: int = 0
    used: int = 0
    unfinished: int = 0
    """Inputs with half a line at the end, which is read once it is whole."""
    statuses: Counter[str] = field(default_factory=Counter)
    folded: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)


class NotImported(NamedTuple):
    """An input that was left out, and why."""

    name: str
    reason: str


@dataclass(kw_only=True, slots=True)
class ImportReport:
    """What an import has done."""

    label: str
    formats: dict[str, FormatReport] = field(default_factory=dict)
    written_conversations: int = 0
    written_tasks: int = 0
    all_spans: bool = False
    """Whether spans of no agent, model or tool are kept too."""
    deleted: int = 0
    """Rows that their inputs give no more, or that are not asked for any more."""
    bytes_read: int = 0
    empty: int = 0
    bad_lines: int = 0
    bad: list[str] = field(default_factory=list)
    """The first lines that could not be read: file, line and reason."""
    left_out: list[NotImported] = field(default_factory=list)
    failed: list[NotImported] = field(default_factory=list)
    """Files that could not be read, and sessions or traces that the database did not take; they are
    tried again the next time."""

    def of(self, name: str) -> FormatReport:
        """Give the report of a format."""
        return self.formats.setdefault(name, FormatReport())
