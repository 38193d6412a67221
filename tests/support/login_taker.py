"""A server that asks for the password in clear, keeps what it is sent, and lets nobody in.

It `refuses` the login, or else hangs up as one that is ending.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_SSL, _GSS = 80877103, 80877104
_ASK = b"R" + struct.pack("!ii", 8, 3)
_WORDS = b"SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed\0\0"
_REFUSAL = b"E" + struct.pack("!i", 4 + len(_WORDS)) + _WORDS


class LoginTaker:
    """What has been sent to one."""

    def __init__(self, refuses: bool) -> None:
        self._refuses = refuses
        self.port = 0
        self.passwords: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one login, and hang up."""
        try:
            while True:
                (size,) = struct.unpack("!i", await reader.readexactly(4))
                said = await reader.readexactly(size - 4)
                if struct.unpack("!i", said[:4])[0] not in {_SSL, _GSS}:
                    break
                writer.write(b"N")
            writer.write(_ASK)
            await writer.drain()
            await reader.readexactly(1)
            (size,) = struct.unpack("!i", await reader.readexactly(4))
            self.passwords.append((await reader.readexactly(size - 4)).rstrip(b"\0").decode())
            if self._refuses:
                writer.write(_REFUSAL)
        except asyncio.IncompleteReadError:
            pass  # Whoever has no password hangs up.
        finally:
            writer.close()


@asynccontextmanager
async def login_taker(*, refuses: bool = False) -> AsyncIterator[LoginTaker]:
    """Give one that listens on 127.0.0.1."""
    taker = LoginTaker(refuses)
    server = await asyncio.start_server(taker.serve, "127.0.0.1", 0)
    taker.port = server.sockets[0].getsockname()[1]
    try:
        yield taker
    finally:
        server.close()
        await server.wait_closed()
