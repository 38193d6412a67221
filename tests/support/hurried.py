"""Browsers whose one statement never has a page in time, so that lists are read in windows."""

from __future__ import annotations

from typing import Any

from taskview_core.errors import QueryTimeoutError
from taskview_core.persistence.browser import DatabaseBrowser

_MOMENT = 9.99
"""A limit that nothing else has."""


class Hurry:
    """Lets the time of such a statement be over as it ends, or not."""

    def __init__(self, browser: DatabaseBrowser, *, hurried: bool = True) -> None:
        self.hurried = hurried
        lists = browser._lists
        lists._quick = _MOMENT
        ask = lists._asker.ask

        async def hurried_ask(work: Any, *, long: bool = False, seconds: Any = None) -> Any:
            found = await ask(work, long=long, seconds=seconds)
            if self.hurried and seconds == _MOMENT and found is not None:
                raise QueryTimeoutError("the moment is over")
            return found

        lists._asker.ask = hurried_ask  # type: ignore[method-assign]  # of this one
