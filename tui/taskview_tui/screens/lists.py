"""A screen with a list: its filter, its pages, and their order."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from taskview_tui.commands import LIST_COMMANDS
from taskview_tui.keys import bindings
from taskview_tui.screens.list_state import next_sort
from taskview_tui.screens.searching_list import SearchingList

if TYPE_CHECKING:
    pass

F = TypeVar("F")
R = TypeVar("R")


class ListScreen(SearchingList[F, R]):
    """A list with a filter. Subclasses give the rows' own calls, table and words."""

    BINDINGS = bindings(*LIST_COMMANDS)

    sort_keys: tuple[str, ...] = ()

    def show_filter(self, task_filter: F) -> None:
        """Show a filter in the inputs, whatever was typed there."""
        raise NotImplementedError

    # Filter, pages, order

    def filter_changed(self, task_filter: F) -> None:
        """Follow what was typed."""
        self.go(self._ask.with_filter(task_filter))

    def clear_own_filter(self) -> bool:
        """Show everything again, with the cursor on the same row if it is on the first page."""
        if not self.has_own_filter:
            return False
        self.show_filter(self.everything)
        if self._ask.filter != self.everything:
            row = self.selected_row
            keep = None if row is None else self.id_of(row)
            self.go(self._ask.with_filter(self.everything, keep))
        return True

    @property
    def has_own_filter(self) -> bool:
        """Whether there is anything that Esc clears."""
        return self._ask.filter != self.everything

    def when_painted(self, action: Callable[[], None]) -> None:
        """Do this with the rows that were asked for: now, or as soon as they are there.

        Where they cannot be read, it is done with the rows that are on the screen.
        """
        if self.is_waiting:
            self._then = action
        else:
            action()

    def action_page(self, which: str) -> None:
        """Go to the next, previous, first or last page.

        What comes after a page that is still being filled is known when it is full.
        """
        going_on = "previous" if self._ask.page.reads_backward else "next"
        if self._searching is not None and not self.is_waiting and which == going_on:
            self._then = partial(self._turn, which)
            self._hint = "turns as soon as the page is full, Esc stops the search"
            self.update_lines()
        else:
            self.when_painted(partial(self._turn, which))

    def _turn(self, which: str) -> None:
        if self._shown is None:
            return
        page = self._shown.page
        cursor = self._cursor_of(page, which)
        if cursor is None:
            self._hint = "this is the last page" if which == "next" else "this is the first page"
            self.update_lines()
        else:
            at = page.request.page_size - 1 if which == "last" else 0
            self.go(self._ask.with_cursor(cursor, at), turning=True)

    def action_pick_sort(self) -> None:
        """Let the order be chosen."""
        from taskview_tui.screens.sort_picker import SortPicker

        picker = SortPicker(self.sort_keys, self._ask.page.sort)
        self.app.push_screen(picker, self._sort_picked)

    def _sort_picked(self, key: str | None) -> None:
        if key is not None:
            self.sort_by(key)

    def sort_by(self, key: str) -> None:
        """Put the list in order of a key; the same key again reverses it."""
        if key in self.sort_keys:
            self.go(self._ask.with_sort(next_sort(self._ask.page.sort, key)))

    def refresh_rows(self) -> None:
        """Read the page and the count again, the cursor staying on its row."""
        row = self.selected_row
        keep = None if row is None else self.id_of(row)
        rows = self._shown.page.rows if self._shown else ()
        at = next((at for at, each in enumerate(rows) if self.id_of(each) == keep), 0)
        self.count_again()
        self.go(self._ask.again(keep, at, follow=True))

    def read_live(self) -> None:
        """See BrowserScreen; whoever looks at the top of the list goes on doing so."""
        shown = self._shown
        on_top = shown is not None and not shown.page.has_previous and self.selected_at == 0
        if on_top:
            self.count_again()
            self.go(self._ask.again(None, 0))
        else:
            self.refresh_rows()
