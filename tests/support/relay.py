"""A relay to a server: counts how often something was asked and waited for, slows it, breaks it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit

from support.dead_line import hear_again, hear_nothing


class Relay:
    """Passes on what a client and a server say to each other, through a port of its own.

    `delay` is how many seconds later each answer arrives. `round_trips` counts the questions that
    were asked after an answer had come, or first of all: what a far client waits for.
    """

    def __init__(self, host: str, port: int, delay: float = 0.0) -> None:
        self._target = (host, port)
        self.delay = delay
        self.round_trips = 0
        self.clients = 0
        """How many have not hung up."""
        self._open: set[asyncio.StreamWriter] = set()
        self._clients: set[asyncio.StreamWriter] = set()
        self._dead: set[asyncio.StreamWriter] = set()
        self._passing: set[asyncio.Event] = set()
        """Of each line, whether it passes on what is said."""
        self._refuses = False
        self._swallows = False
        self.cuts = 0
        """How often an answer has been cut short."""
        self._left: int | None = None
        """Bytes of answers until the line is cut; None for never."""
        self._heard: int | None = None
        """Bytes of questions until the line is dead; None for never."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on what one client says until either side hangs up."""
        if self._refuses:
            writer.transport.abort()
            return
        back, forth = await asyncio.open_connection(*self._target)
        answered = asyncio.Event()
        answered.set()
        passing = asyncio.Event()
        if not self._swallows:
            passing.set()
        self._open |= {writer, forth}
        self._clients.add(writer)
        self._passing.add(passing)

        questions: asyncio.Queue[bytes] = asyncio.Queue()

        async def hear() -> None:
            try:
                while data := await reader.read(1 << 16):
                    questions.put_nowait(data)
                    if self._heard is not None:
                        self._heard -= len(data)
                        if self._heard < 0:
                            self._heard = None
                            self.die()
            finally:
                self.clients -= 1
                questions.put_nowait(b"")

        async def ask() -> None:
            while data := await questions.get():
                await passing.wait()
                if answered.is_set():
                    self.round_trips += 1
                    answered.clear()
                forth.write(data)
                await forth.drain()
            forth.close()

        clock = asyncio.get_running_loop().time
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def answer() -> None:
            try:
                while data := await back.read(1 << 16):
                    under_way.put_nowait((clock() + self.delay, data))
            finally:
                under_way.put_nowait((clock() + self.delay, b""))

        async def arrive() -> None:
            # Parts of a long answer follow each other closely, however far they come.
            while data := await self._arrived(under_way):
                await passing.wait()
                answered.set()
                data = self._cut_short(data)
                writer.write(data)
                if self._left == 0:
                    self._left = None
                    self.cuts += 1
                    forth.transport.abort()
                    break
                await writer.drain()
            writer.close()

        self.clients += 1
        await asyncio.gather(hear(), ask(), answer(), arrive(), return_exceptions=True)
        self._open -= {writer, forth}
        self._clients.discard(writer)
        self._dead.discard(writer)
        self._passing.discard(passing)

    def _cut_short(self, data: bytes) -> bytes:
        if self._left is not None:
            data = data[: self._left]
            self._left -= len(data)
        return data

    async def _arrived(self, under_way: asyncio.Queue[tuple[float, bytes]]) -> bytes:
        due, data = await under_way.get()
        wait = due - asyncio.get_running_loop().time()
        if wait > 0:
            await asyncio.sleep(wait)
        return data

    def cut(self) -> None:
        """Hang up on everybody."""
        for writer in self._open:
            writer.transport.abort()

    async def ended(self) -> None:
        """Wait until nothing is passed on any more, once everybody has been hung up on."""
        while self._passing:  # noqa: ASYNC110 - there is no event for none of them
            await asyncio.sleep(0.001)

    def refuse(self) -> None:
        """Hang up on everybody, and on whoever comes."""
        self._refuses = True
        self.cut()

    def go_silent(self, *, new_lines_work: bool = False) -> None:
        """Take what is sent, pass nothing on, and tell nobody: no end, no reset."""
        self._swallows = not new_lines_work
        for passing in self._passing:
            passing.clear()

    def die(self) -> None:
        """Be gone for all clients that are connected: what they send is not even acknowledged."""
        self.go_silent()
        for writer in self._clients - self._dead:
            hear_nothing(writer)
        self._dead |= self._clients

    def die_after(self, size: int) -> None:
        """Be gone once so many more bytes have been asked."""
        self._heard = size

    def truncate(self, size: int) -> None:
        """Hang up after so many more bytes of answers."""
        self._left = size

    def mend(self) -> None:
        """Be a good line again, also for those that are on it."""
        self._refuses = self._swallows = False
        self._left, self._heard, self.delay = None, None, 0.0
        for writer in self._dead:
            hear_again(writer)
        self._dead.clear()
        for passing in self._passing:
            passing.set()


@asynccontextmanager
async def relayed(
    url: str,
    delay: float = 0.0,
    host: str = "127.0.0.1",
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[tuple[str, Relay]]:
    """Give the URL by which a database is reached through a relay at a host, and the relay.

    With `tls` who comes is to speak TLS from the first byte on.
    """
    parts = urlsplit(url)
    assert parts.hostname is not None, "servers of tests listen on an address"
    relay = Relay(parts.hostname, parts.port or 5432, delay)
    server = await asyncio.start_server(relay.serve, host, 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    place = f"[{host}]" if ":" in host else host
    login = parts.netloc.rpartition("@")[0]
    try:
        yield urlunsplit(parts._replace(netloc=f"{login}@{place}:{port}")), relay
    finally:
        relay.mend()
        relay.cut()
        server.close()
        await server.wait_closed()
        await relay.ended()
