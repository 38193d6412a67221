"""Capped counts and facets, and whether a page waits for an exact count."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial

from benchmarks.result import BARE, GUIDE, Bar, Result, at_most
from benchmarks.samples import Samples
from benchmarks.target import Target
from benchmarks.timing import in_turns
from taskview_core.query.request import PageRequest
from taskview_core.query.task_filter import TaskFilter

GROUP = "Counts and facets"


async def measure(target: Target, samples: Samples, runs: int) -> AsyncIterator[Result]:
    """Yield the results of one engine."""
    for name, task_filter in samples.filters.items():
        for what, ours in (
            ("capped count", partial(target.browser.count_tasks, task_filter)),
            ("capped facets", partial(target.browser.facets, task_filter)),
        ):
            bare = partial(target.replay, await target.sent_by(ours))
            ours_ms, bare_ms = await in_turns(runs, ours, bare)
            yield Result(
                group=GROUP,
                what=f"{name}: {what}",
                engine=target.engine,
                ours=ours_ms,
                other=bare_ms,
                against=BARE,
                bar=at_most(50),
            )
    for name in ("no filter", "status", "agent and status"):
        where, parameters = samples.where[name]
        count = f"SELECT count(*) FROM (SELECT * FROM tasks{where}) matching"
        ours_ms, guide_ms = await in_turns(
            min(runs, 5),
            partial(target.browser.count_tasks, samples.filters[name]),
            partial(target.guide, count, *parameters),
        )
        yield Result(
            group=GROUP,
            what=f"{name}: capped count",
            engine=target.engine,
            ours=ours_ms,
            other=guide_ms,
            against=f"{GUIDE}, whole subquery",
        )
    yield await _page_beside_count(target, runs)


async def _page_beside_count(target: Target, runs: int) -> Result:
    """Ask for a page and, at the same moment, for an exact count that looks at every task."""
    every = TaskFilter.parse("has:output")
    before = 0
    rounds = min(runs, 5)

    async def both() -> None:
        nonlocal before
        counting = asyncio.ensure_future(target.browser.count_tasks(every, None))
        await asyncio.sleep(0)
        await target.browser.search_tasks(TaskFilter(), PageRequest())
        before += not counting.done()
        counting.cancel()
        await asyncio.wait({counting})

    async def alone() -> None:
        await target.browser.search_tasks(TaskFilter(), PageRequest())

    both_ms, alone_ms = await in_turns(rounds, both, alone, warm=False)
    return Result(
        group=GROUP,
        what="first page while an exact count runs",
        engine=target.engine,
        ours=both_ms,
        other=alone_ms,
        against="ours, alone",
        bar=Bar(words="page before count", holds=lambda ours, other: before == rounds),
        note=f"the page came before the count in {before} of {rounds} rounds; the time holds the"
        " start and the stopping of the count too",
    )
