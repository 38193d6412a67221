"""Progress on standard error: one line that is redrawn on a terminal, a line now and then else."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable

from taskview_tui.text.cells import clip
from taskview_tui.text.clean import clean

_BAR = 24
_REDRAW_SECONDS = 0.1
_SPARSE_SECONDS = 10.0


class Progress:
    """Shows how far something has come. Use as a context manager: leaving takes the line away."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._stream = sys.stderr
        self._terminal = self._stream is not None and self._stream.isatty()
        self._pause = _REDRAW_SECONDS if self._terminal else _SPARSE_SECONDS
        self._next = self._clock() + (0.0 if self._terminal else _SPARSE_SECONDS)
        self._drawn = False

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *raised: object) -> None:
        self.clear()

    def clear(self) -> None:
        """Take the line away, so that something else can be said."""
        if self._drawn:
            self._write("\r\x1b[K")
            self._drawn = False

    def show(self, words: str, share: float | None = None) -> None:
        """Say what has been done; `share` of 1 where the whole is known. Cheap to call often."""
        now = self._clock()
        if now < self._next:
            return
        self._next = now + self._pause
        words = clean(words)
        if self._terminal:
            width = shutil.get_terminal_size().columns
            text = words if share is None else f"{_bar(share)} {share:4.0%}  {words}"
            self._write("\r" + clip(text, width - 1) + "\x1b[K")
            self._drawn = True
        else:
            self._write((words if share is None else f"{share:.0%}  {words}") + "\n")

    def _write(self, text: str) -> None:
        if self._stream is None:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:
            self._stream = None  # nobody reads it any more


def _bar(share: float) -> str:
    filled = round(min(max(share, 0.0), 1.0) * _BAR)
    return "█" * filled + "░" * (_BAR - filled)
