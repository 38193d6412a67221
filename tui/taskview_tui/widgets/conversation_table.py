"""The list of conversations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType

from taskview_core.entities import ConversationRow
from taskview_tui.keys import bindings
from taskview_tui.render.conversation_cells import conversation_cell, conversation_time
from taskview_tui.render.piece import Ink, Line, Piece
from taskview_tui.text.columns import CONVERSATION_COLUMNS, Column
from taskview_tui.widgets.line_keys import choose_command
from taskview_tui.widgets.row_table import RowMessage, RowTable, SortMessage


class ConversationTable(RowTable[ConversationRow]):
    """Conversations, one a line: title, user, tasks, failed and the last activity.

    Sorted by creation they show that time instead of the last activity.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(
        choose_command("Open conversation", "Show the tasks of the conversation as a tree", "open")
    )

    class Selected(RowMessage[ConversationRow]):
        """The cursor has come to another conversation, or its conversation has changed."""

    class Chosen(RowMessage[ConversationRow]):
        """A conversation is to be opened."""

    class SortRequested(SortMessage):
        """A column's header was clicked."""

    def columns(self) -> Sequence[Column]:
        """Give the columns; the time is that of the order."""
        if self.sort is None or self.sort.key != "created":
            return CONVERSATION_COLUMNS
        return tuple(
            column._replace(title="created", sort_key="created")
            if column.key == "updated"
            else column
            for column in CONVERSATION_COLUMNS
        )

    def cell(self, row: ConversationRow, column: Column, width: int) -> Line:
        """Give title, user, tasks or failed."""
        return conversation_cell(row, column.key)

    def moving_cell(self, row: ConversationRow, column: Column) -> Piece | None:
        """Give the time."""
        if column.key != "updated":
            return None
        key = column.sort_key or "updated"
        text = conversation_time(row, key, self.times, self.clock(), self.zone)
        return Piece(text, Ink.DIM)

    def row_selected(self, row: ConversationRow) -> None:
        """Post Selected."""
        self.post_message(self.Selected(self, row))

    def row_chosen(self, row: ConversationRow) -> None:
        """Post Chosen."""
        self.post_message(self.Chosen(self, row))

    def sort_requested(self, key: str) -> None:
        """Post SortRequested."""
        self.post_message(self.SortRequested(self, key))
