"""A view made of lines that draws only the ones on the screen, with a cursor line."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import UTC, datetime
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.cache import LRUCache
from textual.css.styles import RenderStyles
from textual.dom import DOMNode
from textual.geometry import Offset, Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from taskview_tui.keys import bindings
from taskview_tui.render.piece import Ink, Line, Piece, fit_line
from taskview_tui.text.cells import centred
from taskview_tui.text.clean import clean_block
from taskview_tui.widgets.line_keys import MOVE_COMMANDS
from taskview_tui.widgets.line_styles import LINE_CLASSES, LINE_CSS

_CACHED_STRIPS = 1024
_TICK = 1.0
"""Seconds between looks at whether an age or an elapsed time on the screen has changed."""

_Painted = tuple[int, Hashable]


def _system_clock() -> datetime:
    return datetime.now(UTC)


class LineView(ScrollView, can_focus=True, inherit_bindings=False):
    """Lines by number, one of which is the cursor's; what they are is up to a subclass.

    A subclass gives `line_count`, `render_content` and, where a line can change by itself,
    `stamp`; with `header_height` 1 also `render_header`, and with a footer the same for that. It
    calls `lines_changed` when other lines are to be shown, and learns of the user by
    `cursor_moved` and `chosen`.
    """

    ALLOW_SELECT = False
    SCOPED_CSS = False
    DEFAULT_CSS = LINE_CSS
    BINDINGS: ClassVar[list[BindingType]] = bindings(*MOVE_COMMANDS)

    header_height: ClassVar[int] = 0
    """Lines at the top that do not scroll: none or one."""
    footer_height: ClassVar[int] = 0
    """Lines at the bottom that do not scroll: none or one."""

    def __init__(
        self,
        *,
        name: str | None = None,
        id: str | None = None,  # Textual's own name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._cursor = 0
        self._strips: LRUCache[Hashable, Strip] = LRUCache(_CACHED_STRIPS)
        self._styles_of_inks: dict[Ink, Style] = {}
        self._painted: dict[int, _Painted] = {}
        self._empty_text = ""
        self._marked: object = None
        self._before_layout: tuple[int | None, bool] | None = None
        self._just_focused = False
        self._focused_by_click = False

    # What a subclass gives.

    @property
    def line_count(self) -> int:
        """How many lines there are below the header."""
        raise NotImplementedError

    @property
    def content_width(self) -> int:
        """Cells of the widest line where lines may be wider than the view; else 0."""
        return 0

    def render_content(self, index: int, width: int) -> Line:
        """Give a line for `width` cells: a longer one is clipped, a shorter one filled up."""
        raise NotImplementedError

    def render_header(self, width: int) -> Line:
        """Give the header, where there is one."""
        return []

    def render_footer(self, width: int) -> Line:
        """Give the footer, where there is one."""
        return []

    def stamp(self, index: int) -> Hashable:
        """Give a value that is another one when the line would be drawn in another way."""
        raise NotImplementedError

    def cursor_moved(self) -> None:
        """Do what is to be done when the cursor has come to another line."""

    def chosen(self) -> None:
        """Do what is to be done on Enter, or a click on the cursor's line."""

    def header_clicked(self, x: int) -> None:
        """Do what is to be done on a click on the header, `x` cells from the left."""

    def width_changed(self) -> None:
        """Do what is to be done when lines have another width to fill."""

    # For subclasses and screens.

    @property
    def clock(self) -> Callable[[], datetime]:
        """What gives the present: the app's clock, or the system's where it has none."""
        clock: Callable[[], datetime] = getattr(self.app, "clock", _system_clock)
        return clock

    @property
    def cursor_line(self) -> int:
        """The number of the cursor's line; 0 where there are no lines."""
        return self._cursor

    @property
    def view_width(self) -> int:
        """How many cells a line may fill: the view without its scrollbar."""
        return self.scrollable_content_region.width

    @property
    def view_height(self) -> int:
        """How many lines there is room for between header and footer; at least one."""
        height = self.scrollable_content_region.height
        return max(height - self.header_height - self.footer_height, 1)

    @property
    def top_line(self) -> int:
        """The number of the first line on the screen."""
        return self.scroll_offset.y

    def show_empty(self, text: str) -> None:
        """Say why there are no lines, and what to do; drawn only while there are none."""
        self._empty_text = clean_block(text)
        if self.line_count == 0:
            self.refresh()

    def show_marked(self, ident: object) -> None:
        """Mark the line of what has this id, in views that draw it; None takes the mark away."""
        if ident != self._marked:
            self._marked = ident
            self._strips.clear()
            self.refresh()

    def lines_changed(
        self, cursor: int = 0, top: int | None = None, *, centre: bool = False
    ) -> None:
        """Draw all anew, with the cursor on a line.

        `top` is the first line to be seen, the present one where it is None; with `centre` it is
        such that the cursor stands in the middle. The cursor is seen in any case.
        """
        self._strips.clear()
        self._painted.clear()
        count = self.line_count
        height = self.header_height + count + self.footer_height
        self.virtual_size = Size(self.content_width, height)
        self._cursor = max(min(cursor, count - 1), 0)
        if self.size:
            if centre:
                top = self._cursor - self.view_height // 2
            self._scroll_to_line(self.top_line if top is None else top)
            self._show_cursor()
        else:
            self._before_layout = (top, centre)
        self.refresh()

    def move_cursor(self, line: int, *, centre: bool = False) -> None:
        """Put the cursor on a line, or the nearest there is, and scroll it into view.

        With `centre` it comes to stand in the middle, if it was not on the screen.
        """
        line = max(min(line, self.line_count - 1), 0)
        if not self.size:
            self._before_layout = (None, centre)
        elif centre and not self.top_line <= line < self.top_line + self.view_height:
            self._scroll_to_line(line - self.view_height // 2)
        if line != self._cursor:
            before, self._cursor = self._cursor, line
            self._refresh_lines_of(before, line)
            self._show_cursor()
            self.cursor_moved()
        else:
            self._show_cursor()

    def refresh_changed(self) -> None:
        """Draw again the lines on the screen whose stamp is no longer the one they had."""
        count = self.line_count
        for index, stamp in list(self._painted.values()):
            if index < count and self.stamp(index) != stamp:
                self._refresh_lines_of(index)

    # Drawing.

    def render_line(self, y: int) -> Strip:
        """Draw one line of the screen."""
        width = self.size.width
        if y < self.header_height:
            return self._strip(self.render_header(self.view_width), width, Ink.HEADER)
        if self.footer_height and y == self._footer_line:
            footer = fit_line(self.render_footer(self.view_width), self.view_width)
            return self._strip(footer, width, Ink.HEADER)
        index = y - self.header_height + self.top_line
        if self.line_count == 0:
            return self._render_empty(y - self.header_height, width)
        if index >= self.line_count:
            self._painted.pop(y, None)
            return Strip.blank(width, self.rich_style)
        stamp = self.stamp(index)
        self._painted[y] = (index, stamp)
        return self.drawn(index, stamp)

    def drawn(self, index: int, stamp: Hashable) -> Strip:
        """Give a line as it is drawn, which has this stamp."""
        width = self.size.width
        is_cursor = index == self._cursor
        scroll_x = self.scroll_offset.x
        view = max(self.view_width, self.content_width)
        key = (index, stamp, is_cursor, is_cursor and self.has_focus, scroll_x, width, view)
        strip = self._strips.get(key)
        if strip is None:
            line = fit_line(self.render_content(index, view), view)
            strip = self._cursor_strip(line, width) if is_cursor else self._strip(line, width)
            self._strips[key] = strip
        return strip

    def _strip(self, line: Line, width: int, ink: Ink = Ink.TEXT) -> Strip:
        segments = [Segment(piece.text, self._style_of(piece.ink)) for piece in line if piece.text]
        return self._cropped(segments, width, self._style_of(ink))

    def _cursor_strip(self, line: Line, width: int) -> Strip:
        """Draw the cursor's line: in the cursor's colours, or without focus only on them."""
        cursor = self.get_component_rich_style("line-view--cursor")
        if not self.has_focus:
            cursor = Style(bgcolor=cursor.bgcolor, underline=cursor.underline)
        segments = [
            Segment(piece.text, self._style_on(piece.ink, cursor)) for piece in line if piece.text
        ]
        return self._cropped(segments, width, self.rich_style + cursor)

    def _style_on(self, ink: Ink, cursor: Style) -> Style:
        """Give an ink on the cursor's line, where what was found is seen all the same."""
        style = self._style_of(ink)
        return cursor + style if ink is Ink.MATCH else style + cursor

    def _cropped(self, segments: list[Segment], width: int, style: Style) -> Strip:
        # Fewer segments are fewer bytes for the terminal, on every repaint.
        strip = Strip(Segment.simplify(segments))
        scroll_x = self.scroll_offset.x
        if scroll_x:
            strip = strip.crop(scroll_x, max(strip.cell_length, scroll_x))
        return strip.adjust_cell_length(width, style)

    def _style_of(self, ink: Ink) -> Style:
        style = self._styles_of_inks.get(ink)
        if style is None:
            style = self.get_component_rich_style(f"line-view--{ink.value}")
            self._styles_of_inks[ink] = style
        return style

    def _render_empty(self, y: int, width: int) -> Strip:
        lines = centred(self._empty_text, self.view_width, self.view_height)
        if y >= len(lines):
            return Strip.blank(width, self.rich_style)
        return self._strip([Piece(lines[y], Ink.DIM)], width)

    def get_component_styles(self, *names: str) -> RenderStyles:
        """Give the style of an ink, found when it is first drawn.

        As COMPONENT_CLASSES, Textual would find those of all inks anew with every change of the
        focus, and thrice before the first frame: that took a quarter of its time.
        """
        for name in names:
            if name in LINE_CLASSES and name not in self._component_styles:
                node = DOMNode(classes=name)
                node._attach(self)
                self.app.stylesheet.apply(node)
                self._component_styles[name] = node.styles
        return super().get_component_styles(*names)

    def notify_style_update(self) -> None:
        """Forget what was drawn in the colours from before."""
        super().notify_style_update()
        self._component_styles.clear()
        self._strips.clear()
        self._styles_of_inks.clear()
        self.refresh()

    # Scrolling.

    @property
    def _footer_line(self) -> int:
        """Where on the screen the footer stands; nowhere, where there is no room for lines then."""
        bottom = self.scrollable_content_region.height - 1
        return bottom if bottom > self.header_height else -1

    def refresh_footer(self) -> None:
        """Draw the footer again, where there is one."""
        if self.footer_height and self._footer_line >= 0:
            self.refresh(Region(0, self._footer_line, self.size.width, 1))

    def _refresh_lines_of(self, *indexes: int) -> None:
        for index in indexes:
            self.refresh_line(index + self.header_height)

    def _scroll_to_line(self, line: int) -> None:
        """Make a line the first on the screen, as far as there are lines to fill it."""
        self.scroll_to(y=max(line, 0), animate=False, force=True, immediate=True)

    def _show_cursor(self) -> None:
        """Scroll as little as is needed to see the cursor's line."""
        if not self.size:
            return
        top = self.top_line
        if self._cursor < top:
            self._scroll_to_line(self._cursor)
        elif self._cursor >= top + self.view_height:
            self._scroll_to_line(self._cursor - self.view_height + 1)

    # What Textual sends.

    def on_mount(self) -> None:
        """Look now and then whether a time on the screen has moved on."""
        self.set_interval(_TICK, self.refresh_changed)

    def on_resize(self) -> None:
        """Fill the new size, with the cursor still to be seen."""
        self._strips.clear()
        self._painted.clear()
        self.width_changed()
        if self._before_layout is None:
            self._show_cursor()
        else:
            (top, centre), self._before_layout = self._before_layout, None
            self.lines_changed(self._cursor, top, centre=centre)

    def on_focus(self) -> None:
        """Remember until the next event that the focus is new."""
        self._just_focused = True
        self.call_later(self._forget_focus)

    def _forget_focus(self) -> None:
        self._just_focused = False

    def on_mouse_down(self) -> None:
        """Remember whether this press only gave the view the focus."""
        self._focused_by_click = self._just_focused

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the click was; there already, choose the line."""
        place: Offset | None = event.get_content_offset(self)
        if place is None or event.button != 1:
            return
        event.stop()
        if place.y < self.header_height:
            self.header_clicked(place.x + self.scroll_offset.x)
            return
        line = place.y - self.header_height + self.top_line
        if line >= self.line_count or (self.footer_height and place.y == self._footer_line):
            return
        if line == self._cursor and not self._focused_by_click:
            self.chosen()
        else:
            self.move_cursor(line)

    # Actions.

    def action_move(self, lines: int) -> None:
        """Move the cursor by some lines."""
        self.move_cursor(self._cursor + lines)

    def action_move_pages(self, pages: float) -> None:
        """Move the cursor, and what is seen with it, by screens of lines."""
        lines = int(self.view_height * pages) or (1 if pages > 0 else -1)
        self._scroll_to_line(self.top_line + lines)
        self.move_cursor(self._cursor + lines)

    def action_move_to_end(self, last: bool) -> None:
        """Move the cursor to the first or the last line."""
        self.move_cursor(self.line_count - 1 if last else 0)

    def action_choose(self) -> None:
        """Choose the cursor's line."""
        if self.line_count:
            self.chosen()
