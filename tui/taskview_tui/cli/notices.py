"""Says what of a database URL cannot be honoured."""

from __future__ import annotations

from taskview_tui import wiring
from taskview_tui.cli.streams import say


def say_notices(url_text: str) -> None:
    """Say what of a database URL cannot be honoured; raise UsageError for a bad one."""
    for notice in wiring.notices(url_text):
        say(f"taskview: {notice}")
