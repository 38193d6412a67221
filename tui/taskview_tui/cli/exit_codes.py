"""What the process says to the shell when it ends."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes that are promised to scripts."""

    DONE = 0
    FAILED = 1
    """A query failed, or what was read is not complete."""
    USAGE = 2
    """What was asked for cannot be understood."""
    CANNOT_CONNECT = 3
    NOT_FOUND = 4
    INTERRUPTED = 130
    """Ctrl+C, as shells count it: 128 and the number of SIGINT."""
