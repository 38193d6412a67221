"""Filters that no index leads to: how soon there is anything to show, and the first number."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from statistics import median
from typing import Any

from benchmarks.result import Bar, Result, at_most
from benchmarks.samples import Samples
from benchmarks.target import Target
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.query.page import Page
from taskview_core.query.request import PageRequest
from taskview_core.query.task_filter import TaskFilter

GROUP = "Filters whose rows have to be looked at"
_PATIENCE = 12.0
_REST = 0.05
"""Seconds between two: a server hears that the first was given up."""

Heard = Callable[[Any], None]
Call = Callable[[DatabaseBrowser, TaskFilter, Heard], Awaitable[Any]]

_NUMBERS: dict[str, Call] = {
    "first count": lambda browser, asked, heard: browser.count_tasks(asked, heard=heard),
    "first facets": lambda browser, asked, heard: browser.facets(asked, heard=heard),
}


def _filters(samples: Samples) -> dict[str, str]:
    return {
        "a common word": samples.terms["common"],
        "an absent word": samples.terms["absent"],
        "a frequent user": "user:ana.souza",
        "a user of one conversation": "user:benchmark",
        "an unknown user": "user:nobody",
        "a value in metadata": "metadata.kind:turn",
        "errors": "has:error",
        "leaves": "is:leaf",
        "stuck": "is:stuck",
        "orphans": "is:orphan",
        "long runs": "duration:>1h",
    }


async def measure(target: Target, samples: Samples, runs: int) -> AsyncIterator[Result]:
    """Yield the results of one engine."""
    await target.browser.run_limits()  # They are looked at once in a while.
    for name, words in _filters(samples).items():
        asked = TaskFilter.parse(words)
        yield await _page(target, name, asked)
        for what, call in _NUMBERS.items():
            times = [await _first(target.browser, call, asked) for _ in range(min(runs, 7))]
            yield Result(
                group=GROUP,
                what=f"{name}: {what}",
                engine=target.engine,
                ours=median(times),
                bar=at_most(50),
            )


async def _first(browser: DatabaseBrowser, call: Call, asked: TaskFilter) -> float:
    """Give the milliseconds until a number was told, and have the rest stopped."""
    told = asyncio.Event()
    began = time.perf_counter()
    work = asyncio.ensure_future(call(browser, asked, lambda _: told.set()))
    waiting = asyncio.ensure_future(told.wait())
    await asyncio.wait({work, waiting}, return_when=asyncio.FIRST_COMPLETED)
    took = (time.perf_counter() - began) * 1000
    work.cancel()
    waiting.cancel()
    await asyncio.wait({work, waiting})
    await asyncio.sleep(_REST)
    return took


async def _page(target: Target, name: str, asked: TaskFilter) -> Result:
    """Look for a first page, and give the longest time in which nothing was told of it."""
    began = last = time.perf_counter()
    longest, read = 0.0, 0

    def heard(page: Page[Any]) -> None:
        nonlocal last, longest, read
        now = time.perf_counter()
        longest, last = max(longest, (now - last) * 1000), now
        read = page.partial.rows_read if page.partial is not None else read

    search = asyncio.ensure_future(target.browser.search_tasks(asked, PageRequest(), heard=heard))
    done, _ = await asyncio.wait({search}, timeout=_PATIENCE)
    ended = time.perf_counter()
    if done:
        longest = max(longest, (ended - last) * 1000)
    search.cancel()
    await asyncio.wait({search})
    await asyncio.sleep(_REST)
    how = f"{ended - began:.1f} s in all" if done else f"stopped after {ended - began:.0f} s"
    return Result(
        group=GROUP,
        what=f"{name}: first page, the longest time with nothing new",
        engine=target.engine,
        ours=longest,
        bar=Bar(words="<= 500 ms", holds=lambda ours, other: ours <= 500),
        note=how + (f", {read:,} rows looked at" if read else ""),
    )
