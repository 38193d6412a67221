"""What is found out about the tasks of a tree once it is shown.

Repeats, what is stuck, which roots are orphans, and usage.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import NamedTuple

from textual import on, work

from taskview_core.entities import Ident, Usage
from taskview_core.tree.repeats import Repeats, find_repeats
from taskview_tui.render.shown_usage import ShownUsage
from taskview_tui.render.stuck import Stuck, may_be_stuck, stuck_tasks
from taskview_tui.render.tree_facts import NOTHING_KNOWN, Known, Limits
from taskview_tui.render.tree_orphans import find_orphans
from taskview_tui.screens.messages import Arrived, deliver
from taskview_tui.screens.tree_repeats import input_digests
from taskview_tui.screens.tree_state import MANY, TreeAsk, TreeFound
from taskview_tui.screens.tree_usage import find_usage
from taskview_tui.screens.with_detail import WithDetail
from taskview_tui.widgets.finding_tree import FindingTree


class StuckFound(NamedTuple):
    """Which tasks of a tree will hardly end, and why; by how long the runs of agents take."""

    tree: TreeFound
    limits: Limits
    stuck: Stuck


class TreeAsides(WithDetail):
    """Reads each of them in a worker of its own: the tree is there without, and waits for none."""

    class RepeatsArrived(Arrived[TreeAsk, Repeats]):
        """It is known which tasks with long inputs were done again and again."""

    class StuckArrived(Arrived[TreeAsk, StuckFound]):
        """It is known which tasks will hardly end, and why."""

    class OrphansArrived(Arrived[TreeAsk, frozenset[Ident]]):
        """It is known of which roots the metadata names a parent."""

    class UsageArrived(Arrived[TreeAsk, ShownUsage]):
        """It is known what the tasks used."""

    def __init__(self) -> None:
        super().__init__()
        self._usage = ShownUsage({})
        self._known = NOTHING_KNOWN
        self._stuck: TreeAsides.StuckArrived | None = None
        """What was found of it last; as time goes by, more may be."""
        self._uncompared = 0

    @property
    def view(self) -> FindingTree:
        """The tree that is shown."""
        raise NotImplementedError

    def is_shown(self, ask: TreeAsk) -> bool:
        """Whether what was found out for a request still is about the tree that is shown."""
        raise NotImplementedError

    def read_asides(self, ask: TreeAsk, found: TreeFound) -> None:
        """Begin to find out what may be worth it for a tree that has come."""
        self._uncompared = 0
        if found.outline.repeats.unknown:
            self._read_repeats(ask, found)
        self._stuck = None
        if any(map(may_be_stuck, found.outline.rows)):
            self._read_stuck(ask, found)
        else:
            self.workers.cancel_group(self, "stuck")
            self.view.show_stuck({})
            self._know(replace(self._known, limits={}))
        self._read_orphans(ask, found)
        self._read_usage(ask, found)

    def _know(self, known: Known) -> None:
        self._known = known
        self.view.show_known(known)

    @property
    def aside_words(self) -> str:
        """What is to be said of what could not be found out; empty for nothing."""
        if not self._uncompared:
            return ""
        return f"{self._uncompared:,} long inputs not compared for repeats"

    @work(exclusive=True, group="repeats")
    async def _read_repeats(self, ask: TreeAsk, found: TreeFound) -> None:
        async def find() -> Repeats:
            digests = await input_digests(self.browser, found.outline.repeats.unknown)
            return find_repeats(found.outline.preorder, digests)

        await deliver(self, "repeats", ask, find, self.RepeatsArrived)

    @on(RepeatsArrived)
    def _fold_repeats(self, message: RepeatsArrived) -> None:
        if self.is_shown(message.ask):
            self._uncompared = len(message.found.unknown)
            self.view.repeats_known(message.found)
            self.update_lines()

    @work(exclusive=True, group="stuck")
    async def _read_stuck(
        self, ask: TreeAsk, found: TreeFound, limits: Limits | None = None
    ) -> None:
        """Find what is stuck by now; the limits are read where they are not given."""

        async def find() -> StuckFound:
            known = await self.browser.run_limits() if limits is None else limits
            now, outline = self.host.clock(), found.outline
            if len(outline) <= MANY:
                stuck = stuck_tasks(outline, known, now)
            else:
                stuck = await asyncio.to_thread(stuck_tasks, outline, known, now)
            return StuckFound(found, known, stuck)

        await deliver(self, "limits", ask, find, self.StuckArrived)

    @on(StuckArrived)
    def _mark_stuck(self, message: StuckArrived) -> None:
        if not self.is_shown(message.ask):
            return
        self._stuck = message
        found = message.found
        self.view.show_stuck(found.stuck.tasks)
        detail = self.detail
        if detail is not None and self.shows_pane and may_be_stuck(detail.row):
            self.pane.show_stuck(found.stuck.tasks.get(detail.row.id, ""))
        if self._known.limits is not found.limits:
            self._know(replace(self._known, limits=found.limits))
        self.beat()

    def time_passed(self) -> bool:
        """See BrowserScreen: a task may have become stuck."""
        last = self._stuck
        if last is None or last.found.stuck.until is None:
            return False
        if self.host.clock() > last.found.stuck.until:
            self._stuck = None
            self._read_stuck(last.ask, last.found.tree, last.found.limits)
        return True

    @work(exclusive=True, group="orphans")
    async def _read_orphans(self, ask: TreeAsk, found: TreeFound) -> None:
        await deliver(
            self,
            "orphans",
            ask,
            lambda: find_orphans(self.browser, found.outline.rows),
            self.OrphansArrived,
        )

    @on(OrphansArrived)
    def _mark_orphans(self, message: OrphansArrived) -> None:
        if self.is_shown(message.ask):
            self._know(replace(self._known, orphans=message.found))

    @work(exclusive=True, group="usage")
    async def _read_usage(self, ask: TreeAsk, found: TreeFound) -> None:
        await deliver(
            self,
            "usage",
            ask,
            lambda: find_usage(self.browser, found.outline.preorder),
            self.UsageArrived,
        )

    @on(UsageArrived)
    def _show_usage(self, message: UsageArrived) -> None:
        if not self.is_shown(message.ask):
            return
        self._usage = message.found
        self.view.show_usage(message.found)
        if self.detail is not None and self.shows_pane:
            self.pane.show_used_below(self.used_below(self.detail.row.id))

    def used_below(self, task_id: Ident) -> Usage | None:
        """See WithDetail."""
        used = self._usage.tasks.get(task_id)
        return None if used is None else used.whole
