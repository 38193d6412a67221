"""Tasks as a table for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.cells import cell_len

from taskview_core.entities import StoredJson, TaskDetail
from taskview_tui.cli.output.paint import write_line
from taskview_tui.cli.output.task_cells import about, created_cell, duration_cell, ident_text
from taskview_tui.cli.streams import Output
from taskview_tui.render.piece import Ink, Piece
from taskview_tui.text.cells import pad
from taskview_tui.text.clean import clean
from taskview_tui.text.json_text import payload_text
from taskview_tui.text.status_style import status_style
from taskview_tui.text.times import TimeDisplay

_TITLES = ("ID", "STATUS", "AGENT", "CREATED", "DURATION")
_RIGHT = (False, False, False, True, True)
_AGENT = 2


@dataclass(frozen=True)
class _Row:
    """The cells of the aligned columns, and what comes after them."""

    cells: tuple[Piece, ...]
    rest: tuple[Piece, ...]


class Table:
    """Columns aligned by cell width. On a terminal each task has one line; elsewhere all is whole.

    The columns get their widths from the first tasks, and grow when later ones need more.
    """

    def __init__(
        self, out: Output, *, display: TimeDisplay, now: datetime, payloads: bool = False
    ) -> None:
        self._out = out
        self._display = display
        self._now = now
        self._payloads = payloads
        self._widths = [len(title) for title in _TITLES]
        self._has_header = False
        self.not_json = 0
        self.formulas = 0

    def begin(self) -> None:
        """Nothing comes before: an empty table has no header either."""

    def tasks(self, tasks: Sequence[TaskDetail]) -> None:
        """Print a line for each task, below the header."""
        rows = [self._row(task) for task in tasks]
        for row in rows:
            for column, piece in enumerate(row.cells):
                self._widths[column] = max(self._widths[column], cell_len(piece.text))
        if self._out.width is not None:
            self._widths[_AGENT] = min(self._widths[_AGENT], max(12, self._out.width // 5))
        if rows and not self._has_header:
            self._has_header = True
            titles = tuple(Piece(title, Ink.HEADER) for title in _TITLES)
            self._write(_Row(titles, (Piece("TASK", Ink.HEADER),)))
        for row in rows:
            self._write(row)

    def end(self, next_cursor: str | None) -> None:
        """Nothing comes after."""

    def _row(self, task: TaskDetail) -> _Row:
        row = task.row
        status = status_style(row.status)
        cells = (
            Piece(ident_text(row.id, self._out)),
            Piece(status.text, status.ink),
            Piece(clean(row.agent_id)),
            Piece(created_cell(row, self._display, self._now)),
            Piece(duration_cell(row, self._now)),
        )
        return _Row(cells, (*about(row), *self._payload_pieces(task)))

    def _payload_pieces(self, task: TaskDetail) -> list[Piece]:
        pieces: list[Piece] = []
        if self._payloads:
            for name in ("input", "output", "metadata"):
                stored: StoredJson = getattr(task, name)
                text, was_json = payload_text(stored)
                self.not_json += not was_json
                pieces += [Piece(f"  {name}=", Ink.DIM), Piece(clean(text))]
        return pieces

    def _write(self, row: _Row) -> None:
        gap = Piece("  " if self._out.width is None or self._out.width >= 110 else " ")
        line: list[Piece] = []
        for piece, width, right in zip(row.cells, self._widths, _RIGHT, strict=True):
            line += [Piece(pad(piece.text, width, right=right), piece.ink), gap]
        write_line(self._out, [*line, *row.rest])
