"""Has the system notice that the other end of a connection is gone, though nobody has said so.

A cable that was pulled, a laptop that slept, a router that forgot: no answer comes, and no end
either. Statements that read are given up by the clock (`ANSWER_SECONDS`); what has no limit, such
as a load, would wait for ever. See tcp(7).
"""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import asyncpg

_IDLE, _BETWEEN, _TRIES = 15, 5, 3
"""Seconds of silence until the other end is asked whether it is there, seconds from one such
question to the next, and how many may go unanswered."""
DEAD_SECONDS = _IDLE + _BETWEEN * _TRIES
"""After so long without a sign of the other end's system the connection is lost."""

_OPTIONS = (
    ("TCP_KEEPIDLE", _IDLE),
    ("TCP_KEEPALIVE", _IDLE),  # as macOS names it
    ("TCP_KEEPINTVL", _BETWEEN),
    ("TCP_KEEPCNT", _TRIES),
    ("TCP_USER_TIMEOUT", DEAD_SECONDS * 1000),  # for what was sent and never acknowledged
)


def keep_alive(connection: asyncpg.Connection[Any]) -> None:
    """Have this connection fail after DEAD_SECONDS on a line that is dead."""
    # asyncpg has no public way to the socket.
    transport: asyncio.Transport = connection._transport  # type: ignore[attr-defined, unused-ignore]
    line = transport.get_extra_info("socket")
    if line is None or line.family not in {socket.AF_INET, socket.AF_INET6}:
        return  # A socket's other end is on this machine.
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _OPTIONS:
        option = getattr(socket, name, None)
        if option is not None:
            line.setsockopt(socket.IPPROTO_TCP, option, value)
