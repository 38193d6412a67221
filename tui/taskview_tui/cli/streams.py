"""Standard output and standard error: data to the one, words to the other."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from taskview_core.errors import TaskviewError
from taskview_core.hiding import hidden

_ENOUGH = 1 << 16


class OutputClosedError(Exception):
    """Whoever read our output has stopped reading, as `head` does: no fault of anybody."""


class Output:
    """Standard output as UTF-8. `width` is the terminal's in cells, None where it is none.

    What is written is held until there is enough of it, or until `flush`, which a command calls
    at its end: standard output itself holds nothing where PYTHONUNBUFFERED is set, and may then
    take less than it is given.
    """

    def __init__(self, stream: BinaryIO, *, terminal: bool = False, width: int = 80) -> None:
        self._stream = stream
        self._held = bytearray()
        self.is_terminal = terminal
        self.width = width if terminal else None
        self.has_colour = terminal and allows_colour()

    def write(self, text: str) -> None:
        """Write text; half a surrogate pair, which UTF-8 cannot hold, is written as `\\udc80`."""
        self._held += text.encode("utf-8", "backslashreplace")
        if len(self._held) >= _ENOUGH:
            self._hand_over()

    def flush(self) -> None:
        """Hand over what was written."""
        self._hand_over()
        with _writing():
            self._stream.flush()

    def _hand_over(self) -> None:
        left = memoryview(bytes(self._held))
        self._held.clear()
        with _writing():
            while left:
                left = left[self._stream.write(left) :]


def standard_output() -> Output:
    """Give the process's standard output."""
    if sys.stdout is None:
        raise TaskviewError("cannot write the output", "standard output is closed")
    import shutil

    terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size().columns
    return Output(sys.stdout.buffer, terminal=terminal, width=width)


def flush_output() -> None:
    """Hand over what anybody wrote to standard output."""
    if sys.stdout is not None:
        with _writing():
            sys.stdout.flush()


@contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        discard_output()
        raise OutputClosedError from None
    except OSError as error:
        discard_output()
        raise TaskviewError("cannot write the output", error.strerror or "") from None


def allows_colour() -> bool:
    """Whether the environment lets us colour what a terminal shows."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def discard_output() -> None:
    """Send the rest of standard output nowhere, so that Python has nothing to say at its end."""
    try:
        descriptor = sys.stdout.fileno()
    except (io.UnsupportedOperation, ValueError, AttributeError):
        return  # not a file of the system's: a test's
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)


def say(words: str) -> None:
    """Write a line to standard error, cleaned and without passwords.

    Where nobody reads that, there is no one to tell.
    """
    if sys.stderr is None:
        return
    words = hidden(words)
    if not (words.isascii() and words.isprintable()):
        # Not before there is something to clean: it takes as long as all the rest.
        from taskview_tui.text.clean import clean_block

        words = clean_block(words)
    try:
        sys.stderr.write(words + "\n")
        sys.stderr.flush()
    except OSError:
        sys.stderr = None
