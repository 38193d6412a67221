"""A relay to a server: counts how often something was asked and waited for, and can slow it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit


class Relay:
    """Passes on what a client and a server say to each other, through a port of its own.

    `delay` is how many seconds later each answer arrives. `round_trips` counts the questions that
    were asked after an answer had come, or first of all: what a far client waits for.
    """

    def __init__(self, host: str, port: int, delay: float = 0.0) -> None:
        self._target = (host, port)
        self.delay = delay
        self.round_trips = 0
        self._open: set[asyncio.StreamWriter] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on what one client says until either side hangs up."""
        back, forth = await asyncio.open_connection(*self._target)
        answered = asyncio.Event()
        answered.set()
        self._open |= {writer, forth}

        async def ask() -> None:
            while data := await reader.read(1 << 16):
                if answered.is_set():
                    self.round_trips += 1
                    answered.clear()
                forth.write(data)
                await forth.drain()
            forth.close()

        clock = asyncio.get_running_loop().time
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def answer() -> None:
            while data := await back.read(1 << 16):
                under_way.put_nowait((clock() + self.delay, data))
            under_way.put_nowait((clock() + self.delay, b""))

        async def arrive() -> None:
            # Parts of a long answer follow each other closely, however far they come.
            while data := await self._arrived(under_way):
                answered.set()
                writer.write(data)
                await writer.drain()
            writer.close()

        await asyncio.gather(ask(), answer(), arrive(), return_exceptions=True)
        self._open -= {writer, forth}

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


@asynccontextmanager
async def relayed(url: str, delay: float = 0.0) -> AsyncIterator[tuple[str, Relay]]:
    """Give the URL by which a database is reached through a relay, and the relay."""
    parts = urlsplit(url)
    assert parts.hostname is not None, "servers of tests listen on an address"
    relay = Relay(parts.hostname, parts.port or 5432, delay)
    server = await asyncio.start_server(relay.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    login = parts.netloc.rpartition("@")[0]
    try:
        yield urlunsplit(parts._replace(netloc=f"{login}@127.0.0.1:{port}")), relay
    finally:
        relay.cut()
        server.close()
        await server.wait_closed()
