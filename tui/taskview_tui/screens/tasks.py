"""The tasks: a table, a bar of filters, pages, and the details of one beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from textual import on, work
from textual.containers import Container
from textual.widget import Widget

from taskview_core.query.request import Cursor, PageRequest, Place
from taskview_core.query.sort import NEWEST_FIRST, TASK_SORT_KEYS, Sort
from taskview_core.query.task_filter import EVERYTHING, TaskFilter
from taskview_tui.bars.filter_bar import FilterBar
from taskview_tui.commands import JUMP_COMMAND, PANE_COMMANDS
from taskview_tui.keys import bindings
from taskview_tui.screens.list_state import Ask, first_ask
from taskview_tui.screens.lists import ListScreen
from taskview_tui.screens.messages import Arrived, Failed, deliver
from taskview_tui.screens.with_detail import WithDetail
from taskview_tui.text.clean import clean
from taskview_tui.text.times import short_time
from taskview_tui.widgets.task_table import TaskTable

if TYPE_CHECKING:
    from taskview_core.entities import Count, Facets, Ident, TaskRow
    from taskview_core.query.keys import KeyHelp
    from taskview_core.query.page import Page
    from taskview_core.query.terms import TimePoint, ValueKey
    from taskview_tui.export.scope import Scope
    from taskview_tui.widgets.detail_pane import DetailPane

_TIME_KEYS = frozenset({"created", "started", "completed", "updated"})


class FacetsAsk(NamedTuple):
    """One request for the values of a column under a filter."""

    key: ValueKey
    filter: TaskFilter


class TasksScreen(ListScreen[TaskFilter, "TaskRow"], WithDetail):
    """The list of all tasks."""

    BINDINGS = bindings(JUMP_COMMAND, *PANE_COMMANDS)

    noun = "tasks"
    sort_keys = TASK_SORT_KEYS

    class FacetsArrived(Arrived[FacetsAsk, "Facets"]):
        """Values and their counts have come."""

    class FacetsHeard(Arrived[FacetsAsk, "Facets"]):
        """Some of them are known: counting goes on."""

    def __init__(self, task_filter: TaskFilter = EVERYTHING, sort: Sort = NEWEST_FIRST) -> None:
        super().__init__(first_ask(task_filter, sort))
        self._facets_ask: FacetsAsk | None = None
        self._moved_from: tuple[Ident, datetime | None] | None = None
        self._pane: DetailPane | None = None

    def compose_content(self) -> Iterable[Widget]:
        """Make filters and table."""
        yield FilterBar()
        yield Container(TaskTable(), classes="body")

    @property
    def query_keys(self) -> tuple[KeyHelp, ...]:
        """See BrowserScreen."""
        from taskview_core.query.keys import TASK_KEYS

        return tuple(TASK_KEYS.values())

    def on_mount(self) -> None:
        """Let the keys be the table's, as the first frame is to show."""
        self.set_focus(self.table)

    @property
    def crumb(self) -> str:
        """See BrowserScreen."""
        return "tasks"

    @property
    def table(self) -> TaskTable:
        """The table."""
        return self.query_one(TaskTable)

    @property
    def main_widget(self) -> Widget:
        """See BrowserScreen."""
        return self.table

    @property
    def bar(self) -> FilterBar:
        """The inputs."""
        return self.query_one(FilterBar)

    @property
    def pane(self) -> DetailPane:
        """See WithDetail; made when it is first wanted."""
        if self._pane is None:
            from taskview_tui.widgets.detail_pane import DetailPane

            self._pane = DetailPane()
            self.query_one(".body").mount(self._pane)
            self._pane.times = self.host.times
        return self._pane

    @property
    def shows_pane(self) -> bool:
        """See WithDetail."""
        return self._pane is not None and self._pane.display

    # What a list gives

    @property
    def everything(self) -> TaskFilter:
        """See ListScreen."""
        return EVERYTHING

    async def read_page(
        self, ask: Ask[TaskFilter], heard: Callable[[Page[TaskRow]], None]
    ) -> Page[TaskRow]:
        """Read a page; where the task to keep has left it, the page that begins with that task."""
        page = await self.search(ask.filter, ask.page, heard)
        gone = self._moved_from if ask.follow else None
        if gone is None or any(row.id == gone[0] for row in page.rows):
            return page
        task_id, moment = gone
        if not isinstance(task_id, UUID) or moment is None:
            return page
        from taskview_core.query.terms import IdKey, IdTerm

        still = ask.filter.with_terms(IdTerm(IdKey.ID, task_id))
        if not (await self.browser.search_tasks(still, PageRequest(1))).rows:
            return page
        there = Cursor(Place.FROM, ask.page.sort, (moment.isoformat(),))
        from_there = replace(ask.page, cursor=there)
        moved = await self.search(ask.filter, from_there, heard)
        return moved if any(row.id == task_id for row in moved.rows) else page

    async def search(
        self,
        task_filter: TaskFilter,
        request: PageRequest,
        heard: Callable[[Page[TaskRow]], None],
    ) -> Page[TaskRow]:
        """Read one page of the tasks that are to be listed under a filter."""
        return await self.browser.search_tasks(task_filter, request, heard=heard)

    async def read_count(
        self, task_filter: TaskFilter, cap: int | None, heard: Callable[[Count], None]
    ) -> Count:
        """See CountedScreen."""
        return await self.browser.count_tasks(task_filter, cap, heard=heard)

    async def read_quick_count(self, task_filter: TaskFilter) -> Count | None:
        """See CountedScreen."""
        return await self.browser.count_quickly(task_filter)

    def id_of(self, row: TaskRow) -> Ident:
        """See ListScreen."""
        return row.id

    @property
    def selected_row(self) -> TaskRow | None:
        """See ListScreen."""
        return self.table.selected

    @property
    def selected_task(self) -> TaskRow | None:
        """See WithDetail."""
        return self.table.selected

    def paint_rows(self, rows: tuple[TaskRow, ...], ask: Ask[TaskFilter]) -> None:
        """See ListScreen."""
        self.table.sort = ask.page.sort
        self.table.show(rows, keep=ask.keep, at=ask.at)
        self.bar.know_agents(row.agent_id for row in rows)
        self.want_detail(self.table.selected, anew=True)

    def prepare_rows(self, rows: tuple[TaskRow, ...]) -> None:
        """See ListScreen."""
        self.table.prepare(rows)

    def show_words(self, words: str) -> None:
        """See ListScreen."""
        self.table.show_empty(words)

    def show_filter(self, task_filter: TaskFilter) -> None:
        """See ListScreen."""
        self.bar.show(task_filter)

    @property
    def has_own_filter(self) -> bool:
        """See ListScreen; a text that is wrong is to be cleared as well."""
        return super().has_own_filter or not self.bar.is_empty

    def meant_instead(self, task_filter: TaskFilter) -> str:
        """See ListScreen: a status that is nearly one of those that are known."""
        from taskview_core.query.near import meant_status

        return meant_status(task_filter) or ""

    def span_of(self, rows: tuple[TaskRow, ...], sort: Sort) -> str:
        """See ListScreen."""
        key = sort.key if sort.key in _TIME_KEYS else "created"
        times = [time for row in rows if (time := time_of(row, key)) is not None]
        if not times:
            return ""
        host = self.host
        ends = [times[0], times[-1]] if sort.key in _TIME_KEYS else [min(times), max(times)]
        first, last = (short_time(time, host.times, host.clock()) for time in ends)
        return first if first == last else f"{first} … {last}"

    @property
    def words_when_empty(self) -> str:
        """See ListScreen."""
        return (
            "this database holds no tasks yet\n\n"
            "taskview load DB_URL FILE… reads some into it\n"
            "taskview demo makes a database to look around in"
        )

    @property
    def times_word(self) -> str:
        """See ListScreen."""
        return f"times: {self.host.times.label(self.host.clock())}"

    def show_times(self) -> None:
        """See BrowserScreen."""
        self.table.times = self.host.times
        if self._pane is not None:
            self._pane.times = self.host.times

    # The filter

    def action_focus_filter(self) -> None:
        """Let the query be typed."""
        self.bar.focus_query()

    @on(FilterBar.Changed)
    def _filter_changed(self, event: FilterBar.Changed) -> None:
        self.filter_changed(event.filter)

    @on(FilterBar.Left)
    def _filter_left(self, event: FilterBar.Left) -> None:
        self.table.focus()
        if event.again:
            self.when_painted(self.action_show_conversation)

    @on(FilterBar.FacetsWanted)
    def _facets_wanted(self, event: FilterBar.FacetsWanted) -> None:
        asked = self._facets_ask
        if asked is not None and (asked.key, asked.filter) == (event.key, event.filter):
            return
        self._facets_ask = FacetsAsk(event.key, event.filter)
        if not self.is_waiting and self.host.browser is not None:
            self._read_facets(self._facets_ask)

    def page_painted(self) -> None:
        """See ListScreen."""
        if self._facets_ask is not None:
            self._read_facets(self._facets_ask)

    @property
    def may_look_ahead(self) -> bool:
        """See ListScreen."""
        return self._facets_ask is None and super().may_look_ahead

    @work(exclusive=True, group="facets")
    async def _read_facets(self, ask: FacetsAsk) -> None:
        browser = self.browser

        def heard(found: Facets) -> None:
            self.post_message(self.FacetsHeard(ask, found))

        await deliver(
            self,
            "facets",
            ask,
            lambda: browser.facets(ask.filter, heard=heard),
            self.FacetsArrived,
        )

    @on(FacetsArrived)
    def _offer_facets(self, message: FacetsArrived) -> None:
        if message.ask is self._facets_ask:
            self._facets_ask = None
            self._offer(message.ask, message.found)
            self.look_ahead()

    @on(FacetsHeard)
    def _offer_heard(self, message: FacetsHeard) -> None:
        if message.ask is self._facets_ask:
            self._offer(message.ask, message.found)

    def _offer(self, ask: FacetsAsk, values: Facets) -> None:
        from taskview_core.query.terms import ValueKey

        found = values.agents if ask.key is ValueKey.AGENT else values.statuses
        self.bar.offer(ask.key, ask.filter, found, complete=values.complete)

    @on(Failed)
    def _facets_failed(self, message: Failed) -> None:
        # Nothing else waits for them: the next key in an input asks again, and a lost connection
        # shows by the page that is read meanwhile.
        if message.part == "facets" and message.ask is self._facets_ask:
            self._facets_ask = None
            self.look_ahead()

    # The table

    @on(TaskTable.Selected)
    def _cursor_moved(self, event: TaskTable.Selected) -> None:
        self.want_detail(event.row)

    @on(TaskTable.Chosen)
    def _chosen(self, _event: TaskTable.Chosen) -> None:
        self.when_painted(self.action_show_conversation)

    def action_find_cause(self) -> None:
        """Show the tree with the cursor on what made the task fail."""
        self.when_painted(super().action_find_cause)

    @on(TaskTable.SortRequested)
    def _sort_requested(self, event: TaskTable.SortRequested) -> None:
        self.sort_by(event.key)

    def refresh_rows(self) -> None:
        """See BrowserScreen."""
        row = self.table.selected
        key = self.ask.page.sort.key
        known = row is not None and key in _TIME_KEYS
        self._moved_from = (row.id, time_of(row, key)) if row is not None and known else None
        super().refresh_rows()

    def export_choices(self) -> Sequence[tuple[str, Scope]]:
        """See BrowserScreen: the list first, as it is filtered and sorted."""
        from taskview_tui.export.scope import Listed

        shown = f"the list: {self.ask.filter}" if self.ask.filter.terms else "all tasks"
        first: tuple[str, Scope] = (clean(shown), Listed(self.ask.filter, self.ask.page.sort))
        return (first, *super().export_choices())

    def action_jump(self) -> None:
        """Ask for a time to go to."""
        from taskview_tui.screens.time_dialog import TimeDialog

        self.app.push_screen(TimeDialog(), self._jump_to)

    def _jump_to(self, point: TimePoint | None) -> None:
        if point is None:
            return
        sort = self.ask.page.sort if self.ask.page.sort.key == "created" else NEWEST_FIRST
        from taskview_tui.screens.time_dialog import moment_of

        moment = moment_of(point, self.host.clock(), late=sort.descending)
        there = Cursor(Place.FROM, sort, (moment.isoformat(),))
        self.go(self.ask.with_sort(sort).with_cursor(there))


def time_of(row: Any, key: str) -> datetime | None:
    """Give the time of a row by its sort key."""
    moment: datetime | None = getattr(row, f"{key}_at")
    return moment
