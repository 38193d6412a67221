"""The files of a load, each open once and read twice; what cannot be read twice is copied first."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from taskview_core.errors import LoadError

STDIN = Path("-")
_LONGEST = 1 << 30
_BOM = b"\xef\xbb\xbf"
_BLOCK = 1 << 20


class Block(NamedTuple):
    """Some whole lines of a file."""

    data: bytes
    first: int
    """The number of the first of them, from 1."""
    done: int
    """The bytes of the file up to the end of them."""

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Give the numbers and bytes of the lines that are not blank."""
        for number, line in enumerate(self.data.split(b"\n"), self.first):
            if line and not line.isspace():
                yield number, line


@dataclass(frozen=True)
class Source:
    """One open file: its name for people, and its size in bytes when the load began.

    What is added to the file afterwards is left for another load.
    """

    name: str
    size: int
    handle: BinaryIO

    def blocks(self, worth: Callable[[bytes], bool] | None = None) -> Iterator[Block]:
        """Give the file in pieces of whole lines, without those of which `worth` says no."""
        number = done = 0
        for data, size in self._pieces():
            done += size
            if worth is None or worth(data):
                yield Block(data, number + 1, done)
            number += data.count(b"\n")

    def _pieces(self) -> Iterator[tuple[bytes, int]]:
        """Give pieces, each with the bytes that it takes in the file."""
        self.handle.seek(0)
        left = self.size
        number = 0
        while left > 0:
            try:
                block = self.handle.read(min(left, _BLOCK))
                rest = b""
                if not block.endswith(b"\n"):
                    rest = self.handle.readline(min(left - len(block), _LONGEST))
            except OSError as error:
                raise LoadError(f"cannot read {self.name}", str(error)) from error
            if not block:
                return
            left -= len(block) + len(rest)
            if len(rest) >= _LONGEST and not rest.endswith(b"\n"):
                ended = block.count(b"\n")
                raise LoadError(
                    f"line {number + ended + 1} of {self.name} is longer than 1 GiB",
                    "a file of rows holds one JSON object a line",
                )
            block += rest
            size = len(block)
            if not number:
                block = block.removeprefix(_BOM)
            number += block.count(b"\n")
            yield block, size


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
