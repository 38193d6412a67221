"""Shows text in another program on the same terminal: the user's pager or editor."""

from __future__ import annotations

import os
import select
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from enum import Enum
from pathlib import Path
from types import FrameType

from taskview_core.errors import TaskviewError


class Tool(Enum):
    """What kind of program; the value is what people call it."""

    PAGER = "pager"
    EDITOR = "editor"


_VARIABLES = {Tool.PAGER: ("PAGER",), Tool.EDITOR: ("VISUAL", "EDITOR")}
_USUAL = {Tool.PAGER: ("less", "more"), Tool.EDITOR: ()}


def command_of(
    tool: Tool,
    environment: Mapping[str, str],
    which: Callable[[str], str | None] = shutil.which,
) -> list[str]:
    """Give the words of the user's command; TaskviewError that says what to set without one."""
    variables = _VARIABLES[tool]
    for name in variables:
        if environment.get(name, "").strip():
            try:
                words = shlex.split(environment[name])
            except ValueError as error:
                raise TaskviewError(f"${name} cannot be read", str(error)) from None
            if words:
                return words
    for program in _USUAL[tool]:
        if which(program) is not None:
            return [program]
    raise TaskviewError(f"no {tool.value} is set", f"set ${variables[-1]} to the program to use")


@contextmanager
def private_file(text: str, ending: str) -> Iterator[Path]:
    """Give a file of mode 600 with a text in it, which is gone afterwards."""
    try:
        number, name = tempfile.mkstemp(prefix="taskview-", suffix=ending)
    except OSError as error:
        raise TaskviewError("cannot make a file to show", error.strerror or "") from None
    path = Path(name)
    try:
        try:
            with os.fdopen(number, "wb") as handle:
                handle.write(text.encode("utf-8", "backslashreplace"))
        except OSError as error:
            raise TaskviewError("cannot make a file to show", error.strerror or "") from None
        yield path
    finally:
        with suppress(OSError):
            path.unlink()


_A_GLANCE = 1.0
"""Seconds in which nobody has read what a program wrote before it ended."""

_LOOK = 0.1
"""Seconds between two looks at whether a signal has come."""


def run_command(command: list[str], path: Path, terminal: int | None = None) -> int | None:
    """Run a program on a file until it ends; give the signal that was to end us meanwhile.

    `terminal` is the file descriptor of a terminal that we come back to from the program: what one
    that ends at once, as `cat` does, has written there stays until Enter is pressed.

    Whoever wants to end us ends the program first, and then the file is removed. Ctrl+C is the
    program's own affair. To be called with no other handlers of these signals.
    """
    caught: list[int] = []
    interrupts: list[int] = []
    began = time.monotonic()
    process: subprocess.Popen[bytes] | None = None

    def end(number: int, _frame: FrameType | None) -> None:
        caught.append(number)
        if process is not None:
            process.terminate()

    # Before the program is there: who sees what it writes may say at once that we are to end.
    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
    # A handler, and not SIG_IGN, which the program would inherit.
    before[signal.SIGINT] = signal.signal(
        signal.SIGINT, lambda number, _frame: interrupts.append(number)
    )
    try:
        process = _begun([*command, str(path)])
        if caught:
            process.terminate()
        code = _ended(process)
        if terminal is not None and time.monotonic() - began < _A_GLANCE:
            interrupts.clear()
            if not _wait_for_enter(terminal, command[0], lambda: bool(caught or interrupts)):
                caught.append(signal.SIGHUP)
    finally:
        # Before the signals may end us again: that of a terminal that was closed may still come.
        with suppress(OSError):
            path.unlink()
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
    if caught:
        return caught[0]
    if code != 0:
        ended = f"was ended by signal {-code}" if code < 0 else f"ended with {code}"
        raise TaskviewError(f"{shlex.join(command)} {ended}")
    return None


def _begun(command: list[str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(command)
    except OSError as error:
        words = error.strerror or str(error)
        raise TaskviewError(f"cannot run {shlex.join(command[:-1])}", words) from None


def _ended(process: subprocess.Popen[bytes]) -> int:
    """Wait for a program's end. Handlers of signals run meanwhile, which thread ever is told.

    They run in this one, which a wait without an end keeps asleep: when a terminal is closed, the
    kernel may tell any of our threads.
    """
    while True:
        try:
            return process.wait(_LOOK)
        except subprocess.TimeoutExpired:
            continue


def _wait_for_enter(terminal: int, program: str, is_over: Callable[[], bool]) -> bool:
    """Let what a program wrote be read until a line is typed, or until `is_over`.

    Give whether the terminal is still there.
    """
    words = f"\n[{Path(program).name} has ended - press Enter to go back] "
    try:
        sys.stdout.write(words)
        sys.stdout.flush()
    except OSError:
        return False  # Nobody reads it.
    while not is_over():
        if select.select([terminal], [], [], _LOOK)[0]:
            try:
                return bool(os.read(terminal, 1024))
            except OSError:  # how Linux says that it was closed
                return False
    return True
