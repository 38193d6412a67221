"""The dialog that asks for a time."""

from __future__ import annotations

from datetime import datetime, timedelta

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from taskview_core.query.faults import BadValueError
from taskview_core.query.terms import Ago, TimePoint
from taskview_core.query.times import parse_time
from taskview_tui.bars.line_input import LineInput
from taskview_tui.host import host_of
from taskview_tui.screens.dialog import Dialog
from taskview_tui.text.clean import clean
from taskview_tui.text.times import TimeDisplay, exact_time


class TimeInput(LineInput):
    """A line to type a time in."""


class TimeDialog(Dialog[TimePoint]):
    """Takes whatever the query language takes as a time; says at once what it is read as."""

    DEFAULT_CSS = "TimeDialog .box { width: 60; }"

    def __init__(self) -> None:
        super().__init__()
        self._input = TimeInput(placeholder="2h  2026-01-31  2026-01-31T14:30")
        self._input.cursor_blink = False
        self._meaning = Static("", markup=False, classes="words")

    def compose(self) -> ComposeResult:
        """Make the box."""
        with Vertical(classes="box"):
            yield Static("go to a time", markup=False, classes="heading")
            yield self._input
            yield self._meaning

    def on_mount(self) -> None:
        """Let the time be typed."""
        self._input.focus()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._meaning.update(self._words(event.value))

    def _words(self, text: str) -> str:
        if not text.strip():
            return ""
        try:
            point = parse_time(text.strip())
        except BadValueError as fault:
            return clean(f"{fault.title}: {fault.detail}")
        host = host_of(self)
        now = host.clock()
        words = exact_time(moment_of(point, now, late=False), TimeDisplay.UTC, now)
        return f"= {words}"

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        try:
            point = parse_time(event.value.strip())
        except BadValueError:
            return  # the words under the input say what is wrong with it
        self.dismiss(point)


def moment_of(point: TimePoint, now: datetime, *, late: bool) -> datetime:
    """Give the moment that is meant; of a whole day its last one where `late`, else its first."""
    if isinstance(point, Ago):
        return point.resolve(now)
    if point.day and late:
        try:
            return point.at + timedelta(days=1) - timedelta(microseconds=1)
        except OverflowError:
            return datetime.max.replace(tzinfo=point.at.tzinfo)
    return point.at
