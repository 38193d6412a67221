"""The program, told in the middle of a write that it goes on after a stop.

A signal comes at any moment; this one while what is written waits for a lock of Textual's.
"""

from __future__ import annotations

import os
import signal
import sys

from textual.drivers._writer_thread import WriterThread

from taskview_tui.cli.main import main

WORDS = "keys that work here"

_write = WriterThread.write
_told = False


def _interrupted(thread: WriterThread, text: str) -> None:
    global _told
    if WORDS in text and not _told:
        _told = True
        with thread._queue.mutex:
            os.kill(os.getpid(), signal.SIGCONT)
            for _ in range(10):
                pass  # Python hears of it between two steps.
    _write(thread, text)


if __name__ == "__main__":
    WriterThread.write = _interrupted  # type: ignore[method-assign]  # the moment
    sys.exit(main())
