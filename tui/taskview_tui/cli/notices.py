"""What is to be seen to before a database is opened, by every command that does."""

from __future__ import annotations

from taskview_tui import wiring
from taskview_tui.cli import login
from taskview_tui.cli.streams import say


def say_notices(url_text: str) -> tuple[str, ...]:
    """Say and give what of a database URL cannot be honoured; raise UsageError for a bad one.

    Its password is asked for, where that is wanted.
    """
    login.current.prepare(url_text)
    notices = wiring.notices(url_text)
    if not login.current.has_asked:  # else all has been said in the first attempt
        for notice in notices:
            say(f"taskview: {notice}")
    return notices
