"""Runs the installed command as a process of its own, also on a real pseudo-terminal."""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pyte

COMMAND = Path(sys.executable).parent / "taskview"
PATIENCE = 60.0
"""Seconds after which what a test waits for is taken to have failed; no test measures time."""

# Synchronised output: a program asks whether the terminal has it, and then marks its frames.
_ASKED, _ANSWER = b"\x1b[?2026$p", b"\x1b[?2026;2$y"
_FRAME_BEGINS, _FRAME_ENDS = b"\x1b[?2026h", b"\x1b[?2026l"
_LONGEST = max(map(len, (_ASKED, _FRAME_BEGINS, _FRAME_ENDS)))


def run_process(
    *words: str, stdin: int = subprocess.DEVNULL, variables: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run the command to its end, with pipes for its streams."""
    return subprocess.run(
        [COMMAND, *words],
        stdin=stdin,
        capture_output=True,
        env={**os.environ, **(variables or {})},
        timeout=PATIENCE,
        check=False,
    )


class Terminal:
    """A command on a terminal of its own. Standard error may go elsewhere.

    `begin` is called in the new process, before the program is there. What is shown is looked at
    between frames: a frame larger than a pseudo-terminal takes at once arrives in pieces.
    """

    def __init__(
        self,
        words: Sequence[str],
        *,
        width: int = 100,
        height: int = 30,
        variables: dict[str, str] | None = None,
        program: Sequence[str | Path] = (COMMAND,),
        draws: bool = True,
        begin: Callable[[], object] = lambda: None,
    ) -> None:
        self.screen = pyte.Screen(width, height)
        self.raw = b""
        self._draws = draws
        self._in_frame = False
        self._stream = pyte.Stream(self.screen)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        environment = {**os.environ, "TERM": "xterm-256color", **(variables or {})}
        for name in ("COLUMNS", "LINES"):
            environment.pop(name, None)
        self.process = subprocess.Popen(
            [*program, *words],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment,
            start_new_session=True,
            preexec_fn=lambda: (fcntl.ioctl(0, termios.TIOCSCTTY, 0), begin())[0],
        )
        os.close(slave)

    def type(self, keys: str) -> None:
        """Type keys."""
        os.write(self._master, keys.encode())

    def wait_for(self, what: str | Callable[[str], bool]) -> str:
        """Wait until the screen shows a text, or what a function looks for; give the screen."""
        wanted = what if callable(what) else lambda shown: what in shown
        deadline = time.monotonic() + PATIENCE
        while self._in_frame or not wanted(self.shown):
            assert time.monotonic() < deadline, f"{what!r} never came:\n{self.shown}"
            if not self._read():
                assert wanted(self.shown), f"ended without {what!r}:\n{self.shown}"
                break
        return self.shown

    def read_until(self, done: Callable[[], bool], words: str) -> None:
        """Read, as a terminal does all the time, until something is so; `words` say what.

        Who waits without reading may wait for a program that waits to write.
        """
        deadline = time.monotonic() + PATIENCE
        while not done():
            assert time.monotonic() < deadline, f"never came true: {words}"
            if select.select([self._master], [], [], 0.02)[0]:
                self._read()

    def resize(self, width: int, height: int) -> None:
        """Give the terminal another size; the kernel tells the program."""
        self.screen.resize(height, width)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def hang_up(self) -> int:
        """Take the terminal away, as a window that is closed; give the program's exit code."""
        os.close(self._master)
        self._master = os.open(os.devnull, os.O_RDONLY)
        return self.process.wait(PATIENCE)

    def finish(self) -> int:
        """Read until the command has ended; give its exit code."""
        while self._read():
            pass
        return self.process.wait(PATIENCE)

    @property
    def settings(self) -> int:
        """The terminal's local modes: see termios(3)."""
        modes: int = termios.tcgetattr(self._master)[3]
        return modes

    @property
    def shown(self) -> str:
        """What the screen shows, line by line, without the spaces at the ends of lines."""
        return "\n".join(line.rstrip() for line in self.screen.display).rstrip()

    def close(self) -> None:
        """Take the terminal away, and with it whatever still runs on it."""
        os.close(self._master)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def _read(self) -> bool:
        ready, _, _ = select.select([self._master], [], [], PATIENCE)
        assert ready, f"nothing happened any more:\n{self.shown}"
        try:
            data = os.read(self._master, 65_536)
        except OSError:  # how Linux says that nobody has the terminal open any more
            return False
        self.raw += data
        self._follow_frames(self.raw[-len(data) - _LONGEST + 1 :])
        if self._draws:  # megabytes would take minutes
            self._stream.feed(self._decoder.decode(data))
        return bool(data)

    def _follow_frames(self, newest: bytes) -> None:
        """Take note of the frames in what has come, with the end of what came before it."""
        if _ASKED in newest:
            os.write(self._master, _ANSWER)
        begins, ends = newest.rfind(_FRAME_BEGINS), newest.rfind(_FRAME_ENDS)
        if begins != ends:
            self._in_frame = begins > ends
