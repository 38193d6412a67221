"""Progress: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import io
import sys

import pytest

from taskview_tui.cli.progress import Progress


class Stream(io.StringIO):
    def __init__(self, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


def shown(monkeypatch: pytest.MonkeyPatch, *, terminal: bool, steps: int = 100) -> str:
    stream = Stream(terminal)
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("COLUMNS", "60")
    now = 0.0
    with Progress(lambda: now) as progress:
        for step in range(steps):
            progress.show(f"{step} rows \x1b[2J", step / steps)
            now += 0.25
    return stream.getvalue()


def test_on_a_terminal_one_line_is_redrawn_and_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(monkeypatch, terminal=True)
    drawn = text.split("\r")
    assert drawn[0] == ""
    assert drawn[1] == "░" * 24 + "   0%  0 rows ␛[2J\x1b[K"
    assert drawn[51] == "█" * 12 + "░" * 12 + "  50%  50 rows ␛[2J\x1b[K"
    assert drawn[-1] == "\x1b[K"
    assert all(len(line) <= 60 + 3 for line in drawn)
    assert "\n" not in text


def test_elsewhere_a_short_job_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, terminal=False, steps=39) == ""


def test_elsewhere_a_long_job_says_something_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, terminal=False) == "40%  40 rows ␛[2J\n80%  80 rows ␛[2J\n"


def test_nobody_has_to_listen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    with Progress(lambda: 0.0) as progress:
        progress.show("x", 0.5)

    class Gone(Stream):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stderr", Gone(True))
    with Progress(lambda: 0.0) as progress:
        progress.show("x", 0.5)
