"""What a list says of itself: its state, the status line, and the words where there are no rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from taskview_tui.bars.status_line import StatusLine
from taskview_tui.bars.status_text import ListStatus
from taskview_tui.screens.ahead import AheadScreen
from taskview_tui.screens.list_state import Ask, Counting, Searching, Shown, known_offset
from taskview_tui.text.clean import clean
from taskview_tui.text.searched import searched_text

if TYPE_CHECKING:
    from taskview_core.query.page import Page
    from taskview_core.query.sort import Sort

F = TypeVar("F")
R = TypeVar("R")

UNSEEN = 0.3
"""Seconds for which nobody needs to be told that something runs."""


class ListLines(AheadScreen[F, R]):
    """Owns the state of a list. Subclasses change it, and give the words of their rows."""

    noun = "rows"

    def __init__(self, first: Ask[F]) -> None:
        super().__init__()
        self._ask = first
        self._asked_at = 0.0
        self._shown: Shown[F, R] | None = None
        self._searching: Searching[R] | None = None
        self.counting = Counting(first.filter)
        self._hint = ""

    # What subclasses give

    @property
    def everything(self) -> F:
        """The filter that lets all rows through."""
        raise NotImplementedError

    def show_words(self, words: str) -> None:
        """Show words, already cleaned, where the table has no rows."""
        raise NotImplementedError

    def span_of(self, rows: tuple[R, ...], sort: Sort) -> str:
        """Give the range of times of a page in words."""
        raise NotImplementedError

    def meant_instead(self, task_filter: F) -> str:
        """Give what was probably meant by a filter that finds nothing; empty where unknown."""
        return ""

    @property
    def words_when_empty(self) -> str:
        """What to say where the database has nothing at all."""
        raise NotImplementedError

    @property
    def times_word(self) -> str:
        """How times are shown, in a word or two."""
        raise NotImplementedError

    # What the lines say

    def update_lines(self) -> None:
        """Bring the lines and the words in the empty table into line with the state."""
        super().update_lines()
        self.query_one(StatusLine).status = self.status
        self.show_words(self._words())

    @property
    def status(self) -> ListStatus:
        """What the status line says."""
        if self.host.browser is None:
            return ListStatus(running="connecting…", noun=self.noun)
        running_for = self.host.ticks() - self._asked_at
        unseen = self._shown is not None and running_for < UNSEEN
        running = "searching…" if self._searching is not None and not unseen else ""
        if running and self._searching is not None and self._searching.page is not None:
            running = f"{self._searched(self._searching.page)} …"
        limit = self.host.browser.reading.timeout or None
        if self._searching is None and self.searches_on is not None:
            running, running_for = f"{self._searched(self.searches_on)}, goes on …", 0.0
        elif self._searching is None or self._searching.page is not None:
            limit = None  # what goes through windows has none
        shown = self._shown
        if shown is None:
            return ListStatus(running=running, running_for=running_for, limit=limit, noun=self.noun)
        page = shown.page
        same = self.counting.filter == shown.ask.filter
        count = self.counting.total if same else None
        sort = shown.ask.page.sort
        return ListStatus(
            rows=len(page.rows),
            offset=known_offset(page, count),
            span=self.span_of(page.rows, sort),
            total=count,
            counting=self.counting.running and same,
            counting_all=self.counting.exact,
            count_fault=self.counting.fault if same else "",
            took=shown.took if self._searching is None else None,
            running=running,
            running_for=running_for,
            limit=limit,
            sort=sort,
            times=self.times_word,
            partial=page.partial.reason if page.partial and self._searching is None else "",
            assumes="an hour for some agents" if page.assumes_limits else "",
            noun=self.noun,
            hint=self._hint,
        )

    def _words(self) -> str:
        """Say why there are no rows, and what to do about it."""
        if self.host.browser is None:
            return "connecting to the database…"
        shown = self._shown
        if shown is None:
            failure = self.trouble_of("page")
            return "" if failure is None else f"{clean(str(failure))}\n\nr: try again"
        if shown.page.rows:
            return ""
        if shown.page.partial is not None and self._searching is not None:
            return "nothing found yet\n\nEsc stops the search"
        if shown.page.partial is not None:
            why = clean(shown.page.partial.reason)
            on = "[" if shown.ask.page.reads_backward else "]"
            return f"nothing found so far: {why}\n\n{on} searches on, or narrow the filter"
        if shown.page.has_previous or shown.page.has_next:
            return "nothing here\n\n{ first page   } last page"
        if shown.ask.filter != self.everything:
            words = clean(str(shown.ask.filter))
            meant = self.meant_instead(shown.ask.filter)
            asked = f"\n\ndid you mean {clean(meant)}?" if meant else ""
            return f"no {self.noun[:-1]} matches {words}{asked}\n\nEsc clears the filter"
        return self.words_when_empty

    def _searched(self, page: Page[R]) -> str:
        return searched_text(page, self.host.times, self.host.clock())
