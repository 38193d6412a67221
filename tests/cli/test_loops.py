"""A command's loop, and a signal that its thread does not wake up for by itself."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from taskview_tui import loops

_PROGRAM = """
import asyncio, signal, sys, threading, time

from taskview_tui import leaving, loops

def tell_itself(number):
    time.sleep(0.3)  # the loop waits by then, and nothing will happen in it
    signal.pthread_kill(threading.get_ident(), number)  # the kernel wakes no other thread

async def wait():
    number = signal.Signals[sys.argv[1]]
    threading.Thread(target=tell_itself, args=(number,), daemon=True).start()
    await asyncio.Event().wait()

leaving.end_as_by_ctrl_c()
try:
    loops.run(wait())
except KeyboardInterrupt:
    print("ended")
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_that_wakes_no_thread_is_heard_at_once(name: str) -> None:
    """As one that comes right before the loop goes to wait, which is hard to time."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, name],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("ended\n", "")


def test_it_gives_what_the_work_gives_and_raises_what_it_raises() -> None:
    async def work(fails: bool) -> int:
        if fails:
            raise LookupError
        return 7

    assert loops.run(work(False)) == 7
    with pytest.raises(LookupError):
        loops.run(work(True))


def test_it_runs_in_other_threads_too() -> None:
    async def work() -> int:
        return threading.get_ident()

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(lambda: loops.run(work())).result() != threading.get_ident()
