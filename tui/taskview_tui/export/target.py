"""The file of an export: there when it is whole, and never in place of another unasked."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Protocol

from taskview_core.errors import TaskviewError


class Sink(Protocol):
    """What takes text."""

    def write(self, text: str) -> object:
        """Take some more."""
        ...


class FileSink:
    """Writes text to a file as UTF-8; half a surrogate pair as `\\udc80`. `size` is in bytes."""

    def __init__(self, handle: BinaryIO, path: Path) -> None:
        self._handle = handle
        self._path = path
        self.size = 0

    def write(self, text: str) -> None:
        """Write some more; TaskviewError where the disk takes no more."""
        data = text.encode("utf-8", "backslashreplace")
        try:
            self._handle.write(data)
        except OSError as error:
            raise _cannot(self._path, error) from None
        self.size += len(data)


@contextmanager
def new_file(path: Path, *, replace: bool = False) -> Iterator[FileSink]:
    """Give what writes a file, which appears under its name when it is whole.

    TaskviewError where there is one of that name already, unless it is to be replaced; and where
    it cannot be written. Nothing is left behind by what fails or is stopped.
    """
    if not replace or path.is_dir():
        refuse_existing(path)
    try:
        # Of mode 600 until it is whole: the payloads may be nobody else's business.
        number, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    except OSError as error:
        raise _cannot(path, error) from None
    part = Path(name)
    try:
        handle = os.fdopen(number, "wb", buffering=1 << 20)
        try:
            yield FileSink(handle, path)
            _finish(handle, path)
        finally:
            # Closing tries once more to write what a full disk has not taken, which is said by now.
            with suppress(OSError):
                handle.close()
        _name(part, path, replace=replace)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()


def refuse_existing(path: Path) -> None:
    """Raise TaskviewError where there is a file of that name already."""
    if path.is_dir():
        raise TaskviewError(f"{path} is a folder", "name a file in it")
    if os.path.lexists(path):
        raise TaskviewError(f"{path} is there already", "choose another name, or say --force")


def _finish(handle: BinaryIO, path: Path) -> None:
    try:
        handle.flush()
        os.fsync(handle.fileno())
    except OSError as error:
        raise _cannot(path, error) from None


def _name(part: Path, path: Path, *, replace: bool) -> None:
    """Give the file its name; if one of that name has come meanwhile, it stays."""
    mask = os.umask(0)
    os.umask(mask)
    try:
        part.chmod(0o666 & ~mask)
        if replace:
            part.replace(path)
            return
        try:
            os.link(part, path)
        except FileExistsError:
            raise
        except OSError:
            # A file system without links.
            refuse_existing(path)
            part.rename(path)
    except FileExistsError:
        refuse_existing(path)
    except OSError as error:
        raise _cannot(path, error) from None


def _cannot(path: Path, error: OSError) -> TaskviewError:
    return TaskviewError(f"cannot write {path}", error.strerror or str(error))
