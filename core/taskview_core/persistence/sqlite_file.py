"""How a SQLite file is opened to be read, wherever it lies."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from urllib.parse import quote

from taskview_core.errors import CannotConnectError

_DATA = frozenset((".json", ".jsonl", ".ndjson"))
"""What files with sessions, traces or rows are named by: an empty one is no new database."""
_WAL = 2
"""What the 19th and 20th byte of a file in WAL mode are."""


def uri_to_read(path: Path, *, immutable: bool = False) -> str:
    """Give SQLite's name for reading a file.

    To read a file in WAL mode SQLite makes a `-shm` beside it. Where that cannot be, as on a
    read-only mount, the file itself is all that can be read. Without a `-shm` nobody has it open at
    that moment; whoever begins to write to it later is not noticed.
    """
    whole = f"file:{quote(os.fsencode(path.absolute()))}?mode=ro"
    return f"{whole}&immutable=1" if immutable or cannot_share(path) else whole


def cannot_share(path: Path) -> bool:
    """Whether a file is in WAL mode where the `-shm` that readers need neither is nor can be."""
    if os.access(path.absolute().parent, os.W_OK) or _beside(path, "-shm").exists():
        return False
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return False
        with path.open("rb") as file:
            return _WAL in file.read(20)[18:]
    except OSError:
        return False  # SQLite meets it too.


def unseen_changes(path: Path) -> str | None:
    """Say what will not be seen of a file, if anything: what its `-wal` holds, or later changes."""
    if not cannot_share(path):
        return None
    log = _beside(path, "-wal")
    if not log.exists() or log.stat().st_size == 0:
        if os.name != "posix" or os.statvfs(path).f_flag & os.ST_RDONLY:
            return None
        return "it is read as it lies: its folder cannot be written, so later changes are not seen"
    return (
        f"the newest changes are left out: they are in {log.name}, which cannot be read "
        "where nothing may be written beside it; a copy of both files elsewhere shows all"
    )


def identity(path: Path) -> tuple[int, int] | None:
    """Give what tells a file from another that has taken its name; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def check_kind(path: Path, label: str) -> None:
    """Raise CannotConnectError for what is there and is no file: reading a pipe would never end."""
    try:
        state = path.stat()
    except FileNotFoundError:
        return
    except OSError as error:
        raise CannotConnectError(f"cannot open {label}", error.strerror or "") from None
    mode = state.st_mode
    if state.st_size == 0 and path.suffix in _DATA:
        raise CannotConnectError(f"{label} is empty", "there is nothing in it yet")
    if stat.S_ISDIR(mode):
        raise CannotConnectError(f"{label} is a folder", "name a SQLite file in it")
    if not stat.S_ISREG(mode):
        raise CannotConnectError(f"{label} is no file but a pipe or device", "name a SQLite file")


def _beside(path: Path, ending: str) -> Path:
    real = Path(os.path.realpath(path))
    return real.with_name(real.name + ending)
