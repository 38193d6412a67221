"""Runs a command's work on a loop that hears of every signal at once."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Give what the work gives, and raise what it raises, as asyncio.run does.

    That can oversleep a signal: one that comes right before its loop goes to wait, or to another
    thread, is not looked at until something else happens, beside a query perhaps after minutes.
    """
    with asyncio.Runner() as runner:
        # A loop with a handler of its own for some signal is woken by all of them. This signal does
        # nothing without a handler either. Windows has not got it, and there a loop is always
        # woken. Signals are the main thread's alone.
        is_main = threading.current_thread() is threading.main_thread()
        if is_main and hasattr(signal, "SIGURG"):
            runner.get_loop().add_signal_handler(signal.SIGURG, _nothing)
        return runner.run(work)


def _nothing() -> None:
    """There is nothing to do: it is awake."""
