"""The app on a real terminal: what it writes there, suspending, signals, and leaving it whole."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyte
import pytest

from support.fake_program import HOSTILE

COLUMNS, LINES = 80, 24
_TESTS = Path(__file__).resolve().parents[1]
_PATIENCE = 60.0
"""Seconds after which a test gives up; nothing is measured."""


class Terminal:
    """A pseudo-terminal with the program in it."""

    def __init__(self) -> None:
        self.raw = b""
        self.screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.ByteStream(self.screen)
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", PYTHONPATH=str(_TESTS))
            os.execv(sys.executable, [sys.executable, "-m", "support.fake_program"])
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))

    def read(self) -> bool:
        """Take what the program has written by now; say whether it still may write more."""
        if select.select([self._fd], [], [], 0.02)[0]:
            try:
                data = os.read(self._fd, 65536)
            except OSError:
                return False
            self.raw += data
            # pyte takes the end of a private mode report for text.
            self._stream.feed(data.replace(b"\x1b[?2026$p", b""))
            return bool(data)
        return True

    def until(self, condition: Callable[[], bool]) -> None:
        """Read until something is so."""
        end = time.monotonic() + _PATIENCE
        while not condition():
            assert self.read(), "the program has ended\n" + self.text
            assert time.monotonic() < end, "never came true\n" + self.text

    def until_shown(self, words: str) -> None:
        """Read until words are on the screen."""
        self.until(lambda: words in self.text)

    @property
    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(self.screen.display)

    def shows_rows(self) -> bool:
        """Whether the list is on the screen, whole."""
        return "rows 1-29 of 29" in self.text and "taskview › tasks" in self.text

    def type(self, keys: str) -> None:
        """Type at the program."""
        os.write(self._fd, keys.encode())

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the program."""
        os.kill(self.pid, number)

    def stopped(self) -> bool:
        """Whether the program is suspended."""
        pid, status = os.waitpid(self.pid, os.WNOHANG | os.WUNTRACED)
        return pid == self.pid and os.WIFSTOPPED(status)

    def ended(self) -> int:
        """Give the exit code, once the program has ended."""
        end = time.monotonic() + _PATIENCE
        while self.read():
            assert time.monotonic() < end, "never ended\n" + self.text
        _pid, status = os.waitpid(self.pid, 0)
        self.pid = 0
        return os.waitstatus_to_exitcode(status)

    def close(self) -> None:
        """End the program, if a test has left it running."""
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self._fd)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    terminal = Terminal()
    yield terminal
    terminal.close()


def test_text_from_the_database_never_commands_the_terminal(terminal: Terminal) -> None:
    terminal.until(terminal.shows_rows)
    steps = {"i": "Error", "\r": "29 tasks", "d": "Timings", "qq2": "last activity"}
    for keys, words in steps.items():
        terminal.type(keys)
        terminal.until_shown(words)
    for piece in (b"\x1b]52", b"aGk=\x07", b"\x1b[2J\xc2\x9b", "\x9b31m".encode(), b"\x1b]0;title"):
        assert piece not in terminal.raw
    assert HOSTILE.encode() not in terminal.raw
    terminal.type("q")
    assert terminal.ended() == 0


def test_suspended_and_resumed_it_draws_the_screen_again(terminal: Terminal) -> None:
    terminal.until(terminal.shows_rows)
    terminal.type("\x1a")
    terminal.until(terminal.stopped)
    terminal.screen.reset()
    assert not terminal.shows_rows()
    terminal.send(signal.SIGCONT)
    terminal.until(terminal.shows_rows)
    terminal.type("q")
    assert terminal.ended() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_it_with_the_terminal_whole(
    terminal: Terminal, number: signal.Signals
) -> None:
    terminal.until(terminal.shows_rows)
    terminal.send(number)
    assert terminal.ended() == 128 + number
    assert terminal.raw.rfind(b"\x1b[?1049l") > terminal.raw.rfind(b"\x1b[?1049h")
    assert terminal.raw.rfind(b"\x1b[?25h") > terminal.raw.rfind(b"\x1b[?25l")


def test_keys_typed_in_one_piece_are_a_filter(terminal: Terminal) -> None:
    terminal.until(terminal.shows_rows)
    terminal.type("/status:failed\r")
    terminal.until_shown("no task matches status:failed")
    assert "sort by" not in terminal.text
    terminal.type("\x11")
    assert terminal.ended() == 0
