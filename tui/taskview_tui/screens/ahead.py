"""A screen with a list whose next page is read before its key is pressed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from textual import on, work

from taskview_tui.screens.counted import CountedScreen
from taskview_tui.screens.messages import Arrived, Failed, deliver

if TYPE_CHECKING:
    from taskview_core.query.page import Page
    from taskview_tui.screens.list_state import Ask

F = TypeVar("F")
R = TypeVar("R")

QUICK = 0.5
"""Seconds: after a page that took longer, the next one is not read ahead."""
_LIMIT = 1.0
"""Seconds after which reading ahead is given up."""
FRESH = 30.0
"""Seconds for which a page that was read ahead may be shown."""
FRESH_SEARCHED = 600.0
"""The same for a page that had to be searched for: to do that again may take minutes."""


class Ahead(NamedTuple, Generic[F, R]):
    """A page that is being read ahead, or has been: `page` is None until it has come.

    With `goes_on` it is what a search through windows goes on for while its last page is read, and
    `heard` what that has found so far.
    """

    ask: Ask[F]
    page: Page[R] | None = None
    took: float = 0.0
    read_at: float = 0.0
    """When it came, in seconds of the host's ticks."""
    goes_on: bool = False
    heard: Page[R] | None = None

    def answers(self, ask: Ask[F], now: float) -> bool:
        """Whether this is what is asked for, under the same filter and order, and not too old."""
        fresh = FRESH_SEARCHED if self.goes_on else FRESH
        old = self.page is not None and now - self.read_at > fresh
        return not old and self.ask.is_like(ask)


def may_follow(page: Page[Any], took: float) -> bool:
    """Whether the page beside this one is likely to cost as little as this one has."""
    return page.partial is None and took <= QUICK


class AheadScreen(CountedScreen[F], Generic[F, R]):
    """Reads one page ahead of the user, in the direction of the last page key.

    What it may cost a database that others work with: one page for each that is shown, and only
    where that was whole and came within QUICK; for a second at most, on one connection, while
    nothing else is read or counted; never for a list that follows its database, whose next reading
    would void it. One page is kept, for half a minute. Anything but the key for that page drops
    it. That it could not be read is not shown: the key asks anew.

    A search through windows goes on while its hits are read, until the next page is full too: it
    says so, and Esc stops it.
    """

    class AheadArrived(Arrived["Ask[Any]", "Page[Any] | None"]):
        """The page beside the one on the screen has come; None where it was given up."""

    class AheadHeard(Arrived["Ask[Any]", "Page[Any]"]):
        """A search that goes on has come further."""

    def __init__(self) -> None:
        super().__init__()
        self._ahead: Ahead[F, R] | None = None

    async def read_page(self, ask: Ask[F], heard: Callable[[Page[R]], None]) -> Page[R]:
        """Read the page that was asked for; `heard` is told what a long search finds meanwhile."""
        raise NotImplementedError

    def ahead_ended(self, ask: Ask[F], found: Ahead[F, R] | None) -> None:
        """Do what waits for the page that was read ahead; `found` is None where it has not come."""
        raise NotImplementedError

    def ahead_heard(self, ask: Ask[F], page: Page[R]) -> None:
        """Show how far a search that goes on has come, if that is to be seen."""
        raise NotImplementedError

    def ahead_of(self, ask: Ask[F]) -> Ahead[F, R] | None:
        """Give what was, or is being, read ahead if it is what is asked for now; else drop it."""
        ahead = self._ahead
        if ahead is not None and ahead.answers(ask, self.host.ticks()):
            return ahead
        self.drop_ahead()
        return None

    def drop_ahead(self) -> None:
        """Forget the page that was read ahead, and stop reading it."""
        self._ahead = None
        self.workers.cancel_group(self, "ahead")

    @property
    def searches_on(self) -> Page[R] | None:
        """How far a search that goes on behind its page has come; None where none does."""
        ahead = self._ahead
        return ahead.heard if ahead is not None and ahead.page is None else None

    def read_ahead(self, ask: Ask[F], *, goes_on: bool = False) -> None:
        """Begin to read a page that was not asked for yet, unless it is there."""
        if self.ahead_of(ask) is None:
            self._ahead = Ahead(ask, goes_on=goes_on)
            self._read_ahead(ask, None if goes_on else _LIMIT)

    @work(exclusive=True, group="ahead")
    async def _read_ahead(self, ask: Ask[F], limit: float | None) -> None:
        def heard(page: Page[R]) -> None:
            self.post_message(self.AheadHeard(ask, page))

        async def within_limit() -> Page[R] | None:
            try:
                async with asyncio.timeout(limit):
                    return await self.read_page(ask, heard)
            except TimeoutError:
                return None

        await deliver(self, "ahead", ask, within_limit, self.AheadArrived)

    @on(AheadHeard)
    def _ahead_heard(self, message: AheadHeard) -> None:
        ahead = self._ahead
        if ahead is not None and ahead.ask is message.ask and ahead.goes_on and ahead.page is None:
            self._ahead = ahead._replace(heard=message.found)
            self.ahead_heard(message.ask, message.found)

    @on(AheadArrived)
    def _ahead_arrived(self, message: AheadArrived) -> None:
        if self._ahead is None or self._ahead.ask is not message.ask:
            return
        page = message.found
        whole = page is not None and page.partial is None
        came: Ahead[F, R] | None = None
        if whole:
            came = self._ahead._replace(
                page=page, took=message.took, read_at=self.host.ticks(), heard=None
            )
        self._ahead = came
        self.ahead_ended(message.ask, came)

    @on(Failed)
    def _ahead_failed(self, message: Failed) -> None:
        ahead = self._ahead
        if message.part == "ahead" and ahead is not None and message.ask is ahead.ask:
            self._ahead = None
            self.ahead_ended(ahead.ask, None)
