"""A database at the end of a long line: how many round trips each thing on the screen takes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import UUID

from benchmarks.big_trees import BigTree
from benchmarks.result import Result, at_most
from benchmarks.samples import Samples
from benchmarks.target import NOW
from benchmarks.timing import in_turns
from support.relay import relayed
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.query.conversation_filter import ConversationFilter
from taskview_core.query.request import PageRequest
from taskview_core.query.sort import Sort
from taskview_core.query.task_filter import TaskFilter

GROUP = "Far away: 50 ms for each round trip"
_DELAY = 0.05
_UNIT = "round trips"


async def measure(
    url: str, engine: str, samples: Samples, tree: BigTree, runs: int
) -> AsyncIterator[Result]:
    """Yield the results of a server that is reached through a relay."""
    async with relayed(url, _DELAY) as (far, _):
        browser = DatabaseBrowser(far, clock=lambda: NOW, timeout=600)
        await browser.connect()
        try:
            for what, action, most in await _actions(browser, samples, tree):
                (ours,) = await in_turns(min(runs, 7), action)
                yield Result(
                    group=GROUP,
                    what=what,
                    engine=engine,
                    ours=ours / (_DELAY * 1000),
                    unit=_UNIT,
                    bar=at_most(most, _UNIT),
                    note=f"{ours:.0f} ms",
                )
        finally:
            await browser.close()


async def _actions(
    browser: DatabaseBrowser, samples: Samples, tree: BigTree
) -> list[tuple[str, Callable[[], Awaitable[Any]], float]]:
    """Give what is done, and how many round trips it may take; half of one is for the work."""
    found: list[tuple[str, Callable[[], Awaitable[Any]], float]] = []
    for name in ("no filter", "status", "agent and status", "time range"):
        task_filter = samples.filters[name]
        page = await browser.search_tasks(task_filter, PageRequest())
        second = PageRequest(cursor=page.next)
        found.append((f"{name}: next page", _page(browser, task_filter, second), 3.5))
    # Of a filter whose rows have to be looked at, the server is told another limit each time.
    usual = _page(browser, samples.filters["no filter"], PageRequest())
    for name, words in (("roots", "is:root"), ("a frequent user", "user:ana.souza")):
        one = _page(browser, TaskFilter.parse(words), PageRequest())
        found.append((f"{name} and no filter: two pages", _both(one, usual), 6.5))
    common = TaskFilter.parse(samples.terms["common"])
    found.append(("a common term: first page", _page(browser, common, PageRequest()), 3.5))

    async def conversations() -> None:
        recent = PageRequest(sort=Sort("updated", descending=True))
        await browser.search_conversations(ConversationFilter(), recent)

    found.append(("a page of conversations", conversations, 3.5))
    level = TaskFilter.parse(f"parent:{tree.root}")
    oldest = PageRequest(sort=Sort("created"))
    found.append(("a level of a tree", _page(browser, level, oldest), 1.5))

    async def whole() -> None:
        await browser.conversation_tree(UUID(tree.conversation))

    found.append((f"a whole tree of {tree.tasks:,} tasks", whole, 3.5))
    return found


def _both(
    one: Callable[[], Awaitable[Any]], other: Callable[[], Awaitable[Any]]
) -> Callable[[], Awaitable[Any]]:
    async def both() -> None:
        await one()
        await other()

    return both


def _page(
    browser: DatabaseBrowser, task_filter: TaskFilter, request: PageRequest
) -> Callable[[], Awaitable[Any]]:
    async def page() -> None:
        await browser.search_tasks(task_filter, request)

    return page
