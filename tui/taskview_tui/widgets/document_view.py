"""A document that folds: headings, fields, text and JSON under one cursor and one scrollbar."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Thread
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from taskview_tui.keys import Command, Group, bindings
from taskview_tui.render.copies import Spot
from taskview_tui.render.document import Document, Section
from taskview_tui.render.folding import Folding
from taskview_tui.render.path_search import Sought, seek
from taskview_tui.render.piece import Line
from taskview_tui.widgets.line_keys import choose_command
from taskview_tui.widgets.line_view import LineView

DOCUMENT_COMMANDS = (
    choose_command(
        "Open or close line", "Show a clipped text whole, or hide it; open or close what is nested"
    ),
    Command(
        id="document.unfold",
        keys="l,right",
        action="unfold",
        name="Unfold",
        help="Show what is nested in this line, or all of its text",
        group=Group.MOVE,
    ),
    Command(
        id="document.fold",
        keys="h,left",
        action="fold",
        name="Fold",
        help="Hide what is nested in this line; if there is nothing, go to what it is nested in",
        group=Group.MOVE,
    ),
    Command(
        id="document.toggle",
        keys="o",
        action="toggle_fold",
        name="Fold or unfold",
        help="Show or hide what is nested in this line, or all of its text",
        group=Group.VIEW,
    ),
    Command(
        id="document.toggle_all",
        keys="O",
        action="toggle_all",
        name="Fold or unfold all",
        help="Unfold everything; if everything is unfolded already, fold it up to the headings",
        group=Group.VIEW,
    ),
    Command(
        id="document.next_heading",
        keys="J",
        action="move_heading(1)",
        name="Next part of the details",
        help="Go to the next of error, fields, timings, input, output and metadata",
        group=Group.MOVE,
    ),
    Command(
        id="document.previous_heading",
        keys="K",
        action="move_heading(-1)",
        name="Previous part of the details",
        help="Go to the one before of error, fields, timings, input, output and metadata",
        group=Group.MOVE,
    ),
)
"""Commands of documents."""


class DocumentView(LineView):
    """Draws a document as far as it is unfolded."""

    # Beside or below what it tells more of, it is the smaller part.
    SCOPED_CSS = False
    DEFAULT_CSS = """
    .body > DocumentView {
        min-height: 0;
        border-top: hkey $border-blurred;
    }
    .body > DocumentView:focus {
        border-top: hkey $border;
    }
    .-wide .body > DocumentView {
        width: 2fr;
        border-top: none;
        border-left: vkey $border-blurred;
    }
    .-wide .body > DocumentView:focus {
        border-left: vkey $border;
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(*DOCUMENT_COMMANDS)

    class TextRead(Message):
        """A thread has broken the text of a line into rows."""

        def __init__(self, document: Document, line: int) -> None:
            super().__init__()
            self.document = document
            self.line = line

    def __init__(
        self,
        *,
        name: str | None = None,
        id: str | None = None,  # Textual's own name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._version = 0
        self._take(Document(()), bytearray(), set())

    def _take(self, document: Document, opened: bytearray, unrolled: set[int]) -> None:
        self._document = document
        self._opened = opened
        self._unrolled = unrolled
        # The width that the rows are made for: the view may get another one, and be drawn in it,
        # before it is told.
        self._width = self.view_width
        self._tall = document.tall(self._width, unrolled) if self.size else {}
        self._folding = Folding(document.extents, opened, self._tall)
        self._version += 1

    def document_changed(self) -> None:
        """Do what is to be done when lines have come to say something else."""

    def set_document(self, document: Document, *, keep: bool = False) -> None:
        """Show another document from its beginning.

        With `keep` it is the same one with other values in it: cursor and folds stay wherever a
        section has as many lines as before.
        """
        if not keep:
            self._take(document, document.openings(), set())
            self.lines_changed(0, 0)
            self.document_changed()
            return
        line = self._line()
        row = 0 if line is None else self._folding.row(self.cursor_line)
        opened, unrolled, moved = self._carried(document, line)
        self._take(document, opened, unrolled)
        self.lines_changed(self._folding.position(moved) + row if len(document) else 0)
        self.document_changed()

    def _carried(self, document: Document, cursor: int | None) -> tuple[bytearray, set[int], int]:
        """Give what is open and unrolled, and the cursor's line, carried over to a document."""
        opened = document.openings()
        unrolled: set[int] = set()
        moved = 0
        before = self._document.spans()
        for title, lines in document.spans().items():
            old = before.get(title, range(0))
            if not old or not lines:
                continue
            if len(old) == len(lines):
                opened[lines.start : lines.stop] = self._opened[old.start : old.stop]
                shift = lines.start - old.start
                unrolled.update(line + shift for line in self._unrolled if line in old)
            else:
                opened[lines.start] = self._opened[old.start]
            if cursor is not None and cursor in old:
                moved = lines[min(cursor - old.start, len(lines) - 1)]
        return opened, unrolled, moved

    def set_section(self, section: Section) -> bool:
        """Show other values in one section; False where it would have another number of lines."""
        lines = self._document.replace_section(section)
        if lines is None:
            return False
        self._version += 1
        here = self._line()
        count = self.line_count
        for line in lines:
            if line not in self._unrolled and self._document.can_unroll(line, self._width):
                continue  # Of a long text the beginning shows, in one row.
            rows = self._document.rows(line, self._width)
            if rows != self._tall.get(line, 1):
                self._tall[line] = rows
                self._folding.update_rows(line)
        if self.line_count != count and here is not None:
            self.lines_changed(self._folding.position(here))
        else:
            self.refresh()
        self.document_changed()
        return True

    # Drawing.

    @property
    def line_count(self) -> int:
        """How many rows show."""
        return len(self._folding)

    def render_content(self, index: int, width: int) -> Line:
        """Draw one row."""
        line = self._folding.line(index)
        return self._document.draw(
            line,
            self._folding.row(index),
            self._width,
            self._folding.is_open(line),
            line in self._unrolled,
        )

    def stamp(self, index: int) -> Hashable:
        """Give which row of which line it is, and whether it is open."""
        line = self._folding.line(index)
        return (
            self._version,
            line,
            self._folding.row(index),
            self._folding.is_open(line),
            line in self._unrolled,
        )

    def width_changed(self) -> None:
        """Wrap texts to the new width, with the cursor on the line that it was on."""
        line = self._line()
        self._width = self.view_width
        self._tall.clear()
        self._tall.update(self._document.tall(self._width, self._unrolled))
        self._folding.rebuild()
        if line is not None:
            self.lines_changed(self._folding.position(line))

    def show_place(self, line: int, at: int) -> None:
        """Put the cursor where a place of a line's searchable text is, opening what hides it."""
        count = self.line_count
        self._folding.reveal(line, self._document.above)
        row, unroll = self._document.row_of(line, at, self._width)
        if unroll and line not in self._unrolled:
            self._unroll(line, True)
        position = self._folding.position(line) + row
        if self.line_count == count:
            self.move_cursor(position, centre=True)
        else:
            self.lines_changed(position, centre=True)

    def seek(self, path: str) -> Sought:
        """Find what a path leads to."""
        return seek(self._document, path)

    def show_line(self, line: int) -> None:
        """Put the cursor on a line, opening what hides it."""
        count = self.line_count
        self._folding.reveal(line, self._document.above)
        position = self._folding.position(line)
        if self.line_count == count:
            self.move_cursor(position, centre=True)
        else:
            self.lines_changed(position, centre=True)

    @property
    def leaf(self) -> str | None:
        """The text or number under the cursor; None where there is none in JSON."""
        line = self._line()
        return None if line is None else self._document.leaf(line)

    @property
    def section(self) -> str:
        """The title of the part that the cursor is in; empty where there is nothing."""
        line = self._line()
        return "" if line is None else self._document.heading(line)

    @property
    def path(self) -> str:
        """The way to the cursor's line, such as `input.messages[0].content`; not cleaned."""
        line = self._line()
        return "" if line is None else self._document.path(line)

    @property
    def spot(self) -> Spot | None:
        """What the cursor is on; None on a heading, or where there is nothing."""
        line = self._line()
        value = None if line is None else self._document.value(line)
        return None if value is None else Spot(self.path, value)

    def cursor_moved(self) -> None:
        """Say where the cursor is now."""
        self.refresh_footer()

    # What the user does.

    def _line(self) -> int | None:
        """Give the number of the cursor's line, whichever of its rows the cursor is on."""
        return self._folding.line(self.cursor_line) if len(self._folding) else None

    def _change(self, change: Callable[[], None]) -> None:
        """Fold or unfold, with the cursor on its line or on the one that now hides it."""
        line = self._line()
        if line is None:
            return
        offset = self.cursor_line - self.top_line
        change()
        position = self._folding.position(line)
        self.lines_changed(position, position - offset)

    def _unroll(self, line: int, unrolled: bool) -> None:
        if unrolled:
            self._unrolled.add(line)
            self._tall[line] = self._document.rows(line, self._width)
        else:
            self._unrolled.discard(line)
            self._tall.pop(line, None)
        self._folding.update_rows(line)

    def chosen(self) -> None:
        """Open or close the cursor's line."""
        self.action_toggle_fold()

    def action_toggle_fold(self) -> None:
        """Open or close the cursor's line."""
        line = self._line()
        if line is None:
            return
        if self._folding.can_fold(line):
            self._change(lambda: self._folding.set_open(line, not self._folding.is_open(line)))
        elif line in self._unrolled:
            self._change(lambda: self._unroll(line, False))
        elif self._document.can_unroll(line, self._width):
            self._open_text(line)

    def _open_text(self, line: int) -> None:
        """Show all of a line's text; a very long one is broken into rows in a thread first."""
        document, width = self._document, self._width

        def read() -> None:
            document.rows(line, width)
            self.post_message(self.TextRead(document, line))

        if document.is_heavy(line):
            Thread(target=read, name="text", daemon=True).start()
        else:
            self._change(lambda: self._unroll(line, True))

    def on_document_view_text_read(self, message: TextRead) -> None:
        """Show the text that has been broken into rows, if it is still to be seen."""
        message.stop()
        if message.document is self._document and message.line not in self._unrolled:
            self._change(lambda: self._unroll(message.line, True))

    def action_unfold(self) -> None:
        """Open the cursor's line; if it is open, go into it."""
        line = self._line()
        if line is None:
            return
        if self._folding.can_fold(line) and self._folding.is_open(line):
            self.move_cursor(self._folding.position(line + 1))
        elif line not in self._unrolled:
            self.action_toggle_fold()

    def action_fold(self) -> None:
        """Close the cursor's line; if there is nothing to close, go to what it is nested in."""
        line = self._line()
        if line is None:
            return
        if line in self._unrolled or (self._folding.can_fold(line) and self._folding.is_open(line)):
            self.action_toggle_fold()
        elif self._document.above(line) >= 0:
            self.move_cursor(self._folding.position(self._document.above(line)))

    def action_toggle_all(self) -> None:
        """Unfold everything; if everything is unfolded, fold it up to the headings."""
        if 0 in self._opened:
            self._opened[:] = b"\x01" * len(self._opened)
        else:
            self._opened[:] = self._document.folded()
        self._change(self._folding.rebuild)

    def action_move_heading(self, step: int) -> None:
        """Go to the next heading, or with -1 to the one before."""
        here = self._line()
        if here is None:
            return
        headings = self._document.headings
        if step > 0:
            line = next((each for each in headings if each > here), None)
        else:
            line = next((each for each in reversed(headings) if each < here), None)
        if line is not None:
            position = self._folding.position(line)
            self.move_cursor(position)
            self._scroll_to_line(position)
