"""Runs a command that reads a database: connects, does the work, closes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from taskview_core.interfaces import ITaskBrowser
from taskview_tui import loops, wiring
from taskview_tui.asked_limits import AskedLimits
from taskview_tui.cli.notices import say_notices
from taskview_tui.threads_behind import wait_for_no_thread

QUERY_SECONDS = 600.0
"""How long a query of many statements may take: nobody waits at a screen, and Ctrl+C stops it."""


def read(url_text: str, limits: AskedLimits, work: Callable[[ITaskBrowser], Awaitable[int]]) -> int:
    """Give what `work` gives, on a browser that is connected and will be closed."""
    say_notices(url_text)
    return loops.run(_read(url_text, limits, work))


async def _read(
    url_text: str, limits: AskedLimits, work: Callable[[ITaskBrowser], Awaitable[int]]
) -> int:
    wait_for_no_thread()
    browser = wiring.open_browser(url_text, asked=limits, patience=QUERY_SECONDS)
    try:
        await browser.connect()
        return await work(browser)
    finally:
        await browser.close()
