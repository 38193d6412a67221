"""A table of rows with columns that share its width, under a header that stays."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, ClassVar, Generic, NamedTuple, Protocol, TypeVar

from textual.cache import LRUCache
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from taskview_tui.render.header import column_at, header_line, heading_width
from taskview_tui.render.piece import Line, Piece, fit_line, line_width, marked
from taskview_tui.text.columns import Column, Slot, place_columns
from taskview_tui.text.times import TimeDisplay
from taskview_tui.widgets.line_view import LineView

if TYPE_CHECKING:
    from taskview_core.entities import Ident
    from taskview_core.query.sort import Sort

_SOON = 0.05
"""Seconds until the rest of a page is drawn: done at once, it would hold up the thread that writes
the frame."""
_MEASURED = 1000
"""Above this width no cell is measured any further."""


class HasId(Protocol):
    """A row with an identity."""

    @property
    def id(self) -> Ident:
        """The row's own id."""
        ...


Row = TypeVar("Row", bound=HasId)


class TableMessage(Message):
    """Something that happened in a table, which is the control of the message."""

    def __init__(self, table: Widget) -> None:
        super().__init__()
        self.table = table

    @property
    def control(self) -> Widget:
        """The table that posts it."""
        return self.table


class RowMessage(TableMessage, Generic[Row]):
    """Something that happened to a row."""

    def __init__(self, table: Widget, row: Row) -> None:
        super().__init__(table)
        self.row = row


class SortMessage(TableMessage):
    """The rows are wanted in the order of a key; in the other direction if they have it already."""

    def __init__(self, table: Widget, key: str) -> None:
        super().__init__(table)
        self.key = key


class _Prepared(NamedTuple, Generic[Row]):
    """Rows that were drawn before they are shown: where their columns stand, and their lines."""

    rows: tuple[Row, ...]
    version: int
    slots: tuple[Slot, ...] | None
    strips: LRUCache[Hashable, Strip]

    def answers(self, rows: tuple[Row, ...], version: int) -> bool:
        """Whether these are the rows, and nothing else that is drawn has changed meanwhile."""
        return self.rows is rows and self.version == version


class RowTable(LineView, Generic[Row]):
    """Rows in columns. A subclass says what stands in them, and posts its own messages."""

    header_height: ClassVar[int] = 1

    def __init__(
        self,
        *,
        name: str | None = None,
        id: str | None = None,  # Textual's own name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._rows: tuple[Row, ...] = ()
        self._sort: Sort | None = None
        self._times = TimeDisplay.AGE
        self._zone: tzinfo | None = None
        self._slots: tuple[Slot, ...] | None = None
        self._version = 0
        self._prepared: _Prepared[Row] | None = None
        self._rest: Timer | None = None

    # What a subclass gives.

    def columns(self) -> Sequence[Column]:
        """Give the columns, in order."""
        raise NotImplementedError

    def cell(self, row: Row, column: Column, width: int) -> Line:
        """Give a cell that does not change with the clock; it may be wider than `width`."""
        raise NotImplementedError

    def moving_cell(self, row: Row, column: Column) -> Piece | None:
        """Give a cell that does change with the clock; None for one that does not."""
        raise NotImplementedError

    def row_selected(self, row: Row) -> None:
        """Tell the screen that the cursor is on another row, or on a row that has changed."""
        raise NotImplementedError

    def row_chosen(self, row: Row) -> None:
        """Tell the screen that a row was chosen."""
        raise NotImplementedError

    def sort_requested(self, key: str) -> None:
        """Tell the screen that a column's header was clicked."""
        raise NotImplementedError

    # For screens.

    def show(self, rows: Sequence[Row], *, keep: Ident | None = None, at: int = 0) -> None:
        """Show other rows. The cursor goes to the row with the id `keep`, else to row `at`.

        A row that is kept stays where it is on the screen, as far as the rows allow.
        """
        before = self.selected
        offset = self.cursor_line - self.top_line
        self._rows = tuple(rows)
        self._version += 1
        self._slots = None
        found = None if keep is None else self.position(keep)
        cursor = max(at, 0) if found is None else found
        self.lines_changed(cursor, max(cursor - offset, 0) if found is not None else 0)
        prepared, self._prepared = self._prepared, None
        if prepared is not None and prepared.answers(self._rows, self._version):
            self._slots, self._strips = prepared.slots, prepared.strips
        after = self.selected
        if after is not None and after != before:
            self.row_selected(after)
        if self._rest is not None:
            self._rest.stop()
        self._rest = self.set_timer(_SOON, self._draw_rest)

    def _draw_rest(self) -> None:
        """Draw the rows that are not on the screen before a key wants them."""
        if self.size:
            for index in range(len(self._rows)):
                self.drawn(index, self.stamp(index))

    def prepare(self, rows: tuple[Row, ...]) -> None:
        """Draw the rows that are likely to be shown next, while nothing waits for them.

        They are used where they are shown next and no order, size or time has changed by then.
        """
        if not self.size:
            return
        now = self._rows, self._slots, self._strips, self._cursor
        # Each row with the cursor and without.
        self._rows, self._slots, self._strips = rows, None, LRUCache(2 * len(rows) or 1)
        self._cursor = -1  # Which of them will have it is not known.
        self._version += 1
        for index in range(min(len(rows), self.view_height)):
            self.drawn(index, self.stamp(index))
        self._prepared = _Prepared(rows, self._version, self._slots, self._strips)
        self._rows, self._slots, self._strips, self._cursor = now
        self._version -= 1

    def show_marked(self, ident: object) -> None:
        """Mark another line; what was drawn ahead may have the mark from before."""
        self._prepared = None
        super().show_marked(ident)

    def notify_style_update(self) -> None:
        """Forget what was drawn ahead in the colours from before, too."""
        self._prepared = None
        super().notify_style_update()

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows that are shown."""
        return self._rows

    @property
    def selected(self) -> Row | None:
        """The row under the cursor; None where there are no rows."""
        return self._rows[self.cursor_line] if self._rows else None

    def position(self, ident: Ident) -> int | None:
        """Give the number of the row with this id, or None."""
        return next((at for at, row in enumerate(self._rows) if row.id == ident), None)

    @property
    def sort(self) -> Sort | None:
        """The order of the rows, for the arrow in the header."""
        return self._sort

    @sort.setter
    def sort(self, sort: Sort | None) -> None:
        if sort != self._sort:
            self._sort = sort
            self._draw_anew()

    @property
    def times(self) -> TimeDisplay:
        """How times are shown."""
        return self._times

    @times.setter
    def times(self, times: TimeDisplay) -> None:
        self._times = times
        self._draw_anew()

    @property
    def zone(self) -> tzinfo | None:
        """The local zone; None for the machine's own."""
        return self._zone

    @zone.setter
    def zone(self, zone: tzinfo | None) -> None:
        self._zone = zone
        self._draw_anew()

    def _draw_anew(self) -> None:
        self._slots = None
        self._version += 1
        self.refresh()

    # Drawing.

    @property
    def line_count(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    def _placed(self, width: int) -> tuple[Slot, ...]:
        """Give the slots for this width, measuring the rows that are shown."""
        if self._slots is None or (self._slots[-1].x + self._slots[-1].width) != width:
            natural = {column.key: self._natural(column) for column in self.columns()}
            self._slots = place_columns(self.columns(), natural, width)
        return self._slots

    def _natural(self, column: Column) -> int:
        widest = heading_width(column, self._sort)
        if column.flexible:
            return widest
        for row in self._rows:
            piece = self.moving_cell(row, column)
            line = self.cell(row, column, _MEASURED) if piece is None else [piece]
            widest = max(widest, line_width(line))
        return widest

    def render_header(self, width: int) -> Line:
        """Give the titles of the columns, with an arrow at the one that the rows are sorted by."""
        return header_line(self._placed(width), self._sort)

    def render_content(self, index: int, width: int) -> Line:
        """Give the cells of a row."""
        row = self._rows[index]
        pieces: list[Piece] = []
        x = 0
        for slot in self._placed(width):
            pieces.append(Piece(" " * (slot.x - x)))
            moving = self.moving_cell(row, slot.column)
            cell = self.cell(row, slot.column, slot.width) if moving is None else [moving]
            if slot.column.flexible and row.id == self._marked:
                cell = [marked(slot.width), *cell]
            pieces.extend(fit_line(cell, slot.width, right=slot.column.right))
            x = slot.x + slot.width
        return pieces

    def stamp(self, index: int) -> Hashable:
        """Give the texts of a row that change with the clock, and how often others were shown."""
        row = self._rows[index]
        return (
            self._version,
            *(self.moving_cell(row, column) for column in self.columns() if column.right),
        )

    def width_changed(self) -> None:
        """Share the new width among the columns."""
        self._slots = None

    # What the user does.

    def cursor_moved(self) -> None:
        """Tell which row the cursor is on."""
        if self.selected is not None:
            self.row_selected(self.selected)

    def chosen(self) -> None:
        """Tell which row was chosen."""
        if self.selected is not None:
            self.row_chosen(self.selected)

    def header_clicked(self, x: int) -> None:
        """Ask for the order of the column that was clicked."""
        column = column_at(self._placed(self.view_width), x)
        if column is not None and column.sort_key is not None:
            self.sort_requested(column.sort_key)
