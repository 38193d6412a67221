"""Places with little room: a limit on the size of files, and small file systems where root can."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def no_file_beyond(size: int) -> Callable[[], None]:
    """Give what has a new process write no file beyond so many bytes: "File too large"."""

    def begin() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return begin


@contextmanager
def small_file_system(place: Path, size: str) -> Iterator[bool]:
    """Mount a file system of a size at a folder; say whether that could be done."""
    place.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0777", "taskview-test", str(place)]
    mounted = os.geteuid() == 0 and (
        subprocess.run(command, capture_output=True, check=False).returncode == 0
    )
    try:
        yield mounted
    finally:
        if mounted:
            # Lazily: a server that is being stopped may still have a file open.
            subprocess.run(["umount", "-l", str(place)], check=True)
