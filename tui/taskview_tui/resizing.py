"""Sees that the app has the terminal's size once that has stopped changing, and draws all of it.

Of sizes that follow each other closely, Textual may keep one that is not the last: a signal comes
while the one before it is answered, and its size is taken first. Or none any more: it waits 8 ms
by a timer that ends without a word where the process was held up for longer. And where a terminal
is soon back at its old size, nothing is drawn, though the terminal may have lost it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from textual.app import App
from textual.events import Resize
from textual.geometry import Size

SETTLED = 0.05
"""Seconds without another size, after which it is taken to be the last one."""


class Resizing:
    """Hears of sizes, and looks at the terminal itself when there is no other for a while."""

    def __init__(self, app: App[object], terminal_size: Callable[[], tuple[int, int]]) -> None:
        self._app = app
        self._terminal_size = terminal_size
        self._waiting: asyncio.TimerHandle | None = None

    def heard(self) -> None:
        """Take note that the terminal has another size; on the app's own loop."""
        if self._waiting is not None:
            self._waiting.cancel()
        self._waiting = asyncio.get_running_loop().call_later(SETTLED, self._settle)

    def _settle(self) -> None:
        self._waiting = None
        app = self._app
        if not app.is_running:
            return
        size = Size(*self._terminal_size())
        if app.size != size:
            app.post_message(Resize(size, size))
            self.heard()
            return
        for screen in app.screen_stack:
            screen.post_message(Resize(size, size))
        app.refresh(layout=True)
