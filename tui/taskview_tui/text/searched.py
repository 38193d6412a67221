"""Says in words how far a search for text has come."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from taskview_tui.text.times import TimeDisplay, short_time

if TYPE_CHECKING:
    from taskview_core.query.page import Page


def searched_text(page: Page[Any], times: TimeDisplay, now: datetime) -> str:
    """Say how far the search for a page has come: to which time, or how many rows it has read.

    And how many of the page's rows lie beyond, where but the text index has been looked at.
    """
    partial = page.partial
    if partial is None:
        return ""
    beyond = f", {partial.hinted:,} beyond by the index alone" if partial.hinted else ""
    if not partial.in_order:
        return f"{partial.rows_read:,} rows searched, others may come before"
    if partial.searched_to is None:
        return f"{partial.rows_read:,} rows searched{beyond}"
    asked = page.request
    which = "back to" if asked.sort.descending != asked.reads_backward else "up to"
    return f"searched {which} {short_time(partial.searched_to, times, now)}{beyond}"
