"""One task on the whole screen."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from textual.widget import Widget

from taskview_core.entities import Ident, TaskDetail, TaskRow
from taskview_core.query.request import PageRequest
from taskview_core.query.sort import Sort
from taskview_core.query.task_filter import TaskFilter
from taskview_core.query.terms import IdKey, IdTerm
from taskview_tui.bars.status_line import StatusLine
from taskview_tui.bars.status_text import ListStatus
from taskview_tui.screens.with_detail import DetailAsk, Found, WithDetail
from taskview_tui.text.clean import clean_row
from taskview_tui.text.status_style import status_style
from taskview_tui.widgets.detail_pane import DetailPane

_CHILDREN = 100
"""How many children are listed at most; the tree has them all."""


class DetailScreen(WithDetail):
    """All of a task; its parent, children and conversation are a key away."""

    def __init__(self, task_id: Ident) -> None:
        super().__init__()
        self._task_id = task_id

    def compose_content(self) -> Iterable[Widget]:
        """Make the pane."""
        yield DetailPane()

    def on_mount(self) -> None:
        """Let the keys be the pane's."""
        self.pane.focus()

    @property
    def main_widget(self) -> Widget:
        """See BrowserScreen."""
        return self.pane

    @property
    def crumb(self) -> str:
        """See BrowserScreen."""
        if self.detail is None:
            return f"task {str(self._task_id)[:8]}"
        return self.detail.row.agent_id

    @property
    def selected_task(self) -> TaskRow | None:
        """See WithDetail."""
        return self.detail.row if self.detail else None

    def begin(self) -> None:
        """See BrowserScreen."""
        self._fetch_detail(DetailAsk(self._task_id))

    def refresh_rows(self) -> None:
        """See BrowserScreen."""
        self._fetch_detail(DetailAsk(self._task_id))

    async def find_around(self, detail: TaskDetail) -> Found:
        """See WithDetail; two more queries for the one task that fills the screen."""
        task = detail.row
        parents = await self._rows_with(IdKey.ID, task.parent_task_id, 1)
        children = await self._rows_with(IdKey.PARENT, task.id, _CHILDREN)
        parent = next(iter(parents or ()), None)
        return Found(detail, parent, children, len(children or ()) < _CHILDREN)

    async def _rows_with(
        self, key: IdKey, value: Ident | None, most: int
    ) -> tuple[TaskRow, ...] | None:
        if not isinstance(value, UUID):
            return None  # no filter can ask for an id that is no UUID
        oldest_first = PageRequest(most, Sort("created"))
        found = await self.browser.search_tasks(TaskFilter((IdTerm(key, value),)), oldest_first)
        return found.rows

    def detail_painted(self, detail: TaskDetail) -> None:
        """See WithDetail."""
        self.update_lines()

    def show_times(self) -> None:
        """See BrowserScreen."""
        self.pane.times = self.host.times

    def update_lines(self) -> None:
        """See BrowserScreen."""
        super().update_lines()
        words = ""
        if self.detail is not None:
            words = f"{clean_row(status_style(self.detail.row.status).text)}  ·  {self._task_id}"
        times = f"times: {self.host.times.label(self.host.clock())}"
        self.query_one(StatusLine).status = ListStatus(hint=words, times=times)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave out what would lead here again."""
        return action != "show_detail" and super().check_action(action, parameters)

    def action_show_parent(self) -> None:
        """Show the parent on the whole screen."""
        task = self.selected_task
        if task is None:
            return
        if task.parent_task_id is None:
            self.app.notify("this task has no parent: it is a root", markup=False)
        else:
            self.host.open_detail(task.parent_task_id)
