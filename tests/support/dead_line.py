"""A line whose other end is gone: what is sent there is dropped, and not even acknowledged.

As of a cable that was pulled, or a firewall that forgot. By a filter on the socket of the end that
is gone (Linux, socket(7)), in which no packet passes: nobody has to be root.
"""

from __future__ import annotations

import asyncio
import ctypes
import socket

_ATTACH, _DETACH = 26, 27
"""SO_ATTACH_FILTER and SO_DETACH_FILTER, for which Python has no names."""
_RETURN = 0x06


class _Instruction(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_uint16),
        ("if_true", ctypes.c_uint8),
        ("if_false", ctypes.c_uint8),
        ("value", ctypes.c_uint32),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("first", ctypes.POINTER(_Instruction)))


_NOTHING = (_Instruction * 1)(_Instruction(_RETURN, 0, 0, 0))
"""Takes no byte of any packet."""


def hear_nothing(writer: asyncio.StreamWriter) -> None:
    """Have the system drop every packet that comes to this end."""
    _line(writer).setsockopt(socket.SOL_SOCKET, _ATTACH, bytes(_Program(1, _NOTHING)))


def hear_again(writer: asyncio.StreamWriter) -> None:
    """Have packets come to this end again."""
    _line(writer).setsockopt(socket.SOL_SOCKET, _DETACH, 0)


def _line(writer: asyncio.StreamWriter) -> socket.socket:
    line: socket.socket = writer.get_extra_info("socket")
    return line
