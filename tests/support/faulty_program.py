"""The program with a fault in it, whose words hold a payload and a password.

The first word says where the fault is, the others are the command line.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from typing import Any, NoReturn

SECRETS = ("a payload of the user's", "hush-hush", "ada:hush-hush@db.example")


class OddError(Exception):
    """A fault that nothing expects."""


def fail(*_: object, **__: object) -> NoReturn:
    """Fail as a careless program would, with all that it knows."""
    payload = SECRETS[0]
    error = OddError(f"{payload}\x1b]0;owned\x07 postgresql://{SECRETS[2]}/agents")
    error.add_note(payload)
    raise error from KeyError(payload)


async def fail_later(*_: object, **__: object) -> NoReturn:
    """Fail in a coroutine."""
    await asyncio.sleep(0)
    fail()


def _break(place: str) -> None:
    if place == "reading":
        from taskview_core.persistence.browser import DatabaseBrowser

        DatabaseBrowser.search_tasks = fail_later  # type: ignore[method-assign]  # the fault
        DatabaseBrowser.get_task = fail_later  # type: ignore[method-assign]  # the fault
    elif place == "drawing":
        from taskview_tui.widgets.line_view import LineView

        LineView.render_line = fail  # type: ignore[method-assign]  # the fault
    elif place == "key":
        from taskview_tui.app import TaskviewApp

        TaskviewApp.action_cycle_times = fail  # type: ignore[method-assign]  # the fault
    elif place == "thread":
        from taskview_tui.cli import ls

        begin: Any = ls.run

        def run(options: Any) -> int:
            thread = threading.Thread(target=fail)
            thread.start()
            thread.join()
            code: int = begin(options)
            return code

        ls.run = run
    else:
        assert place == "nowhere", place


if __name__ == "__main__":
    _break(sys.argv.pop(1))
    from taskview_tui.cli.main import main

    sys.exit(main())
