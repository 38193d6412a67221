"""What is to be seen to before a database is opened, by every command that does."""

from __future__ import annotations

from taskview_tui import wiring
from taskview_tui.cli import login
from taskview_tui.cli.streams import say


def say_notices(url_text: str) -> None:
    """Say what of a database URL cannot be honoured; raise UsageError for a bad one.

    Its password is asked for, where that is wanted.
    """
    login.current.prepare(url_text)
    for notice in wiring.notices(url_text):
        say(f"taskview: {notice}")
