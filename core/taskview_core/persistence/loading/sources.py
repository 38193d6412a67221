"""The files of a load, each open once and read twice; what cannot be read twice is copied first."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from taskview_core.errors import LoadError

STDIN = Path("-")
_LONGEST = 1 << 30
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Source:
    """One open file: its name for people, and its size in bytes when the load began.

    What is added to the file afterwards is left for another load.
    """

    name: str
    size: int
    handle: BinaryIO

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Give the numbers, from 1, and bytes of the lines that are not blank."""
        self.handle.seek(0)
        left = self.size
        number = 0
        while left > 0:
            number += 1
            try:
                line = self.handle.readline(min(left, _LONGEST))
            except OSError as error:
                raise LoadError(f"cannot read {self.name}", str(error)) from error
            if not line:
                return
            left -= len(line)
            if number == 1:
                line = line.removeprefix(_BOM)
            if len(line) >= _LONGEST and not line.endswith(b"\n"):
                raise LoadError(
                    f"line {number} of {self.name} is longer than 1 GiB",
                    "a file of rows holds one JSON object a line",
                )
            if not line.isspace() and line:
                yield number, line


@contextmanager
def open_sources(files: Sequence[Path]) -> Iterator[tuple[Source, ...]]:
    """Open the files, `-` being standard input; raise LoadError for one that cannot be read."""
    with ExitStack() as stack:
        yield tuple(_open(file, stack) for file in files)


def _open(file: Path, stack: ExitStack) -> Source:
    if file == STDIN:
        name = "<stdin>"
        if sys.stdin is None:
            raise LoadError(f"cannot read {name}", "standard input is closed")
        handle = _copied(sys.stdin.buffer, stack)
    else:
        name = str(file)
        try:
            handle = stack.enter_context(file.open("rb"))
        except OSError as error:
            raise LoadError(f"cannot read {name}", error.strerror or str(error)) from error
        if not stat.S_ISREG(os.fstat(handle.fileno()).st_mode):
            handle = _copied(handle, stack)
    size = handle.seek(0, 2)
    return Source(name, size, handle)


def _copied(stream: BinaryIO, stack: ExitStack) -> BinaryIO:
    """Copy a pipe into a temporary file, which goes when the load is over."""
    temporary = tempfile.TemporaryFile(prefix="taskview-load-")  # noqa: SIM115  # the stack's
    copy: BinaryIO = stack.enter_context(temporary)
    shutil.copyfileobj(stream, copy, 1 << 20)
    return copy
