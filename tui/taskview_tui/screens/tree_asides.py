"""What is found out about the tasks of a tree once it is shown: repeats, what is stuck, usage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from textual import on, work
from textual.message import Message

from taskview_core.entities import Ident, Usage
from taskview_core.tree.repeats import Repeats, find_repeats
from taskview_tui.render.shown_usage import ShownUsage
from taskview_tui.render.stuck import may_be_stuck, stuck_tasks
from taskview_tui.screens.messages import deliver
from taskview_tui.screens.tree_repeats import input_digests
from taskview_tui.screens.tree_state import TreeAsk, TreeFound
from taskview_tui.screens.tree_usage import find_usage
from taskview_tui.screens.with_detail import WithDetail
from taskview_tui.widgets.finding_tree import FindingTree


class TreeAsides(WithDetail):
    """Reads each of them in a worker of its own: the tree is there without, and waits for none."""

    @dataclass
    class RepeatsArrived(Message):
        """It is known which tasks with long inputs were done again and again."""

        ask: TreeAsk
        repeats: Repeats

    @dataclass
    class StuckArrived(Message):
        """It is known which tasks will hardly end, and why."""

        ask: TreeAsk
        stuck: Mapping[Ident, str]

    @dataclass
    class UsageArrived(Message):
        """It is known what the tasks used."""

        ask: TreeAsk
        usage: ShownUsage

    def __init__(self) -> None:
        super().__init__()
        self._usage = ShownUsage({})

    @property
    def view(self) -> FindingTree:
        """The tree that is shown."""
        raise NotImplementedError

    def is_shown(self, ask: TreeAsk) -> bool:
        """Whether what was found out for a request still is about the tree that is shown."""
        raise NotImplementedError

    def read_asides(self, ask: TreeAsk, found: TreeFound) -> None:
        """Begin to find out what may be worth it for a tree that has come."""
        if found.outline.repeats.unknown:
            self._read_repeats(ask, found)
        if any(map(may_be_stuck, found.outline.rows)):
            self._read_stuck(ask, found)
        else:
            self.workers.cancel_group(self, "stuck")
            self.view.show_stuck({})
        self._read_usage(ask, found)

    @work(exclusive=True, group="repeats")
    async def _read_repeats(self, ask: TreeAsk, found: TreeFound) -> None:
        unknown = found.outline.repeats.unknown
        await deliver(
            self,
            "repeats",
            ask,
            lambda: input_digests(self.browser, unknown),
            lambda digests, _took: self.RepeatsArrived(
                ask, find_repeats(found.outline.preorder, digests)
            ),
        )

    @on(RepeatsArrived)
    def _fold_repeats(self, message: RepeatsArrived) -> None:
        if self.is_shown(message.ask):
            self.view.repeats_known(message.repeats)

    @work(exclusive=True, group="stuck")
    async def _read_stuck(self, ask: TreeAsk, found: TreeFound) -> None:
        now = self.host.clock()
        await deliver(
            self,
            "limits",
            ask,
            self.browser.run_limits,
            lambda limits, _took: self.StuckArrived(ask, stuck_tasks(found.outline, limits, now)),
        )

    @on(StuckArrived)
    def _mark_stuck(self, message: StuckArrived) -> None:
        if self.is_shown(message.ask):
            self.view.show_stuck(message.stuck)

    @work(exclusive=True, group="usage")
    async def _read_usage(self, ask: TreeAsk, found: TreeFound) -> None:
        await deliver(
            self,
            "usage",
            ask,
            lambda: find_usage(self.browser, found.outline.preorder),
            lambda usage, _took: self.UsageArrived(ask, usage),
        )

    @on(UsageArrived)
    def _show_usage(self, message: UsageArrived) -> None:
        if not self.is_shown(message.ask):
            return
        self._usage = message.usage
        self.view.show_usage(message.usage)
        if self.detail is not None and self.shows_pane:
            self.pane.show_used_below(self.used_below(self.detail.row.id))

    def used_below(self, task_id: Ident) -> Usage | None:
        """See WithDetail."""
        used = self._usage.tasks.get(task_id)
        return None if used is None else used.whole
