"""Takes blocks of lines apart in a process beside the one that writes their rows.

With two processors a load into SQLite took a seventh less (tests/benchmarks/RESULTS.md). What is
given and taken goes through pipes, pickled; the process ends as soon as nothing more is given to
it, also where whoever gives was killed. It is in a session of its own: Ctrl+C is not for it.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import SimpleQueue
from threading import Thread
from typing import IO, NamedTuple

from taskview_core.errors import LoadError
from taskview_core.persistence.lines.parsed import BlockReader, Parse, Parsed
from taskview_core.persistence.lines.rows import Table
from taskview_core.persistence.lines.sources import Block
from taskview_core.persistence.stored_forms import Forms

WORTH = 32 << 20
"""Bytes from which on it pays to start another process, which takes a fifth of a second."""
_AHEAD = 16 << 20
"""Bytes of blocks that may be underway."""
_PIPE = 1 << 20
"""Bytes that a pipe holds, where the system lets it: a block at once.

In pieces of the usual 64 KB the thread that hands rows on waited for the one that makes them with
each of them: there was no gain.
"""
_SWITCH = 0.0005
"""Seconds after which the other process's threads take turns, a tenth of the usual."""
_PATIENCE = 5.0
"""Seconds for a process to go that has nothing left to do."""


class Parsing(NamedTuple):
    """What takes blocks apart, and whether that is done beside this process."""

    parse: Parse
    is_aside: bool


@contextmanager
def parsing(forms: Forms, size: int) -> Iterator[Parsing]:
    """Take so many bytes apart: beside this process where that pays, and in it elsewhere."""
    if size < WORTH or _processors() < 2:
        yield Parsing(BlockReader(forms).parse, False)
        return
    aside = _Aside(forms)
    try:
        yield Parsing(aside.parse, True)
    finally:
        aside.close()


def _processors() -> int:
    """Count the processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Aside:
    """The other process, as it is seen from here."""

    def __init__(self, forms: Forms) -> None:
        try:
            self._process = _start(_PIPE)
        except PermissionError:  # Who has many pipes gets no large ones.
            self._process = _start(-1)
        assert self._process.stdin is not None, "it is a pipe"
        assert self._process.stdout is not None, "it is a pipe"
        self._given: IO[bytes] = self._process.stdin
        self._taken: IO[bytes] = self._process.stdout
        self._give(forms)

    def parse(self, blocks: Iterator[Block], table: Table) -> Iterator[tuple[Block, Parsed]]:
        """Give each block with what it holds; some are given ahead, while others are written."""
        underway: deque[Block] = deque()
        size = 0
        for block in blocks:
            self._give((block, table))
            underway.append(block)
            size += len(block.data)
            while size > _AHEAD:
                done = underway.popleft()
                size -= len(done.data)
                yield done, self._take()
        while underway:
            yield underway.popleft(), self._take()

    def close(self) -> None:
        """End the process, whatever it is at."""
        self._process.kill()
        self._process.wait(_PATIENCE)
        self._taken.close()
        with suppress(BrokenPipeError):  # Nothing is wanted of what was still to be written.
            self._given.close()

    def _give(self, value: object) -> None:
        try:
            pickle.dump(value, self._given, pickle.HIGHEST_PROTOCOL)
            self._given.flush()
        except BrokenPipeError as error:
            raise self._ended() from error

    def _take(self) -> Parsed:
        try:
            parsed: Parsed = pickle.load(self._taken)
        except (EOFError, pickle.UnpicklingError) as error:
            raise self._ended() from error
        return parsed

    def _ended(self) -> LoadError:
        code = self._process.wait(_PATIENCE)
        return LoadError(
            f"the process that reads the lines has ended with {code}",
            "it may have been short of memory; try again",
        )


def _start(pipe: int) -> subprocess.Popen[bytes]:
    # -P: no module is taken from the folder that somebody happens to be in.
    return subprocess.Popen(
        [sys.executable, "-P", "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        pipesize=pipe,
    )


def serve(given: IO[bytes], taken: IO[bytes]) -> None:
    """Take apart what is given, until nothing more is.

    Two threads beside this one read and write: whoever gives may go on before it takes.
    """
    sys.setswitchinterval(_SWITCH)
    reader = BlockReader(pickle.load(given))
    asked: SimpleQueue[tuple[Block, Table] | None] = SimpleQueue()
    made: SimpleQueue[Parsed | None] = SimpleQueue()

    def hear() -> None:
        while True:
            try:
                asked.put(pickle.load(given))
            except EOFError:
                asked.put(None)
                return

    def tell() -> None:
        while (parsed := made.get()) is not None:
            pickle.dump(parsed, taken, pickle.HIGHEST_PROTOCOL)
            taken.flush()

    Thread(target=hear, daemon=True).start()
    telling = Thread(target=tell, daemon=True)
    telling.start()
    while (ask := asked.get()) is not None:
        made.put(reader.read(*ask))
    made.put(None)
    telling.join()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
