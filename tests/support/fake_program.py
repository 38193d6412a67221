"""The browser on the real terminal it is started in, over tasks in memory with hostile texts."""

from __future__ import annotations

import sys

from support.fake_browser import FakeBrowser
from support.made_rows import NOW, make_conversation, make_task
from taskview_tui.app import run_app

HOSTILE = "x\x1b]52;c;aGk=\x07\x1b[2J\x9b31m\x1b]0;title\x07"


def _browser() -> FakeBrowser:
    tasks = [
        make_task(n, input_start=f"task {n} {HOSTILE}", agent=HOSTILE, error=HOSTILE)
        for n in range(1, 30)
    ]
    return FakeBrowser(tasks, [make_conversation(1, title=HOSTILE)], label=f"memory {HOSTILE}")


if __name__ == "__main__":
    sys.exit(run_app(_browser, clock=lambda: NOW))
