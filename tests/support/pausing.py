"""Stops a process and those that it has started, as they stand, and lets them go on."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def paused(pid: int) -> Iterator[None]:
    """Have a server and all its children do nothing: their lines stay open, and nobody answers."""
    os.kill(pid, signal.SIGSTOP)  # It starts no more of them.
    stopped = [pid, *children_of(pid)]
    for each in stopped:
        os.kill(each, signal.SIGSTOP)
    try:
        yield
    finally:
        for each in reversed(stopped):
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGCONT)


def session_of(leader: int) -> list[int]:
    """Give the processes of a session, which its leader began; those that have ended are none."""
    found = []
    for each in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):  # It has ended meanwhile.
            state, _, _, session = each.read_text().rpartition(")")[2].split()[:4]
            if int(session) == leader and state != "Z":
                found.append(int(each.parent.name))
    return found


def children_of(pid: int) -> list[int]:
    """Give the processes that a process has started, and that have not ended."""
    tasks = Path(f"/proc/{pid}/task")
    return [
        int(child) for each in tasks.iterdir() for child in (each / "children").read_text().split()
    ]
