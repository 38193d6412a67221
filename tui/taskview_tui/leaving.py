"""Ends the process in good order when somebody says so, and at once when its work is done.

A thread that asks a name server that is silent, or runs a program that gives passwords, cannot be
stopped; Python would wait for it at the end, for as long as it takes.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from types import FrameType

_PATIENCE = 0.2
"""Seconds that threads get to end by themselves; those that are idle take a millisecond."""


class _Ended:
    """By which signal the process was told to end, None where by none."""

    by: int | None = None


ended = _Ended()


def end_as_by_ctrl_c() -> None:
    """Have SIGTERM and SIGHUP end a command as Ctrl+C does, so that it leaves nothing half done.

    What is ignored, as by nohup, stays so.
    """
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has not both
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _end)


def _end(number: int, _frame: FrameType | None) -> None:
    ended.by = number
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in the background of a script
        signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.raise_signal(signal.SIGINT)


def leave(code: int) -> int:
    """Give the exit code, or end the process by it where a thread would keep it from ending."""
    until = time.monotonic() + _PATIENCE
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join(max(until - time.monotonic(), 0.0))
            if thread.is_alive():
                for stream in (sys.stdout, sys.stderr):
                    if stream is not None:
                        stream.flush()
                os._exit(code)
    return code
