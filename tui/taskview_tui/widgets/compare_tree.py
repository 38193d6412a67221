"""Two trees beside each other as one: a line for each pair of tasks."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from taskview_core.compare.trees import Pair
from taskview_core.compare.verdict import Difference
from taskview_tui.comparing import Compared, is_alone
from taskview_tui.keys import bindings
from taskview_tui.render.difference import pair_words, sign
from taskview_tui.render.piece import Ink, Line, Piece, fit_line
from taskview_tui.text.clean import clean_row
from taskview_tui.text.status_style import status_style
from taskview_tui.widgets.line_keys import choose_command
from taskview_tui.widgets.line_view import LineView

_LEVELS = 12
"""Levels that are indented; below, the number of the level stands for the others."""


class CompareTree(LineView):
    """The pairs that differ and those above them, or all of them."""

    header_height: ClassVar[int] = 1
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        choose_command("Show one task", "Show the right task, or the only one, with all its fields")
    )

    class Selected(Message):
        """The cursor has come to another pair, or its pair has changed."""

    class Chosen(Message):
        """A pair is to be opened."""

    def __init__(
        self,
        *,
        name: str | None = None,
        id: str | None = None,  # Textual's own name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._compared: Compared | None = None
        self._everything = False
        self._lines: Sequence[int] = ()
        self._version = 0

    # For screens.

    def show(self, compared: Compared, *, everything: bool, keep: bool = True) -> None:
        """Show a comparison, with the cursor on the pair that it was on."""
        before, offset = self._kept(compared), self.cursor_line - self.top_line
        self._compared, self._everything = compared, everything
        self._lines = range(len(compared.comparison.pairs)) if everything else compared.shown
        self._version += 1
        if keep and before is not None:
            line = max(min(bisect_left(self._lines, before), len(self._lines) - 1), 0)
            self.lines_changed(line, line - offset)
        else:
            first = compared.next_difference(-1, 1)
            self.lines_changed(0 if first is None else bisect_left(self._lines, first), 0)
        self.post_message(self.Selected())

    def _kept(self, now: Compared) -> int | None:
        """Give the number that the cursor's pair has now, or that of one of its tasks."""
        number, before = self.selected, self._compared
        if number is None or before is None or before.comparison is now.comparison:
            return number
        # Read again, or laid beside each other anew.
        pair = before.comparison.pairs[number]
        kept = {(row.id, side) for side, row in enumerate((pair.left, pair.right)) if row}
        for place, each in enumerate(now.comparison.pairs):
            for side, row in enumerate((each.left, each.right)):
                if row is not None and (row.id, side) in kept:
                    return place
        return number

    @property
    def selected(self) -> int | None:
        """The number of the cursor's pair; None where there are none."""
        return self._lines[self.cursor_line] if self._lines else None

    def select(self, number: int) -> None:
        """Put the cursor on a pair, or on the one that stands for it."""
        self.move_cursor(bisect_left(self._lines, number), centre=True)

    # Drawing.

    @property
    def line_count(self) -> int:
        """How many pairs show."""
        return len(self._lines)

    def _agents(self, width: int) -> int:
        return max(min(width * 45 // 100, 48), 16)

    def render_header(self, width: int) -> Line:
        """Give the titles of the columns."""
        return [*fit_line([Piece("  agent")], self._agents(width)), Piece("  left → right")]

    def render_content(self, index: int, width: int) -> Line:
        """Give the sign, the agent and how the tasks differ."""
        number = self._lines[index]
        pair, difference = self._pair(number)
        style = status_style(pair.row.status)
        indent = "  " * min(pair.depth, _LEVELS)
        if pair.depth > _LEVELS:
            indent += f"⋯{pair.depth} "
        name = [
            sign(difference),
            Piece(f" {indent}", Ink.GUIDE),
            Piece(f"{style.glyph} ", style.ink),
            Piece(clean_row(pair.row.agent_id)),
        ]
        words = pair_words(pair, difference, self._hidden(number, difference))
        return [*fit_line(name, self._agents(width)), Piece("  "), *words]

    def _pair(self, number: int) -> tuple[Pair, Difference]:
        assert self._compared is not None, "there are lines only of a comparison"
        return self._compared.comparison.pairs[number], self._compared.differences[number]

    def _hidden(self, number: int, difference: Difference) -> int:
        """Count the pairs below one that do not show because it is alone."""
        if self._everything or self._compared is None or not is_alone(difference):
            return 0
        return self._compared.comparison.ends[number] - number - 1

    def stamp(self, index: int) -> Hashable:
        """Give which pair it is, and how often others were shown."""
        return (self._version, self._lines[index])

    # What the user does.

    def cursor_moved(self) -> None:
        """Tell that the cursor is on another pair."""
        self.post_message(self.Selected())

    def chosen(self) -> None:
        """Tell that a pair was chosen."""
        self.post_message(self.Chosen())
