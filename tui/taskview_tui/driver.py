"""The terminal as Textual drives it, and what becomes of it when its window is closed.

Textual's thread that writes dies then of an error, which would be reported as a fault of ours; and
whoever has more to write waits for it for ever.
"""

from __future__ import annotations

import os
import signal
from codecs import getincrementaldecoder
from collections.abc import Callable
from selectors import EVENT_READ, SelectSelector
from types import FrameType
from typing import Any, TextIO

from textual.drivers.linux_driver import LinuxDriver
from textual.widgets import Input

from taskview_tui.keyboard import KeyParser
from taskview_tui.resizing import Resizing

_HUNG_UP = 128 + signal.SIGHUP
_LOOK = 0.1
"""Seconds between looks at whether the app has ended."""
_MOST_AT_ONCE = 4096
"""Bytes."""


class _Lasting:
    """A terminal's stream; what is written when the terminal has gone, goes nowhere."""

    def __init__(self, stream: TextIO, gone: Callable[[], None]) -> None:
        self._stream = stream
        self._gone = gone

    def write(self, text: str) -> int:
        """Write text."""
        try:
            return self._stream.write(text)
        except OSError:
            self._lose()
            return len(text)

    def flush(self) -> None:
        """Hand over what was written."""
        try:
            self._stream.flush()
        except OSError:
            self._lose()

    def _lose(self) -> None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stream.fileno())
        os.close(nowhere)
        self._gone()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class TerminalDriver(LinuxDriver):
    """Ends the app, as by SIGHUP, when the terminal can be neither written nor read any more."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        stream = self._file
        if stream is not None:
            self._file = _Lasting(stream, self._hung_up)  # type: ignore[assignment]  # as much of one as is used

    def start_application_mode(self) -> None:
        """Take the terminal; hear of its sizes besides Textual: see `resizing`."""
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual's own
        textual = signal.getsignal(signal.SIGWINCH)
        if not callable(textual):
            return
        loop, resizing = self._loop, Resizing(self._app, self._get_terminal_size)

        def resized(number: int, frame: FrameType | None) -> None:
            textual(number, frame)
            loop.call_soon_threadsafe(resizing.heard)

        signal.signal(signal.SIGWINCH, resized)

    def run_input_thread(self) -> None:
        """Read keys until the app ends, or the terminal has gone: see `keyboard`."""
        parser = KeyParser(lambda: isinstance(self._app.focused, Input))
        decode = getincrementaldecoder("utf-8")("replace").decode
        with SelectSelector() as keyboard:
            keyboard.register(self.fileno, EVENT_READ)
            while not self.exit_event.is_set():
                if keyboard.select(_LOOK):
                    typed = self._typed()
                    if not typed:
                        self._hung_up()
                        return
                    # Nothing is the parser's end of all input, and half a character is nothing yet.
                    for message in parser.feed(text) if (text := decode(typed)) else ():
                        self.process_message(message)
                for message in parser.tick():  # an Esc that nothing has followed for a while
                    self.process_message(message)

    def _typed(self) -> bytes:
        """Give what has been typed; nothing where the terminal has gone."""
        try:
            return os.read(self.fileno, _MOST_AT_ONCE)
        except OSError:
            return b""

    def _sigtstp_application(self, *of_no_use: Any) -> None:
        """Lay the terminal down, and stop."""
        self._between_writes(super()._sigtstp_application)

    def _sigcont_application(self, *of_no_use: Any) -> None:
        """Take the terminal again."""
        self._between_writes(self._go_on)

    def _between_writes(self, act: Callable[[], None]) -> None:
        """Do something about a signal, which comes in the middle of whatever else is done.

        Right there it would wait for ever for a lock that it has itself, as that of what is to be
        written. While another program has the terminal, ours is not written to, and our loop may
        wait for that program.
        """
        if self._loop.is_closed() or not self._auto_restart:
            act()
        else:
            self._loop.call_soon_threadsafe(act)

    def _go_on(self) -> None:
        """Take the terminal again, after a stop of which nobody was told, too.

        As by SIGSTOP. All is as it was then, but what others did to the terminal meanwhile: without
        laying it down first, there would be two threads that read keys, and the terminal's settings
        to come back to would be those of the screen.
        """
        if self._auto_restart and not self._must_signal_resume:
            self.suspend_application_mode()
            self._must_signal_resume = True
        super()._sigcont_application()

    def _hung_up(self) -> None:
        self._app.call_later(self._app.exit, None, _HUNG_UP)
