"""A program on a pseudo-terminal whose every output is timed as it comes, and drawn afterwards.

Drawing while reading would hold up the reading: what came is kept with its time, and replayed
through pyte when all of it is there.
"""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

import pyte

PATIENCE = 120.0
"""Seconds after which a program that says nothing is given up."""
QUIET = 0.25
"""Seconds without output after which a screen is taken to be finished."""

ZONE = "TVZ-05:45"
"""The time zone of programs: none that is like UTC, or showing times in it changes nothing. Rules,
not a name, for which there may be no file."""

_LEFT = 40
"""Cells of a line on the left."""
_LOOK = 0.01
"""Seconds between looks at whether a program has anything to do."""

Seen = Callable[[Sequence[str]], bool]
"""Whether a screen, given by its lines, is the one that is waited for."""


class Area(NamedTuple):
    """A part of a screen."""

    lines: slice
    columns: slice = slice(None)


class TimedTerminal:
    """A program on a terminal of its own. Times are of `time.perf_counter`, in seconds."""

    def __init__(self, words: Sequence[str], *, width: int = 120, height: int = 36) -> None:
        self._screen = pyte.Screen(width, height)
        self._stream = pyte.Stream(self._screen)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._coming: deque[tuple[float, bytes]] = deque()
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        variables = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "TZ": ZONE}
        # Programs run from compiled files, as they do where they are installed.
        for name in ("COLUMNS", "LINES", "NO_COLOR", "PYTHONDONTWRITEBYTECODE"):
            variables.pop(name, None)
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            words,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=variables,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(slave)
        self._tasks = Path(f"/proc/{self.process.pid}/task")

    def __enter__(self) -> TimedTerminal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._master)

    @property
    def lines(self) -> list[str]:
        """The screen as it was drawn last."""
        # Not pyte's own: that fails on half of a wide character, which a repaint may leave for
        # the moment.
        screen = self._screen
        return [
            "".join(screen.buffer[y][x].data for x in range(screen.columns))
            for y in range(screen.lines)
        ]

    def type(self, keys: str) -> float:
        """Type keys; give when."""
        now = time.perf_counter()
        os.write(self._master, keys.encode())
        return now

    def listen(self, seconds: float) -> None:
        """Keep what comes within some time."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            self._read(left)

    def draw(self) -> None:
        """Draw what has come so far."""
        for _ in self._replay():
            pass

    def wait_quiet(self, quiet: float = QUIET) -> float:
        """Draw what comes until nothing has for a while; give when the last of it came."""
        last = time.perf_counter()
        while self._read(quiet):
            last = self._coming[-1][0]
        self.draw()
        return last

    def shows(self, seen: Seen, within: float) -> bool:
        """Wait for a screen for some seconds; say whether it came."""
        try:
            self.wait_seen(seen, within)
        except TimeoutError:
            return False
        return True

    def wait_seen(self, seen: Seen, patience: float = PATIENCE) -> float:
        """Wait for a screen; give when it was complete. What came after it is left for later.

        Raises TimeoutError when it has not come after so many seconds.
        """
        deadline = time.perf_counter() + patience
        while time.perf_counter() < deadline:
            while self._read(0.02):
                pass
            for at in self._replay():
                if seen(self.lines):
                    return at
            self._read(min(1.0, max(deadline - time.perf_counter(), 0.0)))
        raise TimeoutError("never seen:\n" + "\n".join(self.lines))

    def wait_settled(self, area: slice, quiet: float = QUIET) -> float:
        """Wait until nothing comes any more; give when some lines had become what they are."""
        while self._read(quiet):
            pass
        shown = [(0.0, self.lines[area])]
        shown += [(at, self.lines[area]) for at in self._replay()]
        final = shown[-1][1]
        settled = shown[-1][0]
        for at, lines in reversed(shown):
            if lines != final:
                break
            settled = at
        return settled

    def wait_idle(self, idle: float) -> None:
        """Wait until the program has had nothing to do for a while, and draw what came.

        Unlike silence, that tells one that has done its work from one that waits for its turn
        on a machine which does other things too.
        """
        self._read_idle(idle)
        self.draw()

    def wait_drawn(
        self, area: Area, idle: float, *, first: bool = False, filled: int = 0
    ) -> float | None:
        """Wait as `wait_idle` does; give when some lines had become what they are then.

        Colours count too. With `first` it is when they changed first, with words on the left of
        at least as many of them as `filled`: since there were fewer, if so. None: nothing changed.
        """
        self._read_idle(idle)
        return self._drawn(area, first=first, filled=filled)

    def drawn_within(self, seconds: float, area: Area) -> float | None:
        """Give when some lines became what they are after some time; for what is never idle."""
        self.listen(seconds)
        return self._drawn(area)

    def _drawn(self, area: Area, *, first: bool = False, filled: int = 0) -> float | None:
        settled, looks = None, self._looks(area)
        for at in self._replay():
            now = self._looks(area)
            if now != looks:
                looks = now
                if _filled(now) < filled:
                    settled = None
                elif not first or settled is None:
                    settled = at
        return settled

    def _read_idle(self, idle: float) -> None:
        deadline = time.perf_counter() + PATIENCE
        since = time.perf_counter()
        while (now := time.perf_counter()) < since + idle:
            if now > deadline:
                raise TimeoutError("always busy:\n" + "\n".join(self.lines))
            if self._read(_LOOK) or self._is_busy():
                since = time.perf_counter()

    def _is_busy(self) -> bool:
        """Say whether any thread runs, waits for a processor or for the disk."""
        return any(_state(file) in {"R", "D"} for file in self._tasks.glob("*/stat"))

    def _looks(self, area: Area) -> list[tuple[pyte.screens.Char, ...]]:
        screen = self._screen
        columns = range(screen.columns)[area.columns]
        lines = range(screen.lines)[area.lines]
        return [tuple(screen.buffer[y][x] for x in columns) for y in lines]

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self._master, 1 << 20)
        except OSError:  # how Linux says that nobody has the terminal open any more
            return False
        self._coming.append((time.perf_counter(), data))
        return bool(data)

    def _replay(self) -> Iterator[float]:
        """Draw what has come, a piece at a time, giving the time of each."""
        while self._coming:
            at, data = self._coming.popleft()
            self._stream.feed(self._decoder.decode(data))
            yield at


def _filled(lines: Sequence[Sequence[pyte.screens.Char]]) -> int:
    return sum(any(char.data.isalpha() for char in line[:_LEFT]) for line in lines)


def _state(file: Path) -> str:
    try:
        # After the name, which may hold anything, parentheses too.
        return file.read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):  # the thread has ended
        return ""


def most_memory(process: int) -> float | None:
    """Give the most memory that a process has had resident so far, libraries and all, in MB.

    None for one that has ended.
    """
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return None if found is None else int(found[1]) / 1024


@contextmanager
def on_terminal(words: Sequence[str], ready: Seen) -> Iterator[TimedTerminal]:
    """Run a program until its screen is ready, for a measurement of it while it runs."""
    with TimedTerminal(words) as terminal:
        terminal.wait_seen(ready)
        terminal.wait_quiet()
        yield terminal
