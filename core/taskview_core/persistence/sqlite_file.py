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

    To read a file in WAL mode SQLite makes a `-shm` and a `-wal` beside it. Where these cannot be,
    as on a read-only mount, or would be in its owner's way, the file itself is all that is read.
    Without them nobody has it open at that moment; see `identity` for who begins to write later.
    """
    whole = f"file:{quote(os.fsencode(path.absolute()))}?mode=ro"
    return f"{whole}&immutable=1" if immutable or cannot_share(path) else whole


def cannot_share(path: Path) -> bool:
    """Whether a file is in WAL mode where what readers need beside it neither is nor is to be."""
    folder = _beside(path, "").parent
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            return False
        if os.access(folder, os.W_OK) and not _keeps_owner_out(found, folder):
            return False
        if all(_beside(path, ending).exists() for ending in ("-shm", "-wal")):
            return False
        with path.open("rb") as file:
            return _WAL in file.read(20)[18:]
    except OSError:
        return False  # SQLite meets it too.


def _keeps_owner_out(found: os.stat_result, folder: Path) -> bool:
    """Whether what SQLite makes for us beside a file is nothing that its owner could write to.

    It has the mode of the file, and stays when a reader closes it: its owner's next program would
    be told that the database is only to be read. What root makes, SQLite gives to the owner.
    """
    if os.name != "posix" or os.geteuid() in {0, found.st_uid} or found.st_mode & stat.S_IWOTH:
        return False
    kept = folder.stat()
    group = kept.st_gid if kept.st_mode & stat.S_ISGID else os.getegid()
    return group != found.st_gid or not found.st_mode & stat.S_IWGRP


def unseen_changes(path: Path) -> str | None:
    """Say what will not be seen of a file, if anything: what its `-wal` holds, or later changes."""
    if not cannot_share(path):
        return None
    log = _beside(path, "-wal")
    if not log.exists() or log.stat().st_size == 0:
        if os.name != "posix" or os.statvfs(path).f_flag & os.ST_RDONLY:
            return None
        why = (
            "it is another user's, and what would be made beside it would keep them from writing"
            if os.access(_beside(path, "").parent, os.W_OK)
            else "its folder cannot be written"
        )
        return f"it is read as it lies, so later changes may be seen late: {why}"
    return (
        f"the newest changes are left out: they are in {log.name}, which cannot be read "
        "where nothing may be written beside it; a copy of both files elsewhere shows all"
    )


def identity(path: Path, *, lies: bool = False) -> tuple[int, ...] | None:
    """Give what tells a file from another that has taken its name; None where there is none.

    One that is read as it `lies` is another once it has been written to, or can be shared at last:
    SQLite itself does not look whether it has changed.
    """
    try:
        found = path.stat()
    except OSError:
        return None
    same = found.st_dev, found.st_ino
    return (*same, found.st_mtime_ns, found.st_size) if lies and cannot_share(path) else same


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
    # Not by its name: what is named may be the root of all, which has none.
    return Path(os.path.realpath(path) + ending)
