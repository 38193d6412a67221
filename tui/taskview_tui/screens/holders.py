"""The tasks of a conversation that hold a value, in the order of time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from textual import on, work
from textual.message import Message

from taskview_core.entities import Ident, TaskRow
from taskview_core.interfaces import ITaskBrowser
from taskview_core.query.page import PageRequest
from taskview_core.query.sort import Sort
from taskview_core.query.task_filter import TaskFilter
from taskview_core.query.terms import TextField, TextTerm
from taskview_tui.render.holding import Holding, holdings
from taskview_tui.screens.messages import deliver
from taskview_tui.screens.tasks import TasksScreen
from taskview_tui.screens.tree import TreeScreen
from taskview_tui.text.cells import clip
from taskview_tui.text.clean import clean

OLDEST_FIRST = Sort("created")
MOST = 2_000
"""Tasks that are marked in a tree, the oldest; those of the pages that were seen are as well."""
_A_READ = 200
_SHOWN = 40
"""Cells of the value in the title."""


class HoldersScreen(TasksScreen):
    """A list of tasks above another screen: it begins with a filter, and Esc comes back to that."""

    @dataclass
    class HoldingsArrived(Message):
        """It is known what each task had to do with the value."""

        found: Mapping[Ident, Holding]

    def __init__(self, task_filter: TaskFilter) -> None:
        super().__init__(task_filter, OLDEST_FIRST)
        self._filter = task_filter
        self._seen: dict[Ident, Holding] = {}

    @property
    def crumb(self) -> str:
        """See BrowserScreen."""
        return f'who holds "{clip(clean(self._value), _SHOWN)}"'

    @property
    def _value(self) -> str:
        return " ".join(term.text for term in self._filter.terms if isinstance(term, TextTerm))

    @property
    def everything(self) -> TaskFilter:
        """See ListScreen: what it began with."""
        return self._filter

    @property
    def has_own_filter(self) -> bool:
        """See ListScreen."""
        return self.ask.filter != self._filter

    def page_painted(self) -> None:
        """See ListScreen: what is listed is marked in the trees that this came from or led to."""
        super().page_painted()
        self._mark({row.id: Holding.HOLDS for row in self.table.rows} | self._seen)

    def _mark(self, found: Mapping[Ident, Holding]) -> None:
        self._seen = dict(found)
        for below in self.app.screen_stack:
            if isinstance(below, TreeScreen):
                below.mark_holders(self._seen, self._value)

    def begin(self) -> None:
        """See BrowserScreen."""
        self.show_filter(self._filter)
        super().begin()
        self._read_holdings()

    def on_screen_suspend(self) -> None:
        """Mark the tasks in the tree, too, that has just been opened from here."""
        self._mark(self._seen)

    @work(exclusive=True, group="holdings")
    async def _read_holdings(self) -> None:
        await deliver(
            self,
            "holdings",
            self._filter,
            lambda: _find(self.browser, self._filter),
            lambda found, _took: self.HoldingsArrived(found),
        )

    @on(HoldingsArrived)
    def _mark_holdings(self, message: HoldingsArrived) -> None:
        self._mark(self._seen | dict(message.found))


async def _find(browser: ITaskBrowser, task_filter: TaskFilter) -> Mapping[Ident, Holding]:
    given, gave = [
        await _rows(browser, _within(task_filter, where))
        for where in (TextField.INPUT, TextField.OUTPUT)
    ]
    return holdings(given, gave)


def _within(task_filter: TaskFilter, where: TextField) -> TaskFilter:
    terms = (
        replace(term, where=where) if isinstance(term, TextTerm) else term
        for term in task_filter.terms
    )
    return replace(task_filter, terms=tuple(terms))


async def _rows(browser: ITaskBrowser, task_filter: TaskFilter) -> list[TaskRow]:
    rows: list[TaskRow] = []
    request: PageRequest | None = PageRequest(_A_READ, OLDEST_FIRST)
    while request is not None and len(rows) < MOST:
        page = await browser.search_tasks(task_filter, request)
        rows += page.rows
        request = None if page.next is None else replace(request, cursor=page.next)
    return rows
