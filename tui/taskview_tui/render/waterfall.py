"""The bars beside a tree: each task on the clock that all of it shares.

A cell is two slices wide. What a task did in them is told by shape, and once more by colour.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf

from taskview_core.entities import Ident
from taskview_core.tree.axis import Axis, axis_of, cut_slices
from taskview_core.tree.clock import ClockFault
from taskview_core.tree.slices import Doing, slices_of, slices_together
from taskview_tui.render.piece import Ink, Line, Piece
from taskview_tui.render.timing import Timing
from taskview_tui.text.cells import clip
from taskview_tui.text.times import duration_text

_NONE, _QUEUED, _OWN, _WAITING = Doing.NOTHING, Doing.QUEUED, Doing.OWN, Doing.WAITING

_WAIT_GLYPHS = {(True, True): "─", (True, False): "╴", (False, True): "╶"}
_OWN_GLYPHS = {(True, True): "█", (True, False): "▌", (False, True): "▐"}
_OTHER = {
    Doing.ODD: Piece("×", Ink.MARK),
    Doing.UNKNOWN: Piece("?", Ink.DIM),
    Doing.QUEUED: Piece("·", Ink.QUEUED),
}
_BESIDE = "▒"
"""Own work beside the critical path."""
_CUT = Piece("┊", Ink.GUIDE)
_EMPTY = Piece(" ")
_GROWS = "▸"
_BEFORE, _AFTER = "‹", "›"


@dataclass(frozen=True)
class ClockView:
    """How the clock of a tree is looked at; `top` is the task that it is zoomed to."""

    top: Ident | None = None
    squeezed: bool = False
    critical: bool = False


@dataclass(frozen=True)
class _Scale:
    """The axis with its slices, for one width of the bars."""

    axis: Axis
    bounds: tuple[float, ...]
    cuts: frozenset[int]


@dataclass(frozen=True)
class _Bar:
    """What one bar shows; `critical` are its stretches of the critical path, in order."""

    slices: dict[int, Doing]
    grows: bool
    own: Ink
    critical: Sequence[tuple[float, float]]


class Waterfall:
    """Draws the bars of a tree in one way of looking at its clock; -1 is the whole tree."""

    def __init__(self, timing: Timing, view: ClockView, top: int = -1) -> None:
        self._timing = timing
        self._spans = timing.spans
        self._top = top
        self._low, self._high = timing.extent(top)
        self._idle = timing.idle(top) if view.squeezed else ()
        self._path = timing.path(top) if view.critical else None
        self._scale_now: tuple[Axis, int, _Scale] | None = None
        self._gutter = 1 if self._path is None else 2
        """Cells for marks before the bars: of odd times, and of the critical path before that."""

    def _scale(self, now: float, cells: int) -> _Scale:
        axis, slices = self._axis(now, cells), 2 * max(cells, 1)
        known = self._scale_now
        if known is not None and known[:2] == (axis, slices):
            return known[2]
        bounds = axis.bounds(slices)
        scale = _Scale(axis, bounds, cut_slices(axis, bounds))
        self._scale_now = (axis, slices, scale)
        return scale

    def _axis(self, now: float, cells: int) -> Axis:
        return axis_of(self._low, self._high, now, self._idle, max(cells, 1))

    def heading(self, now: datetime, width: int) -> str:
        """Give the title over the bars: how long the axis is, and how it is looked at."""
        if self._low == inf:
            return clip("no times", width)
        end = self._spans.at(now) if self._high == inf else self._high
        length = duration_text(timedelta(seconds=max(end - self._low, 0.0)))
        words = "zoomed" if self._top >= 0 else ""
        if self.is_squeezed(now, width):
            words += " squeezed" if words else "squeezed"
        left = width - self._gutter - len("0") - len(length)
        middle = f" {clip(words, left - 2)} " if words and left > 4 else ""
        return (
            " " * self._gutter
            + "0"
            + middle.center(max(left, 1), "─" if left > 2 else " ")
            + length
        )

    def is_squeezed(self, now: datetime, cells: int) -> bool:
        """Say whether any idle stretch is drawn shorter than it was, in bars of so many cells."""
        return bool(self._axis(self._spans.at(now), cells - self._gutter).cuts)

    def stamp(self, number: int, now: datetime, cells: int, run_end: int | None = None) -> Hashable:
        """Give a value that is another one when the bar of a task would look different."""
        if self._high != inf:
            return None
        at = self._spans.at(now)
        scale = self._scale(at, cells - self._gutter)
        if run_end is None:
            grows = self._spans.ended[number] == inf
        else:
            grows = self._timing.together(number, run_end).grows
        return scale.axis, bisect_right(scale.bounds, at) if grows else 0

    def bar(
        self, number: int, now: datetime, cells: int, own: Ink, run_end: int | None = None
    ) -> Line:
        """Give the bar of a task in so many cells, of which the first are for marks.

        Its own work has the ink `own`. Where `run_end` is given, the bar stands for the repeats
        from the task to before that one: for the times in which any of them ran.
        """
        room = max(cells - self._gutter, 1)
        at = self._spans.at(now)
        scale = self._scale(at, room)
        if run_end is not None:
            together = self._timing.together(number, run_end)
            marks = self._marks(self._timing.members(number, run_end), odd=together.is_odd)
            first, grows = together.first, together.grows
            critical = self._timing.critical_together(self._path, number, run_end)
            slices = slices_together(together, scale.bounds, at)
        else:
            marks = self._marks((number,), odd=number in self._spans.faults)
            first, grows = self._spans.lows[number], self._spans.ended[number] == inf
            critical = self._timing.critical(self._path, number)
            slices = slices_of(self._spans, self._timing.waits, number, scale.bounds, at)
        if first == inf:
            return [*marks, Piece("no times", Ink.DIM)]
        if not slices:
            is_after = first > scale.axis.end
            return [*marks, Piece(_AFTER.rjust(room) if is_after else _BEFORE, Ink.DIM)]
        return [*marks, *self._cells(_Bar(slices, grows, own, critical), scale, room)]

    def _cells(self, bar: _Bar, scale: _Scale, room: int) -> Line:
        line: list[Piece] = []
        last = max(bar.slices) // 2 if bar.grows else -1
        for cell in range(room):
            left, right = 2 * cell, 2 * cell + 1
            pair = bar.slices.get(left, _NONE), bar.slices.get(right, _NONE)
            if cell == last:
                line.append(Piece(_GROWS, Ink.QUEUED if _QUEUED in pair else bar.own))
            elif _OWN in pair:
                glyph = _OWN_GLYPHS[pair[0] is _OWN, pair[1] is _OWN]
                if self._path is not None and not _meets(bar.critical, scale, cell):
                    glyph = _BESIDE
                line.append(Piece(glyph, bar.own))
            elif _WAITING in pair:
                glyph = _WAIT_GLYPHS[pair[0] is _WAITING, pair[1] is _WAITING]
                line.append(Piece(glyph, Ink.WAITING))
            elif (other := next((each for each in _OTHER if each in pair), None)) is not None:
                line.append(_OTHER[other])
            elif left in scale.cuts or right in scale.cuts:
                line.append(_CUT)
            else:
                line.append(_EMPTY)
        return line

    def _marks(self, numbers: Sequence[int], *, odd: bool) -> Line:
        """Give the first cells: a bar on the critical path, if one is shown; `!` for odd times."""
        path = self._path
        mark = Piece("!", Ink.MARK) if odd else _EMPTY
        if path is None:
            return [mark]
        if not path.tasks.isdisjoint(numbers):
            return [Piece("┃", Ink.CRITICAL), mark]
        if not path.passed.isdisjoint(numbers):
            return [Piece("│", Ink.CRITICAL), mark]
        return [_EMPTY, mark]

    @property
    def words(self) -> str:
        """Say how long the critical path is, where it is shown, and whether it still grows."""
        path = self._path
        if path is None:
            return ""
        if not path.stretches:
            return "no critical path: no task here has run for any time"
        count = len(path.tasks)
        still = path.duration == inf
        lasts = "still running" if still else duration_text(timedelta(seconds=path.duration))
        return f"critical path: {count:,} task{'' if count == 1 else 's'}, {lasts}"

    def fault_words(self, number: int) -> str:
        """Say what is odd in the times of a task; empty where nothing is."""
        faults: tuple[ClockFault, ...] = self._spans.faults.get(number, ())
        return ", ".join(fault.value for fault in faults)


def _meets(stretches: Sequence[tuple[float, float]], scale: _Scale, cell: int) -> bool:
    """Say whether one of the stretches, which do not meet each other, is in a cell."""
    low, high = scale.bounds[2 * cell], scale.bounds[2 * cell + 2]
    at = bisect_left(stretches, (high,))
    return at > 0 and stretches[at - 1][1] > low
