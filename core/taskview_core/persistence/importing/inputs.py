"""The files that are named, and which of them a reader knows."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from taskview_core.errors import LoadError
from taskview_core.importing.formats import READERS, reader_of
from taskview_core.importing.reader import STDIN, Head, Reader

_HEAD = 1 << 16
_PRINT = 1 << 12
_BLOCK = 1 << 20
_OURS = re.compile(rb'\s*\{[^\n]*"(?:conversation_id|user_id)":[^\n]*"created_at":')
_SQLITE = b"SQLite format 3\0"
_HIDDEN = "its name begins with a dot: name it to have it read"
_LINK = "a link to another folder: name it to have it read"
_NOWHERE = "a link to nothing"
_NO_FILE = "neither a file nor a folder: standard input is read as -"


@dataclass(frozen=True, slots=True)
class Input:
    """A file that may be imported.

    `name` is what a reader is given and people are told, `identity` what it is known by in the
    spool. `stream` is there for what is no file by itself. `fault` says why a folder cannot be
    looked into, and so what is in it not be read; `passed_over` why it is not looked at.
    """

    name: str
    identity: str
    size: int
    mtime_ns: int
    inode: int
    stream: BinaryIO | None = None
    fault: str = ""
    passed_over: str = ""

    def open(self) -> BinaryIO:
        """Open it; LoadError where that fails."""
        if self.stream is not None:
            self.stream.seek(0)
            return self.stream
        try:
            return Path(self.name).open("rb")
        except OSError as error:
            raise LoadError(f"cannot read {self.name}", error.strerror or str(error)) from error


def find_inputs(paths: Sequence[str], stack: ExitStack) -> list[Input]:
    """Give the files that are named, and those in the folders that are, each once.

    Raises LoadError for a path that is not there, cannot be read, or is a pipe or a device. In
    folders, what begins with a dot is passed over, as are links to other folders.
    """
    found: dict[str, Input] = {}
    passed_over: dict[str, Input] = {}
    for path in paths:
        if path == STDIN:
            each = _standard_input(stack)
            found[each.identity] = each
            continue
        faults: list[OSError] = []
        passed: dict[str, str] = {}
        for name in _files(path, faults.append, passed):
            each_file = _input(name)
            if each_file is not None:
                found.setdefault(each_file.identity, each_file)
        for name, why in passed.items():
            passed_over.setdefault(name, Input(name, name, 0, 0, 0, passed_over=why))
        for error in faults:
            name = str(error.filename)
            found[name] = Input(name, name, 0, 0, 0, fault=error.strerror or str(error))
    for name, each in passed_over.items():
        # What is named as well is read.
        if os.path.realpath(name) not in found:
            found[name] = each
    return list(found.values())


def head_of(each: Input) -> Head:
    """Read the beginning of an input."""
    stream = each.open()
    try:
        start = stream.read(_HEAD)
    except OSError as error:
        raise LoadError(f"cannot read {each.name}", error.strerror or str(error)) from error
    finally:
        if each.stream is None:
            stream.close()
    return Head(each.name, start, len(start) < _HEAD or each.size == len(start))


def known_reader(head: Head) -> Reader | str:
    """Give the reader that an input is for, or say why there is none."""
    reader = reader_of(head)
    if reader is not None:
        return reader
    if head.start.startswith(_SQLITE):
        return "a SQLite database: taskview opens it by its path"
    if _OURS.match(head.start):
        return "rows of conversations and tasks: `taskview load` takes them"
    if b"\0" in head.start:
        return "not a text file"
    known = ", ".join(each.name for each in READERS)
    return f"of no format that is known: {known} (--from names it)"


def recognises(path: Path) -> bool:
    """Whether a path is what can be imported: a folder, or a file that a reader knows."""
    if path.is_dir():
        return True
    try:
        with path.open("rb") as stream:
            start = stream.read(_HEAD)
    except OSError:
        return False
    return reader_of(Head(str(path), start, len(start) < _HEAD)) is not None


def fingerprint(stream: BinaryIO, offset: int) -> bytes:
    """Tell whether what has been read of a file is still there: of its beginning and its end."""
    digest = hashlib.blake2b(digest_size=16)
    stream.seek(0)
    digest.update(stream.read(min(_PRINT, offset)))
    stream.seek(max(0, offset - _PRINT))
    digest.update(stream.read(min(_PRINT, offset)))
    return digest.digest()


def _files(path: str, refuse: Callable[[OSError], None], passed: dict[str, str]) -> Iterator[str]:
    """Give the files below a path; say in `passed` what is not looked at, and why."""
    try:
        mode = Path(path).stat().st_mode
    except OSError as error:
        why = "files and folders are read, no URLs" if "://" in path else error.strerror
        raise LoadError(f"cannot read {path}", why or str(error)) from error
    if stat.S_ISREG(mode):
        yield path
        return
    if not stat.S_ISDIR(mode):
        raise LoadError(f"cannot read {path}", f"it is {_NO_FILE}")

    for folder, folders, files in os.walk(path, onerror=refuse):
        entered: list[str] = []
        for name in sorted(folders):
            whole = os.path.join(folder, name)  # noqa: PTH118  # a Path for each is slow
            if name.startswith("."):
                passed[whole] = _HIDDEN
            elif os.path.islink(whole):  # noqa: PTH114  # as above
                passed[whole] = _LINK
            else:
                entered.append(name)
        folders[:] = entered
        for name in sorted(files):
            whole = os.path.join(folder, name)  # noqa: PTH118  # as above
            if name.startswith("."):
                passed[whole] = _HIDDEN
            else:
                yield whole


def _input(name: str) -> Input | None:
    try:
        state = os.stat(name)  # noqa: PTH116  # as above
        if not stat.S_ISREG(state.st_mode):
            return Input(name, name, 0, 0, 0, passed_over=_NO_FILE)
        identity = os.path.realpath(name)
    except FileNotFoundError:
        if not os.path.islink(name):  # noqa: PTH114  # as above
            return None  # it went away
        return Input(name, name, 0, 0, 0, passed_over=_NOWHERE)
    except OSError as error:
        return Input(name, name, 0, 0, 0, fault=error.strerror or str(error))
    return Input(name, identity, state.st_size, state.st_mtime_ns, state.st_ino)


def _standard_input(stack: ExitStack) -> Input:
    """Copy standard input into a temporary file; the same text again is the same input."""
    if sys.stdin is None:
        raise LoadError("cannot read <stdin>", "standard input is closed")
    temporary = tempfile.TemporaryFile(prefix="taskview-import-")  # noqa: SIM115  # the stack's
    copy: BinaryIO = stack.enter_context(temporary)
    try:
        shutil.copyfileobj(sys.stdin.buffer, copy, _BLOCK)
        size = copy.tell()
        copy.seek(0)
    except OSError as error:
        why = f"or kept in {tempfile.gettempdir()} meanwhile: {error.strerror or error}"
        raise LoadError("<stdin> cannot be read", why) from error
    digest = hashlib.blake2b(digest_size=16)
    while block := copy.read(_BLOCK):
        digest.update(block)
    return Input(STDIN, f"{STDIN}:{digest.hexdigest()}", size, 0, 0, copy)
