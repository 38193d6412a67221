"""A screen with a pane for the details of the task under its cursor."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from textual import on, work

from taskview_tui.bars.title_line import TitleLine
from taskview_tui.commands import TASK_COMMANDS
from taskview_tui.keys import bindings
from taskview_tui.screens.copies_task import CopiesTask
from taskview_tui.screens.finds_text import FindsText
from taskview_tui.screens.marking import Marks
from taskview_tui.screens.messages import Arrived, Failed, deliver
from taskview_tui.screens.reads_payloads import ReadsPayloads
from taskview_tui.screens.seeks_cause import SeeksCause
from taskview_tui.side import Side
from taskview_tui.text.clean import clean, clean_row

if TYPE_CHECKING:
    from taskview_core.entities import Ident, TaskDetail, TaskRow, Usage
    from taskview_tui.export.scope import Scope
    from taskview_tui.render.copies import Spot
    from taskview_tui.render.tree_facts import Limits  # noqa: F401 - in a string
    from taskview_tui.widgets.detail_pane import DetailPane

_PAUSE = 0.08
"""Seconds that the cursor rests on a task before its payloads are fetched."""

_LONG_METADATA = 100_000
"""Characters of metadata from which on it is read in a thread."""

_PATIENCE = 0.5
"""Seconds after which the pane says that it is waiting."""


_ASIDES = {
    "limits": "which tasks are stuck",
    "usage": "what the tasks used",
    "repeats": "which tasks with long inputs are repeats",
    "orphans": "which roots are orphans",
    "holdings": "who brought it in",
    "elsewhere": "what failed below it in other conversations",
}
"""By the part of a request: what a screen does without where it fails."""


class DetailAsk(NamedTuple):
    """One request for the details of a task."""

    task_id: Ident
    title: str | None = None
    """The title of its conversation, where known."""


class Found(NamedTuple):
    """A task with what is around it; None where that is not known."""

    detail: TaskDetail
    parent: TaskRow | None = None
    children: Sequence[TaskRow] | None = None
    has_all_children: bool = True
    parent_status: str | None = None
    """That of its parent, where nothing else of it is known."""
    used: Usage | None = None
    """What the task itself says that was used."""


class WithDetail(SeeksCause, Marks, CopiesTask, ReadsPayloads, FindsText):
    """Fetches details in a worker of its own, for a pane or for the whole screen.

    What draws details, and what copies and finds in them, is imported when it is wanted: the list
    of tasks is the first screen, and begins without.
    """

    BINDINGS = bindings(*TASK_COMMANDS)

    class DetailArrived(Arrived[DetailAsk, Found]):
        """The details of a task have come."""

    class LimitsArrived(Arrived[Found, "Limits"]):
        """It is known how long the runs of agents take, for a task that has not ended."""

    def __init__(self) -> None:
        super().__init__()
        self._wanted: DetailAsk | None = None
        self._detail: TaskDetail | None = None

    @property
    def markable(self) -> Side | None:
        """See Marks."""
        task = self.selected_task
        return None if task is None else Side(task.id, task.agent_id)

    @property
    def pane(self) -> DetailPane:
        """See ReadsPayloads."""
        from taskview_tui.widgets.detail_pane import DetailPane

        return self.query_one(DetailPane)

    @property
    def detail(self) -> TaskDetail | None:
        """The details that are shown."""
        return self._detail

    @property
    def shows_pane(self) -> bool:
        """See ReadsPayloads."""
        from taskview_tui.widgets.detail_pane import DetailPane

        return any(pane.display for pane in self.query(DetailPane))  # Not composed yet: none.

    def want_detail(self, task: TaskRow | None, *, anew: bool = False) -> None:
        """Show the details of a task in the pane, if it is open; `anew` reads them again."""
        if not self.shows_pane or self.host.browser is None:
            return
        if task is None:
            self.workers.cancel_group(self, "detail")
            self._wanted = self._detail = None
            self.asked("detail")
            self.pane.show_message("no task under the cursor")
        elif anew or self._wanted is None or self._wanted.task_id != task.id:
            self._fetch_detail(DetailAsk(task.id, task.conversation_title))

    def _fetch_detail(self, ask: DetailAsk) -> None:
        self._wanted = ask
        self.asked("detail")
        self._read_detail(ask)
        self.set_timer(_PATIENCE, lambda: self._say_waiting(ask))

    def _say_waiting(self, ask: DetailAsk) -> None:
        arrived = self._detail is not None and self._detail.row.id == ask.task_id
        if self._wanted is ask and not arrived and self.trouble_of("detail") is None:
            self.pane.show_message("reading…")

    @work(exclusive=True, group="detail")
    async def _read_detail(self, ask: DetailAsk) -> None:
        await asyncio.sleep(_PAUSE)
        await deliver(
            self,
            "detail",
            ask,
            lambda: self._find_detail(ask),
            self.DetailArrived,
        )

    async def _find_detail(self, ask: DetailAsk) -> Found:
        detail = await self.browser.get_task(ask.task_id)
        found = await self.find_around(detail)
        return found._replace(used=await self._usage_of(detail))

    async def _usage_of(self, detail: TaskDetail) -> Usage | None:
        if len(detail.metadata.text or "") < _LONG_METADATA:
            reported = self.browser.usage_of(detail)
        else:
            reported = await asyncio.to_thread(self.browser.usage_of, detail)
        return None if reported is None else reported.usage

    async def find_around(self, detail: TaskDetail) -> Found:
        """Find what is around a task; screens that know or want more than nothing say so."""
        return Found(detail)

    def used_below(self, task_id: Ident) -> Usage | None:
        """Give what a task and all below it used; None where this screen does not know."""
        return None

    @on(DetailArrived)
    def _paint_detail(self, message: DetailArrived) -> None:
        if message.ask is self._wanted:
            found = message.found
            self._detail = found.detail
            self.recovered("detail")
            title = message.ask.title or found.detail.row.conversation_title
            self.pane.show(
                found.detail,
                "" if self._is_above(title) else title,
                parent=found.parent,
                children=found.children,
                used=found.used,
                used_below=self.used_below(found.detail.row.id),
            )
            from taskview_tui.render.stuck import may_be_stuck

            if may_be_stuck(found.detail.row):
                self._read_limits(found)
            self.detail_painted(found.detail)

    def _is_above(self, title: str | None) -> bool:
        """Whether the title line shows the title of the conversation, and shows all of it."""
        line = self.query_one(TitleLine)
        return (
            title in line.crumbs and title is not None and clean_row(title) in line.render().plain
        )

    @work(exclusive=True, group="limits")
    async def _read_limits(self, found: Found) -> None:
        await deliver(
            self,
            "limits",
            found,
            self.browser.run_limits,
            self.LimitsArrived,
        )

    @on(LimitsArrived)
    def _paint_stuck(self, message: LimitsArrived) -> None:
        found = message.ask
        if found.detail is self._detail:
            now = self.host.clock()
            row, limits = found.detail.row, message.found
            children = found.children if found.has_all_children else None
            parent = found.parent_status
            if found.parent is not None:
                parent = found.parent.status.value
            from taskview_tui.render.stuck import all_ended, why_stuck

            self.pane.show_stuck(why_stuck(row, parent, all_ended(children), limits, now))

    @on(Failed)
    def _aside_failed(self, message: Failed) -> None:
        if message.part in _ASIDES:
            words = f"{_ASIDES[message.part]} is not known: {message.error}"
            self.app.notify(clean(words), severity="warning", markup=False)

    def detail_painted(self, detail: TaskDetail) -> None:
        """Follow what is shown now."""

    @on(Failed)
    def _detail_failed(self, message: Failed) -> None:
        wanted = self._wanted
        if message.part == "detail" and wanted is not None and message.ask is wanted:
            # Each is a request of its own, and compared by `is`.
            self.lost("detail", message.error, lambda: self._fetch_detail(wanted._replace()))
            self.pane.show_message(f"{clean(str(message.error))}\n\nr: try again")

    def action_find_in_details(self) -> None:
        """Let it be typed what to find in the details."""
        self.ask_to_find(self.pane)

    # Actions on the task

    def action_toggle_pane(self) -> None:
        """Show or hide the pane."""
        shown = self.shows_pane
        pane = self.pane
        pane.display = not shown
        if pane.display:
            self.want_detail(self.selected_task, anew=True)
        else:
            self.workers.cancel_group(self, "detail")
            self._wanted = self._detail = None
            if self.focused is None or not self.focused.display:
                self.main_widget.focus()

    def action_show_detail(self) -> None:
        """Show the task on the whole screen."""
        task = self.selected_task
        if task is not None:
            self.host.open_detail(task.id)

    def action_show_conversation(self) -> None:
        """Show the tree of the task's conversation, with the cursor on the task."""
        task = self.selected_task
        if task is None:
            return
        if task.conversation_id:
            self.host.open_conversation(task.conversation_id, task.id)
        else:
            self.app.notify("this task is in no conversation: its own tree", markup=False)
            self.host.open_subtree(task.id, task.id)

    def action_show_parent(self) -> None:
        """Show the tree with the cursor on the task's parent."""
        task = self.selected_task
        if task is None:
            return
        if task.parent_task_id is None:
            self.app.notify("this task has no parent: it is a root", markup=False)
        elif task.conversation_id:
            self.host.open_conversation(task.conversation_id, task.parent_task_id)
        else:
            self.host.open_subtree(task.parent_task_id, task.parent_task_id)

    def action_show_children(self) -> None:
        """Show the tree of the task and all below it."""
        task = self.selected_task
        if task is not None:
            self.host.open_subtree(task.id)

    def export_choices(self) -> Sequence[tuple[str, Scope]]:
        """See BrowserScreen: the task with all below it, and its conversation."""
        from taskview_tui.export.scope import Below, Whole

        task = self.selected_task
        if task is None:
            return ()
        below: tuple[str, Scope] = ("this task and all below it", Below(task.id))
        if not task.conversation_id:
            return (below,)
        return (below, ("its whole conversation", Whole(task.conversation_id)))

    def spot_in(self, task: TaskRow) -> Spot | None:
        """See CopiesTask; where the pane has the focus of the eye."""
        shown = self.detail is not None and self.detail.row.id == task.id and self.shows_pane
        return self.pane.spot if shown else None

    def action_find_cause(self) -> None:
        """Show the tree with the cursor on what made the task fail."""
        task = self.selected_task
        if task is not None:
            self.seek_cause(task)
