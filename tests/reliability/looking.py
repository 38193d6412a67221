"""A person at a browser, beside a writer: pages, searches, opens trees, counts; and what was seen.

All of an answer was true at some moment: that is checked. But for the values that are counted of a
long list: each count was true, and a value that came in between may be missing.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from itertools import cycle, pairwise

from reliability.writing import AGENT, PAIRS_A_CONVERSATION, number_of
from taskview_core.entities import FacetValue, Ident, TaskRow
from taskview_core.errors import LockedError, TaskviewError
from taskview_core.interfaces import ITaskBrowser
from taskview_core.query.page import Page
from taskview_core.query.request import PageRequest
from taskview_core.query.task_filter import EVERYTHING, TaskFilter

_OF_WRITER = TaskFilter.parse(f"agent:{AGENT}:*")
_RUNNING = TaskFilter.parse(f"status:running agent:{AGENT}:*")
_SAID = TaskFilter.parse("again")


class Onlooker:
    """Asks one thing after the other, with a pause of `pause` seconds after each."""

    def __init__(self, browser: ITaskBrowser, pause: float) -> None:
        self._browser = browser
        self._pause = pause
        self._page: Page[TaskRow] | None = None
        self._newest = 0
        self._root: Ident | None = None
        """The first task of the writer's conversation that was looked at."""
        self.asked: Counter[str] = Counter()
        self.longest: dict[str, float] = {}
        """The longest wait for an answer of each kind, in seconds."""
        self.failed: Counter[str] = Counter()
        self.locked = 0
        self.untrue: list[str] = []

    async def look(self, seconds: float) -> None:
        """Look for so long."""
        end = time.monotonic() + seconds
        steps: Iterable[Callable[[], Awaitable[None]]] = cycle(
            (
                *(self._first, self._next, self._count, self._tree),
                *(self._subtree, self._facets, self._search),
            )
        )
        for step in steps:
            if time.monotonic() > end:
                return
            name = step.__name__.removeprefix("_")
            begin = time.monotonic()
            try:
                await step()
            except LockedError:
                self.locked += 1
            except TaskviewError as error:
                self.failed[f"{name}: {error}"] += 1
            took = time.monotonic() - begin
            self.asked[name] += 1
            self.longest[name] = max(took, self.longest.get(name, 0.0))
            await asyncio.sleep(self._pause)

    async def _first(self) -> None:
        self._page = await self._browser.search_tasks(EVERYTHING, PageRequest(50))
        numbers = _numbers(self._page.rows)
        self._contiguous(numbers)
        if not numbers:
            return
        if numbers[0] % 2:
            self.untrue.append(f"half of a pair: {numbers[0]}")
        if numbers[0] < self._newest:
            self.untrue.append(f"{numbers[0]} after {self._newest}")
        self._newest = numbers[0]
        running = [row for row in self._page.rows if row.status.value == "running"]
        if [number_of(row.agent_id) for row in running] != numbers[:1]:
            self.untrue.append(f"{len(running)} running on the newest page")

    async def _next(self) -> None:
        assert self._page is not None
        if self._page.next is not None:
            request = PageRequest(50, self._page.request.sort, self._page.next)
            shown = _numbers(self._page.rows)
            page = await self._browser.search_tasks(EVERYTHING, request)
            self._contiguous(shown + _numbers(page.rows))

    async def _count(self) -> None:
        running = await self._browser.count_tasks(_RUNNING)
        if self._newest and running.value != 1:
            self.untrue.append(f"{running.value} running")
        several = await self._browser.count_tasks(_OF_WRITER)
        if several.exact and several.value % 2:
            self.untrue.append(f"{several.value} of the writer")

    async def _tree(self) -> None:
        newest = self._newest_row()
        if newest is not None:
            tree = await self._browser.conversation_tree(newest.conversation_id)
            self._whole("a tree", [row.status.value for row in tree.rows])
            self._root = next(row.id for row in tree.rows if row.parent_task_id is None)

    async def _subtree(self) -> None:
        if self._root is not None:
            tree = await self._browser.subtree(self._root)
            self._whole("a subtree", [row.status.value for row in tree.rows])

    async def _facets(self) -> None:
        facets = await self._browser.facets(EVERYTHING)
        if not facets.complete and _sum(facets.statuses) != _sum(facets.agents):
            self.untrue.append(f"facets of {_sum(facets.statuses)} and {_sum(facets.agents)}")
        newest = self._newest_row()
        if newest is not None:
            talk = TaskFilter.parse(f"conversation:{newest.conversation_id}")
            facets = await self._browser.facets(talk)
            if not facets.complete or _sum(facets.agents) != _sum(facets.statuses):
                self.untrue.append(f"facets of a conversation: {facets}")
            values = [[each.value] * each.count.value for each in facets.statuses]
            self._whole("facets", [value for some in values for value in some])

    def _newest_row(self) -> TaskRow | None:
        """Give the writer's newest task that is shown."""
        assert self._page is not None
        rows = (row for row in self._page.rows if row.agent_id.startswith(AGENT))
        return next(rows, None)

    def _whole(self, what: str, statuses: Sequence[str]) -> None:
        """See that a conversation was looked at in one state: whole pairs, of which one runs."""
        running = statuses.count("running")
        # One that is full may have been left for the next.
        ended = len(statuses) == 2 * PAIRS_A_CONVERSATION and running == 0
        if len(statuses) % 2 or not (running == 1 or ended):
            self.untrue.append(f"{what} of {len(statuses)} with {running} running")

    async def _search(self) -> None:
        page = await self._browser.search_tasks(_SAID, PageRequest(50))
        self._contiguous(_numbers(page.rows))

    def _contiguous(self, numbers: Sequence[int]) -> None:
        for one, other in pairwise(numbers):
            if one != other + 1:
                self.untrue.append(f"{other} comes after {one}")


def _numbers(rows: Sequence[TaskRow]) -> list[int]:
    return [number_of(row.agent_id) for row in rows if row.agent_id.startswith(f"{AGENT}:")]


def _sum(values: Sequence[FacetValue]) -> int:
    return sum(each.count.value for each in values)
