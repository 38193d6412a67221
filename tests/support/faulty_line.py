"""A line to a server with faults, for programs that run beside the test: a relay in a thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from support.relay import Relay, relayed

T = TypeVar("T")


class FaultyLine:
    """A relay that can be told, from any thread, to fail in the ways in which lines do."""

    def __init__(self, url: str, relay: Relay, loop: asyncio.AbstractEventLoop) -> None:
        self.url = url
        self._relay = relay
        self._loop = loop

    @property
    def open_lines(self) -> int:
        """How many clients are connected."""
        return self._do(lambda: self._relay.clients)

    def cut(self) -> None:
        """Hang up on everybody, and on whoever comes."""
        self._do(self._relay.refuse)

    def mend(self) -> None:
        """Be a good line again, also for those that are connected."""
        self._do(self._relay.mend)

    def go_silent(self, *, new_lines_work: bool = False) -> None:
        """Take what is sent, pass nothing on, and tell nobody: no end, no reset."""
        self._do(lambda: self._relay.go_silent(new_lines_work=new_lines_work))

    def die(self) -> None:
        """Be gone: what is sent is not even acknowledged, and nobody is told."""
        self._do(self._relay.die)

    def die_after(self, size: int) -> None:
        """Be gone once so many more bytes have been asked."""
        self._do(lambda: self._relay.die_after(size))

    def truncate(self, size: int) -> None:
        """Hang up in the middle of the next answer, after so many bytes of it."""
        self._do(lambda: self._relay.truncate(size))

    @property
    def cuts(self) -> int:
        """How often an answer has been cut short."""
        return self._relay.cuts

    def delay(self, seconds: float) -> None:
        """Have each answer arrive so much later."""

        def set_delay() -> None:
            self._relay.delay = seconds

        self._do(set_delay)

    def _do(self, work: Callable[[], T]) -> T:
        async def run() -> T:
            return work()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(10)


@contextmanager
def faulty_line(url: str) -> Iterator[FaultyLine]:
    """Give a line to the server of a database."""
    lines: list[FaultyLine] = []
    ready = threading.Event()
    over: list[asyncio.Event] = []

    async def serve() -> None:
        over.append(asyncio.Event())
        async with relayed(url) as (through, relay):
            lines.append(FaultyLine(through, relay, asyncio.get_running_loop()))
            ready.set()
            await over[0].wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    assert ready.wait(10), "the relay never came up"
    try:
        yield lines[0]
    finally:
        lines[0]._loop.call_soon_threadsafe(over[0].set)
        thread.join(10)
        assert not thread.is_alive(), "the relay has ended"
