"""Tells whether a SQLite file was written to, without opening it.

Opening and closing it here would let go the locks that SQLite holds in this process; so its
directory entry is asked, and of the write-ahead log, which has no locks, also the header.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from taskview_core.persistence.database_url import DatabaseUrl
from taskview_core.persistence.sqlite_file import cannot_share

_TICK = 0.05
"""Seconds within which two writes may have the same time."""
_LOG_SECONDS = 1.0
"""The same of a log: what has been written there is seen once the disk has it, and not before."""
_PATIENCE = 2.0


@dataclass(frozen=True, slots=True)
class FileState:
    """What a write to a database cannot leave as it was. `parts` are compared, not read."""

    parts: tuple[int | str, ...]
    log_time: int | None = field(default=None, compare=False)
    """When the log was written to, in nanoseconds, where the file has just been looked at."""

    @classmethod
    def of(cls, path: Path) -> FileState:
        """Look at a file and its log; OSError where it is gone."""
        found = path.stat()
        parts: list[int | str] = [found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns]
        log = path.with_name(path.name + "-wal")
        try:
            with log.open("rb") as handle:
                header = handle.read(32)
                there = os.fstat(handle.fileno())
        except OSError:
            return cls((*parts, ""))
        # An empty log, as one is that was only opened to read, says as little as none.
        if not there.st_size:
            return cls((*parts, ""))
        parts += [header.hex(), there.st_size, there.st_mtime_ns]
        return cls(tuple(parts), there.st_mtime_ns)

    def settled(self) -> bool:
        """Whether a write from now on would change the state: clocks of files tick slowly."""
        times = [part for part in self.parts if isinstance(part, int) and part > 10**17]
        coarse = any(part % 10**9 == 0 for part in times)
        now = time.time_ns()
        if self.log_time is not None and now - self.log_time <= _LOG_SECONDS * 10**9:
            return False
        return now - max(times, default=0) > (3 if coarse else _TICK) * 10**9

    def as_list(self) -> list[int | str]:
        """Give the state as JSON takes it."""
        return list(self.parts)

    @classmethod
    def of_list(cls, parts: Sequence[Any]) -> FileState:
        """Take what `as_list` gave."""
        return cls(tuple(parts))


def state_of(database: DatabaseUrl) -> FileState:
    """Give the state of a database as it is read here; OSError where it is gone.

    Where the log is passed over, what is read is not what others read.
    """
    assert database.path is not None, "the caller has looked"
    state = FileState.of(database.path)
    if state.log_time is not None and (database.immutable or cannot_share(database.path)):
        return FileState((*state.parts, "without its log"), state.log_time)
    return state


def settled_state(database: DatabaseUrl) -> FileState:
    """Give the state of a database such that a write after this call would change it.

    Waits a moment for that; of a file that is written to all the time, gives a state that no file
    is ever in.
    """
    give_up = time.monotonic() + _PATIENCE
    while time.monotonic() < give_up:
        state = state_of(database)
        if state.settled():
            return state
        time.sleep(_TICK / 2)
    return FileState(())
