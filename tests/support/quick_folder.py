"""Folders in memory for databases that nobody needs after the run.

Making and dropping a database writes and removes hundreds of files, which on a disk takes several
times as long.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from pathlib import Path

_IN_MEMORY = Path("/dev/shm")
_PREFIX = "taskview-tests-"
_MUCH_ROOM = 2 << 30
_NEW_SECONDS = 60.0


def make_quick_folder() -> Path | None:
    """Make a folder in memory; None where there is no such place, or not much room in it.

    Programs may not be allowed to run from there. It is ours for as long as this process lives:
    what another process left behind when it was killed is removed here.
    """
    try:
        if shutil.disk_usage(_IN_MEMORY).free < _MUCH_ROOM:
            return None
        for left in _IN_MEMORY.glob(f"{_PREFIX}*"):
            _remove_if_abandoned(left)
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_IN_MEMORY))
    except OSError:  # such as a system without it
        return None
    # Held open until the process ends.
    fcntl.flock(os.open(folder, os.O_RDONLY | os.O_CLOEXEC), fcntl.LOCK_SH)
    return folder


def _remove_if_abandoned(folder: Path) -> None:
    try:
        if time.time() - folder.stat().st_mtime < _NEW_SECONDS:
            return  # perhaps about to be locked
        handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:  # gone meanwhile, or another user's
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
    except BlockingIOError:
        pass  # somebody's who is at work
    finally:
        os.close(handle)
