"""The conversations: a table with one filter input, and pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.containers import Container
from textual.widget import Widget

from taskview_core.entities import ConversationRow, Count, Ident
from taskview_core.query.conversation_filter import ConversationFilter
from taskview_core.query.keys import CONVERSATION_KEYS, KeyHelp
from taskview_core.query.page import Page
from taskview_core.query.sort import CONVERSATION_SORT_KEYS, RECENT_FIRST, Sort
from taskview_core.query.task_filter import EVERYTHING
from taskview_tui.bars.conversation_bar import ConversationBar
from taskview_tui.commands import CAUSE_COMMAND
from taskview_tui.keys import Command, Group, bindings
from taskview_tui.screens.list_state import Ask, first_ask
from taskview_tui.screens.lists import ListScreen
from taskview_tui.screens.marking import Marks
from taskview_tui.side import Side
from taskview_tui.text.times import short_time
from taskview_tui.widgets.conversation_table import ConversationTable

if TYPE_CHECKING:
    from taskview_tui.export.scope import Scope

_ALL = ConversationFilter()

CONVERSATION_COMMANDS = (
    Command(
        id="conversation.copy_id",
        keys="y",
        action="screen.copy_id",
        name="Copy the id",
        help="Put the conversation's id on the clipboard",
        group=Group.COPY,
    ),
)


class ConversationsScreen(ListScreen[ConversationFilter, ConversationRow], Marks):
    """The list of all conversations."""

    BINDINGS = bindings(CAUSE_COMMAND, *CONVERSATION_COMMANDS)

    noun = "conversations"
    sort_keys = CONVERSATION_SORT_KEYS

    def __init__(self) -> None:
        super().__init__(first_ask(_ALL, RECENT_FIRST))

    def compose_content(self) -> Iterable[Widget]:
        """Make filter and table."""
        yield ConversationBar()
        yield Container(ConversationTable(), classes="body")

    @property
    def query_keys(self) -> tuple[KeyHelp, ...]:
        """See BrowserScreen."""
        return tuple(CONVERSATION_KEYS.values())

    def on_mount(self) -> None:
        """Let the keys be the table's."""
        self.table.focus()

    @property
    def crumb(self) -> str:
        """See BrowserScreen."""
        return "conversations"

    @property
    def table(self) -> ConversationTable:
        """The table."""
        return self.query_one(ConversationTable)

    @property
    def main_widget(self) -> Widget:
        """See BrowserScreen."""
        return self.table

    @property
    def markable(self) -> Side | None:
        """See Marks."""
        row = self.table.selected
        if row is None:
            return None
        return Side(row.id, row.title or "conversation", is_conversation=True)

    @property
    def lists_conversations(self) -> bool:
        """See Marks."""
        return True

    @property
    def bar(self) -> ConversationBar:
        """The input."""
        return self.query_one(ConversationBar)

    @property
    def everything(self) -> ConversationFilter:
        """See ListScreen."""
        return _ALL

    async def read_page(
        self, ask: Ask[ConversationFilter], heard: Callable[[Page[ConversationRow]], None]
    ) -> Page[ConversationRow]:
        """See ListScreen."""
        return await self.browser.search_conversations(ask.filter, ask.page)

    async def read_count(
        self, task_filter: ConversationFilter, cap: int | None, heard: Callable[[Count], None]
    ) -> Count:
        """See ListScreen."""
        return await self.browser.count_conversations(task_filter, cap)

    def id_of(self, row: ConversationRow) -> Ident:
        """See ListScreen."""
        return row.id

    @property
    def selected_row(self) -> ConversationRow | None:
        """See ListScreen."""
        return self.table.selected

    def paint_rows(self, rows: tuple[ConversationRow, ...], ask: Ask[ConversationFilter]) -> None:
        """See ListScreen."""
        self.table.sort = ask.page.sort
        self.table.show(rows, keep=ask.keep, at=ask.at)

    def prepare_rows(self, rows: tuple[ConversationRow, ...]) -> None:
        """See ListScreen."""
        self.table.prepare(rows)

    def show_words(self, words: str) -> None:
        """See ListScreen."""
        self.table.show_empty(words)

    def show_filter(self, task_filter: ConversationFilter) -> None:
        """See ListScreen."""
        self.bar.show(task_filter)

    @property
    def has_own_filter(self) -> bool:
        """See ListScreen; a text that is wrong is to be cleared as well."""
        return super().has_own_filter or not self.bar.is_empty

    def span_of(self, rows: tuple[ConversationRow, ...], sort: Sort) -> str:
        """See ListScreen."""
        created = sort.key == "created"
        times = [row.created_at if created else row.updated_at for row in rows]
        known = [time for time in times if time is not None]
        if not known or sort.key not in {"created", "updated"}:
            return ""
        host = self.host
        first, last = (short_time(time, host.times, host.clock()) for time in (known[0], known[-1]))
        return first if first == last else f"{first} … {last}"

    @property
    def words_when_empty(self) -> str:
        """See ListScreen."""
        return (
            "this database holds no conversations yet\n\n"
            "taskview load DB_URL FILE… reads some into it"
        )

    @property
    def times_word(self) -> str:
        """See ListScreen."""
        return f"times: {self.host.times.label(self.host.clock())}"

    def show_times(self) -> None:
        """See BrowserScreen."""
        self.table.times = self.host.times

    def action_focus_filter(self) -> None:
        """Let the filter be typed."""
        self.bar.focus_query()

    def export_choices(self) -> Sequence[tuple[str, Scope]]:
        """See BrowserScreen: the conversation under the cursor, or everything."""
        from taskview_tui.export.scope import Listed, Whole

        everything: tuple[str, Scope] = ("all conversations and tasks", Listed(EVERYTHING))
        row = self.table.selected
        if row is None:
            return (everything,)
        return (("this conversation", Whole(row.id)), everything)

    def action_copy_id(self) -> None:
        """Put the conversation's id on the clipboard."""
        row = self.table.selected
        if row is not None:
            self.host.copy_text(str(row.id), "the conversation's id")

    @on(ConversationBar.Changed)
    def _filter_changed(self, event: ConversationBar.Changed) -> None:
        self.filter_changed(event.filter)

    @on(ConversationBar.Left)
    def _filter_left(self, event: ConversationBar.Left) -> None:
        self.table.focus()
        if event.again:
            self.when_painted(self._open)

    @on(ConversationTable.Chosen)
    def _chosen(self, _event: ConversationTable.Chosen) -> None:
        self.when_painted(self._open)

    def _open(self) -> None:
        row = self.table.selected
        if row is not None:
            self.host.open_conversation(row.id)

    def action_find_cause(self) -> None:
        """Show the tree with the cursor on the first failure in it."""
        self.when_painted(self._open_cause)

    def _open_cause(self) -> None:
        row = self.table.selected
        if row is None:
            return
        if row.failed.exact and row.failed.value == 0:
            self.app.notify("nothing in this conversation failed", markup=False)
        else:
            self.host.open_cause(row.id)

    @on(ConversationTable.SortRequested)
    def _sort_requested(self, event: ConversationTable.SortRequested) -> None:
        self.sort_by(event.key)
