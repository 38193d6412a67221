"""A screen whose rows are counted: after they are shown, and without holding them up."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from textual import on, work

from taskview_core.errors import CannotConnectError, QueryTimeoutError
from taskview_core.interfaces.browser import COUNT_CAP
from taskview_tui.keys import Command, Group, bindings
from taskview_tui.screens.base import BrowserScreen
from taskview_tui.screens.list_state import Counting
from taskview_tui.screens.messages import Arrived, Failed, deliver

if TYPE_CHECKING:
    from taskview_core.entities import Count

F = TypeVar("F")

COUNT_COMMANDS = (
    Command(
        id="list.count",
        keys="#",
        action="screen.count_exactly",
        name="Count exactly",
        help="Count all rows of the result, in the background",
        group=Group.PAGES,
    ),
)


class CountedScreen(BrowserScreen, Generic[F]):
    """Counts the rows under a filter: up to a cap, and exactly where that is asked for."""

    BINDINGS = bindings(*COUNT_COMMANDS)

    class CountArrived(Arrived[Counting[Any], "Count"]):
        """A count has come."""

    class CountHeard(Arrived[Counting[Any], "Count"]):
        """A count that takes longer has come further."""

    class QuickCountArrived(Arrived[Counting[Any], "Count | None"]):
        """All rows are counted beyond the cap, or it was not to be done in a moment."""

    counting: Counting[F]
    """What is known of the number of rows; set by the subclass at first."""

    _counting_for: Counting[F] | None = None
    """What is being counted; None for nothing."""
    _was_count_heard = False

    async def read_count(
        self, task_filter: F, cap: int | None, heard: Callable[[Count], None]
    ) -> Count:
        """Count the rows under a filter; `heard` as in ITaskBrowser."""
        raise NotImplementedError

    async def read_quick_count(self, task_filter: F) -> Count | None:
        """Count all rows under a filter where that is cheap; None elsewhere."""
        return None

    def counted(self) -> None:
        """Do what waits for a count to end, or to take longer than others."""

    @property
    def is_counting_first(self) -> bool:
        """Whether a count runs that is likely to end soon."""
        return self.counting.running and not self._was_count_heard

    def count_for(self, task_filter: F, known: Count | None) -> None:
        """Find the number of rows under the filter of the page that was just shown.

        `known` is the number where the page alone tells it.
        """
        counting = self.counting
        if known is not None:
            self.stop_counting(task_filter)
            self.counting = Counting(task_filter, known)
        elif counting.filter != task_filter:
            self._start(Counting(task_filter))
        elif counting.is_old or (counting.total is None and not counting.running):
            self._start(counting, exact=counting.exact)  # Whoever asked for all wants all again.

    def stop_counting(self, task_filter: F) -> None:
        """Stop what is being counted; the number is void where the filter is another one."""
        self.workers.cancel_group(self, "count")
        self._counting_for = None
        if self.counting.filter != task_filter:
            self.counting = Counting(task_filter)
        elif self.counting.running:
            self.counting = self.counting._replace(running=False, is_old=True)

    def count_again(self) -> None:
        """Take the number for an old one, to be found again after the next page."""
        self.workers.cancel_group(self, "count")
        self._counting_for = None
        self.counting = self.counting._replace(running=False, is_old=True)

    def _start(self, counting: Counting[F], *, exact: bool = False) -> None:
        self.counting = counting._replace(running=True, is_old=False, fault="", exact=exact)
        self.asked("count")
        self._counting_for, self._was_count_heard = self.counting, False
        self._count(self.counting)
        self.beat()

    @work(exclusive=True, group="count")
    async def _count(self, ask: Counting[F]) -> None:
        def heard(count: Count) -> None:
            self.post_message(self.CountHeard(ask, count))

        await deliver(
            self,
            "count",
            ask,
            lambda: self.read_count(ask.filter, None if ask.exact else COUNT_CAP, heard),
            self.CountArrived,
        )

    @on(CountArrived)
    def _paint_count(self, message: CountArrived) -> None:
        ask = message.ask
        if ask is self._counting_for:
            self._counting_for = None
            self.counting = Counting(ask.filter, message.found, exact=ask.exact)
            self.recovered("count")
            self.update_lines()
            self.counted()
            if not message.found.exact:
                self._count_quickly(self.counting)

    @on(CountHeard)
    def _paint_heard_count(self, message: CountHeard) -> None:
        """Show a number that grows, where it is more than what is known already."""
        if message.ask is not self._counting_for:
            return
        known, found = self.counting.total, message.found
        if known is None or found.value > known.value:
            self.counting = self.counting._replace(total=found)
            self.update_lines()
        if not self._was_count_heard:
            self._was_count_heard = True
            self.counted()

    @work(exclusive=True, group="count")
    async def _count_quickly(self, ask: Counting[F]) -> None:
        await deliver(
            self,
            "quick count",
            ask,
            lambda: self.read_quick_count(ask.filter),
            self.QuickCountArrived,
        )

    @on(QuickCountArrived)
    def _paint_quick_count(self, message: QuickCountArrived) -> None:
        if message.ask is self.counting and message.found is not None:
            self.counting = self.counting._replace(total=message.found)
            self.update_lines()

    @on(Failed)
    def _count_failed(self, message: Failed) -> None:
        asked = self.counting
        if message.part != "count" or message.ask is not self._counting_for:
            return
        self._counting_for = None
        slow = isinstance(message.error, QueryTimeoutError)
        fault = "(too many to count in time)" if slow else "(not counted)"
        # What came of it so far is no number: with the next page it is counted again.
        self.counting = asked._replace(running=False, fault=fault, is_old=not slow)
        if isinstance(message.error, CannotConnectError):
            self.lost("count", message.error, lambda: self._start(asked, exact=asked.exact))
        self.update_lines()
        self.counted()

    def action_count_exactly(self) -> None:
        """Count all rows, however many, in the background."""
        counting = self.counting
        known = counting.total is not None and counting.total.exact and not counting.is_old
        if known:
            assert counting.total is not None, "what is known has been counted"
            words = f"{counting.total.value:,} is the exact number already"
            self.app.notify(words, markup=False, timeout=2)
        elif self.host.browser is not None:
            self._start(counting, exact=True)
            self.update_lines()
