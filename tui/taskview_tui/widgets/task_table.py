"""The list of tasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from taskview_tui.keys import bindings
from taskview_tui.render.piece import Ink, Line, Piece
from taskview_tui.render.task_cells import TIME_KEYS, duration_cell, task_cell, time_cell
from taskview_tui.text.columns import TASK_COLUMNS, Column
from taskview_tui.widgets.line_keys import choose_command
from taskview_tui.widgets.row_table import RowMessage, RowTable, SortMessage

if TYPE_CHECKING:
    from taskview_core.entities import TaskRow


class TaskTable(RowTable["TaskRow"]):
    """Tasks, one a line: status, agent, preview, conversation, a time and the duration.

    The time is that of creation, or the one that the rows are sorted by.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(
        choose_command("Open task", "Show the task in its tree, with its details beside it", "open")
    )

    class Selected(RowMessage["TaskRow"]):
        """The cursor has come to another task, or its task has changed."""

    class Chosen(RowMessage["TaskRow"]):
        """A task is to be opened."""

    class SortRequested(SortMessage):
        """A column's header was clicked."""

    def columns(self) -> Sequence[Column]:
        """Give the columns; the time is that of the order."""
        key = "created" if self.sort is None else self.sort.key
        if key == "created" or key not in TIME_KEYS:
            return TASK_COLUMNS
        return tuple(
            column._replace(title=key, sort_key=key) if column.key == "created" else column
            for column in TASK_COLUMNS
        )

    def cell(self, row: TaskRow, column: Column, width: int) -> Line:
        """Give status, agent, preview or conversation."""
        return task_cell(row, column.key, width)

    def moving_cell(self, row: TaskRow, column: Column) -> Piece | None:
        """Give the time or the duration."""
        if column.key == "created":
            text = time_cell(row, column.sort_key or "created", self.times, self.clock(), self.zone)
            return Piece(text, Ink.DIM)
        if column.key == "duration":
            return Piece(duration_cell(row, self.clock()))
        return None

    def row_selected(self, row: TaskRow) -> None:
        """Post Selected."""
        self.post_message(self.Selected(self, row))

    def row_chosen(self, row: TaskRow) -> None:
        """Post Chosen."""
        self.post_message(self.Chosen(self, row))

    def sort_requested(self, key: str) -> None:
        """Post SortRequested."""
        self.post_message(self.SortRequested(self, key))
