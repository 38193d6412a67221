"""A list whose pages are searched for by one worker, shown as they come, and read ahead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from textual import on, work

from taskview_tui.screens.ahead import Ahead, may_follow
from taskview_tui.screens.list_lines import UNSEEN, ListLines
from taskview_tui.screens.list_state import (
    PAGE_SIZE,
    Ask,
    Searching,
    Shown,
    cursor_beside,
    known_count,
)
from taskview_tui.screens.messages import Arrived, Failed, deliver

if TYPE_CHECKING:
    from taskview_core.entities import Ident
    from taskview_core.query.page import Page
    from taskview_core.query.request import Cursor

F = TypeVar("F")
R = TypeVar("R")


class SearchingList(ListLines[F, R]):
    """Reads pages. Subclasses give the rows' own calls, table and words."""

    class PageArrived(Arrived[Ask[Any], "Page[Any]"]):
        """A page has come."""

    class PageHeard(Arrived[Ask[Any], "Page[Any]"]):
        """A search has come further: the page as found so far."""

    def __init__(self, first: Ask[F]) -> None:
        super().__init__(first)
        self._was_heard = False
        self._then: Callable[[], None] | None = None

    # What subclasses give

    def id_of(self, row: R) -> Ident:
        """Give the id of a row."""
        raise NotImplementedError

    @property
    def selected_row(self) -> R | None:
        """The row under the cursor."""
        raise NotImplementedError

    @property
    def selected_at(self) -> int:
        """The number of the row under the cursor, on the page, from 0."""
        row = self.selected_row
        rows = self._shown.page.rows if self._shown else ()
        return next((at for at, each in enumerate(rows) if each is row), 0)

    def paint_rows(self, rows: tuple[R, ...], ask: Ask[F]) -> None:
        """Give the rows to the table."""
        raise NotImplementedError

    def prepare_rows(self, rows: tuple[R, ...]) -> None:
        """Let the table draw the rows that are likely to be shown next."""
        raise NotImplementedError

    def page_painted(self) -> None:
        """Do what is to be done after a page is on the screen."""

    # Reading

    def begin(self) -> None:
        """Read the first page; it is as long as the screen where that is a very tall one."""
        size = max(PAGE_SIZE, self.app.size.height)
        self.go(self._ask._replace(page=replace(self._ask.page, page_size=size)))

    @property
    def ask(self) -> Ask[F]:
        """What was asked for last."""
        return self._ask

    @property
    def is_waiting(self) -> bool:
        """Whether the page that was asked for is still to come, or what is found of it first."""
        if self.host.browser is None:
            return False
        arrived = self._shown is not None and self._shown.ask is self._ask
        return not arrived and self.trouble_of("page") is None

    @property
    def is_busy(self) -> bool:
        """Whether a page or a count is being read."""
        return self.is_waiting or self._searching is not None or self.counting.running

    @property
    def shows_old_rows(self) -> bool:
        """Whether the rows on the screen were read for another filter or page."""
        return self._shown is not None and self._shown.ask is not self._ask

    def go(self, ask: Ask[F], *, turning: bool = False) -> None:
        """Ask for a page; whatever was asked for before is void from now on.

        With `turning`, a page that was read ahead will do; else what was read ahead is void too.
        """
        browser = self.host.browser
        is_alone = browser is not None and browser.reading.connections == 1
        if ask.filter != self.counting.filter or (is_alone and self.counting.running):
            # Where there is one connection only, a page goes before the count, which begins anew.
            self.stop_counting(ask.filter)
        self._ask = ask
        self._then = None
        self._hint = ""
        self._asked_at = self.host.ticks()
        self.asked("page")
        self._searching = None
        if browser is None:
            return
        self._searching = Searching()
        self._was_heard = False
        if not turning:
            self.drop_ahead()
        ahead = self.ahead_of(ask)
        if ahead is None:
            self._search(ask)
        else:
            self.workers.cancel_group(self, "search")
            self.ahead_ended(ahead.ask, ahead)
            if ahead.heard is not None:
                self.ahead_heard(ahead.ask, ahead.heard)
        self.beat()
        self.update_lines()

    @work(exclusive=True, group="search")
    async def _search(self, ask: Ask[F]) -> None:
        def heard(page: Page[R]) -> None:
            self.post_message(self.PageHeard(ask, page, self.host.ticks() - self._asked_at))

        await deliver(
            self,
            "page",
            ask,
            lambda: self.read_page(ask, heard),
            self.PageArrived,
        )

    @on(PageArrived)
    def _paint_page(self, message: PageArrived) -> None:
        ask, page = message.ask, message.found
        if ask is not self._ask:
            return
        if page.request != ask.page:  # the row to keep was followed to where it is now
            ask = ask._replace(page=page.request)
            self._ask = ask
        self._searching = None
        self._paint(message.ask, Shown(ask, page, message.took))
        self.recovered("page")
        self.count_for(ask.filter, known_count(page))
        self.update_lines()
        self.page_painted()
        then, self._then = self._then, None
        if then is not None:
            then()
        self.call_after_refresh(self.look_ahead)

    def _paint(self, asked: Ask[F], shown: Shown[F, R]) -> None:
        """Show a page; whoever reads its first hits keeps the row that the cursor is on."""
        before, self._shown = self._shown, shown
        ask, row = shown.ask, self.selected_row
        if before is not None and before.ask is asked and row is not None:
            ask = ask.again(self.id_of(row), ask.at)
        self.paint_rows(shown.page.rows, ask)

    @on(PageHeard)
    def _paint_heard(self, message: PageHeard) -> None:
        """Show what a search has found so far, and say how far it has come."""
        ask, page, shown = message.ask, message.found, self._shown
        if ask is not self._ask or self._searching is None:
            return
        self._searching = Searching(page)
        # Only a search in the list's order goes on from where it is: another one begins anew.
        self._was_heard = page.partial is None or page.partial.in_order
        if shown is None or shown.ask is not ask:
            # What is read again stays whole on the screen until all of it has come.
            again = shown is not None and shown.ask.is_like(ask)
            if not again and (page.rows or message.took > UNSEEN):
                self._paint(ask, Shown(ask, page, message.took))
        elif len(page.rows) >= len(shown.page.rows) and page.rows != shown.page.rows:
            self._paint(ask, Shown(ask, page, message.took))
        self.update_lines()

    def stop_searching(self, why: str = "stopped") -> bool:
        """Stop a search that has told how far it has come; say whether there was one."""
        heard = None if self._searching is None else self._searching.page
        if heard is None or heard.partial is None:
            return False
        self.workers.cancel_group(self, "search")
        self.drop_ahead()
        self._searching, self._then, self._hint = None, None, ""
        shown = self._shown
        if shown is not None and shown.ask is not self._ask and shown.ask.is_like(self._ask):
            self._ask = shown.ask  # What was to be read again stays as it was.
            self.update_lines()
            return True
        words = f"{why}, {self._searched(heard)}"
        page = replace(heard, partial=replace(heard.partial, reason=words))
        self._paint(self._ask, Shown(self._ask, page, self.host.ticks() - self._asked_at))
        self.update_lines()
        return True

    def action_step_back(self) -> None:
        """Stop a search that goes on; else see BrowserScreen."""
        if self.focused is not self.main_widget or not (self.stop_searching() or self._stop_on()):
            super().action_step_back()

    def _stop_on(self) -> bool:
        """Stop a search that goes on behind its page; say whether there was one."""
        if self.searches_on is None:
            return False
        self.drop_ahead()
        self._hint = "the search has stopped: ] goes on"
        self.update_lines()
        return True

    @on(Failed)
    def _page_failed(self, message: Failed) -> None:
        if message.part == "page" and message.ask is self._ask:
            ask = self._ask
            self.stop_searching("failed")
            self._searching = None
            self._then = None
            self.lost("page", message.error, lambda: self.go(ask.anew()))
            self.update_lines()

    # Reading ahead

    @property
    def may_look_ahead(self) -> bool:
        """Whether nothing that was asked for would wait for a page that is read ahead."""
        browser = self.host.browser
        is_alone = browser is not None and browser.reading.connections == 1
        counts = self.counting.running if is_alone else self.is_counting_first
        busy = self.is_waiting or self._searching is not None or counts
        return not (busy or self.has_trouble or self.is_following) and self.is_current

    def look_ahead(self) -> None:
        """Read the page that is likely to be asked for next, where that costs little."""
        shown = self._shown
        if shown is None or shown.ask is not self._ask or not self.may_look_ahead:
            return
        page = shown.page
        which = "previous" if page.request.reads_backward else "next"
        cursor = self._cursor_of(page, which)
        if cursor is None or page.partial is not None:
            return
        if self._was_heard or may_follow(page, shown.took):
            self.read_ahead(shown.ask.with_cursor(cursor), goes_on=self._was_heard)

    def counted(self) -> None:
        """See CountedScreen."""
        self.look_ahead()

    def ahead_ended(self, ask: Ask[F], found: Ahead[F, R] | None) -> None:
        """See AheadScreen: the user may wait for this page by now."""
        if self._searching is None or not self._ask.is_like(ask):
            if found is not None and found.page is not None:
                self.prepare_rows(found.page.rows)
            self.update_lines()  # Which say no more that a search goes on.
            return
        if found is None:
            self._search(self._ask)
        elif found.page is not None:
            self._was_heard = found.goes_on
            # At once, not by a message: no frame without the rows comes before.
            self._paint_page(self.PageArrived(self._ask, found.page, found.took))

    def ahead_heard(self, ask: Ask[F], page: Page[R]) -> None:
        """See AheadScreen: the user may wait for its page by now, and is shown its hits then."""
        if self._searching is not None and self._ask.is_like(ask):
            self._paint_heard(self.PageHeard(self._ask, page, self.host.ticks() - self._asked_at))
        else:
            self.update_lines()

    def _cursor_of(self, page: Page[R], which: str) -> Cursor | None:
        if which in {"first", "last"}:
            return page.first if which == "first" else page.last
        count = self.counting.total if self.counting.filter == self._ask.filter else None
        return cursor_beside(page, count, forward=which == "next")
