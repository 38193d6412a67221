"""The tasks of a conversation that hold a value, in the order of time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from textual import on, work

from taskview_core.compare.whole_value import LEAST_WORD, longest_plain
from taskview_core.entities import Count, Ident, TaskRow
from taskview_core.query.page import Page
from taskview_core.query.request import PageRequest
from taskview_core.query.task_filter import TaskFilter
from taskview_core.query.terms import TextTerm
from taskview_tui.render.holding import Holding, holdings
from taskview_tui.screens.holder_search import OLDEST_FIRST, HolderSearch
from taskview_tui.screens.messages import Arrived, deliver
from taskview_tui.screens.tasks import TasksScreen
from taskview_tui.screens.tree import TreeScreen
from taskview_tui.text.cells import clip
from taskview_tui.text.clean import clean, clean_row

if TYPE_CHECKING:
    from taskview_tui.export.scope import Scope

MOST = 2_000
"""Tasks that are marked in a tree, the oldest; those of the pages that were seen are as well."""
_LONGEST_SEARCHED = 500
"""Characters that are searched for of a value; the tasks that are found are asked for all of it."""
_SHOWN = 40
"""Cells of the value in the title."""


class HoldersScreen(TasksScreen):
    """A list of tasks above another screen: it begins with a filter, and Esc comes back to that.

    The filter finds what no JSON within JSON escapes of the value, or where that is nothing, all;
    of what it finds, only what holds the value is listed. See `compare.whole_value`.
    """

    class HoldingsArrived(Arrived[TaskFilter, tuple[Mapping[Ident, Holding], bool]]):
        """It is known what each task had to do with the value, and whether these are all."""

    def __init__(self, around: TaskFilter, value: str) -> None:
        plain = longest_plain(value)[:_LONGEST_SEARCHED]
        # What still is asked for as long as a filter is about the value, whatever else was typed.
        self._followed = (TextTerm(plain),) if plain else around.terms
        self._filter = around.with_terms(*self._followed) if plain else around
        super().__init__(self._filter, OLDEST_FIRST)
        self._value = value
        self._search_for = HolderSearch(value)
        self._seen: dict[Ident, Holding] = {}
        self._limit = 0
        self._began_marking = False

    @property
    def crumb(self) -> str:
        """See BrowserScreen; it says what counts as holding it."""
        how = "whole, or as a word" if len(self._value) >= LEAST_WORD else "whole"
        return f'who holds "{clip(clean_row(self._value), _SHOWN)}" ({how})'

    @property
    def everything(self) -> TaskFilter:
        """See ListScreen: what it began with."""
        return self._filter

    @property
    def has_own_filter(self) -> bool:
        """See ListScreen."""
        return self.ask.filter != self._filter

    @property
    def words_when_empty(self) -> str:
        """See ListScreen."""
        return "no input or output in this conversation holds it"

    # Reading

    def _is_followed(self, task_filter: TaskFilter) -> bool:
        """Whether a filter still is about the value."""
        return set(self._followed) <= set(task_filter.terms)

    async def search(
        self,
        task_filter: TaskFilter,
        request: PageRequest,
        heard: Callable[[Page[TaskRow]], None],
    ) -> Page[TaskRow]:
        """See TasksScreen."""
        if not self._is_followed(task_filter):
            return await super().search(task_filter, request, heard)
        return await self._search_for.page(self.browser, task_filter, request, heard)

    async def read_count(
        self, task_filter: TaskFilter, cap: int | None, heard: Callable[[Count], None]
    ) -> Count:
        """See ListScreen: each is to be looked at, so not more than have to be for the marks."""
        if not self._is_followed(task_filter):
            return await super().read_count(task_filter, cap, heard)
        most = None if cap is None else MOST
        rows, is_all = await self._search_for.oldest(self.browser, task_filter, most)
        return Count(len(rows), exact=is_all)

    async def read_quick_count(self, task_filter: TaskFilter) -> Count | None:
        """See CountedScreen."""
        followed = self._is_followed(task_filter)
        return None if followed else await super().read_quick_count(task_filter)

    def begin(self) -> None:
        """See BrowserScreen."""
        self.show_filter(self._filter)
        super().begin()

    def refresh_rows(self) -> None:
        """See BrowserScreen."""
        self._search_for.forget()
        self._began_marking = False
        super().refresh_rows()

    # Marks in trees

    def page_painted(self) -> None:
        """See ListScreen: what is listed is marked in the trees that this came from or led to."""
        super().page_painted()
        parts = ((row.id, self._search_for.part_of(row)) for row in self.table.rows)
        self._mark({ident: part for ident, part in parts if part is not None} | self._seen)
        if not self._began_marking:
            self._began_marking = True
            self._read_holdings()

    def _mark(self, found: Mapping[Ident, Holding]) -> None:
        self._seen = dict(found)
        for below in self.app.screen_stack:
            if isinstance(below, TreeScreen):
                below.mark_holders(self._seen, self._value, self._limit)

    def on_screen_suspend(self) -> None:
        """Mark the tasks in the tree, too, that has just been opened from here."""
        self._mark(self._seen)

    @work(exclusive=True, group="holdings")
    async def _read_holdings(self) -> None:
        async def find() -> tuple[Mapping[Ident, Holding], bool]:
            rows, is_all = await self._search_for.oldest(self.browser, self._filter, MOST)
            return holdings((row, self._search_for.part_of(row)) for row in rows), is_all

        await deliver(
            self,
            "holdings",
            self._filter,
            find,
            self.HoldingsArrived,
        )

    @on(HoldingsArrived)
    def _mark_holdings(self, message: HoldingsArrived) -> None:
        found, is_all = message.found
        if not is_all:
            self._limit = MOST
            words = f"more than {MOST:,} tasks hold it: the oldest {MOST:,} are marked in the tree"
            self.app.notify(words, markup=False)
        self._mark(self._seen | dict(found))

    def export_choices(self) -> Sequence[tuple[str, Scope]]:
        """See BrowserScreen: what the filter finds may be more than is listed, which is said."""
        (words, scope), *others = super().export_choices()
        if not self._is_followed(self.ask.filter):
            return ((words, scope), *others)
        listed = f"what the filter finds, held or not: {clean(str(self.ask.filter))}"
        return ((listed, scope), *others)
