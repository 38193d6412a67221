"""A new SQLite file that appears whole or not at all: made beside its place, then moved there."""

from __future__ import annotations

import os
import platform
import re
import secrets
import zlib
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from taskview_core.errors import CannotConnectError
from taskview_core.persistence.database_url import DatabaseUrl

Stage: TypeAlias = Literal["tables", "indexes"]

WHILE_FRESH = ("journal_mode = OFF", "synchronous = OFF", "cache_size = -65536")
"""How a file is written that nobody reads yet: what was written is never undone but with the file.

`fresh_file` sees in the end that it is on the disk.
"""


class SchemaMaker(Protocol):
    """Makes a new database's tables; or, once the rows are in it, its indexes."""

    def __call__(
        self, url: DatabaseUrl, stage: Stage, told: Callable[[str], None] = ..., /
    ) -> Awaitable[None]:
        """Make a stage; `told` the name of each index before it is made."""
        ...


@contextmanager
def fresh_file(url: DatabaseUrl) -> Iterator[DatabaseUrl]:
    """Give the URL of a file to fill; it takes its own name when that is done without an error.

    Raises CannotConnectError where the folder is not there, or something has the name by then.
    """
    path = url.path
    assert path is not None, "only a file can be made"
    if path.exists():
        raise CannotConnectError(f"{url.label} exists already", "open it, or name another file")
    if not path.absolute().parent.is_dir():
        raise CannotConnectError(
            f"cannot make {url.label}", f"there is no folder {path.absolute().parent}"
        )
    if not os.access(path.absolute().parent, os.W_OK | os.X_OK):
        raise CannotConnectError(
            f"cannot make {url.label}", f"nothing can be written in {path.absolute().parent}"
        )
    _clean_up(path)
    part = path.with_name(f".{path.name}.{_machine()}-{os.getpid()}-{secrets.token_hex(3)}.part")
    try:
        yield replace(url, path=part)
        _settle(part)
        _move(part, path, url.label)
    finally:
        for left in (part, part.with_name(f"{part.name}-journal")):
            left.unlink(missing_ok=True)


def _machine() -> str:
    """Tell machines apart that share a folder, and so may have processes of the same number."""
    return f"{zlib.crc32(os.fsencode(platform.node())):08x}"


def _clean_up(path: Path) -> None:
    """Take away what a process of this machine left that was killed as it made the same file."""
    ours = re.compile(
        rf"\.{re.escape(path.name)}\.{_machine()}-(\d+)-[0-9a-f]{{6}}\.part(-journal)?"
    )
    for each in path.absolute().parent.iterdir():
        found = ours.fullmatch(each.name)
        if found and not _is_running(int(found[1])):
            each.unlink(missing_ok=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _settle(part: Path) -> None:
    """See that the file is on the disk: while it was filled nobody waited for that."""
    with part.open("rb+") as handle:
        os.fsync(handle.fileno())


def _move(part: Path, path: Path, label: str) -> None:
    """Give the file its name, unless the name is taken by now."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise CannotConnectError(
            f"{label} exists already", "somebody else has made it meanwhile"
        ) from None
    except OSError:
        # A file system without hard links.
        if path.exists():
            raise CannotConnectError(
                f"{label} exists already", "somebody else has made it meanwhile"
            ) from None
        part.rename(path)
