"""Pages of 50 rows: at every depth, under every filter, in every order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

from benchmarks.result import (
    BARE,
    GUIDE,
    Result,
    at_least_as_fast,
    at_most_more,
    at_most_times,
)
from benchmarks.samples import Samples
from benchmarks.target import Target
from benchmarks.timing import in_turns
from taskview_core.query.page import Page
from taskview_core.query.request import Cursor, PageRequest, Place
from taskview_core.query.sort import NEWEST_FIRST, TASK_SORT_KEYS, Sort
from taskview_core.query.task_filter import TaskFilter

GROUP = "Pages of 50 rows"


async def measure(target: Target, samples: Samples, runs: int) -> AsyncIterator[Result]:
    """Yield the results of one engine."""
    for name, task_filter in samples.filters.items():
        async for result in _depths(target, name, task_filter, NEWEST_FIRST, runs):
            yield result
    for key in TASK_SORT_KEYS:
        for descending in (True, False):
            sort = Sort(key, descending)
            if sort != NEWEST_FIRST:
                label = f"sorted by {sort}"
                async for result in _depths(target, label, TaskFilter(), sort, runs):
                    yield result
    for name in ("no filter", "status", "agent and status"):
        async for result in _offset(target, name, samples, runs):
            yield result


async def _depths(
    target: Target, name: str, task_filter: TaskFilter, sort: Sort, runs: int
) -> AsyncIterator[Result]:
    """First, middle and last page, each beside the bare driver on the statements that we send."""
    first = PageRequest(sort=sort)
    page = await target.browser.search_tasks(task_filter, first)
    requests = {"first": first}
    middle = await _middle(target, task_filter, page)
    if middle is not None:
        requests["middle"] = middle
    requests["last"] = replace(first, cursor=page.last)
    times = {}
    for depth, request in requests.items():

        async def ours(request: PageRequest = request) -> None:
            await target.browser.search_tasks(task_filter, request)

        sent = await target.sent_by(ours)

        async def bare(sent: list = sent) -> None:  # type: ignore[type-arg]  # of Sent
            await target.replay(sent)

        ours_ms, bare_ms = await in_turns(runs, ours, bare)
        times[depth] = ours_ms
        yield Result(
            group=GROUP,
            what=f"{name}: {depth} page",
            engine=target.engine,
            ours=ours_ms,
            other=bare_ms,
            against=BARE,
            bar=at_most_more(1),
        )
    yield Result(
        group=GROUP,
        what=f"{name}: last page over the first",
        engine=target.engine,
        ours=times["last"],
        other=times["first"],
        against="ours, first page",
        bar=at_most_times(1.5),
    )


async def _middle(
    target: Target,
    task_filter: TaskFilter,
    page: Page,  # type: ignore[type-arg]  # of TaskRow
) -> PageRequest | None:
    """Ask for a page half way between the times of the first and last rows."""
    request = page.request
    if request.sort.key not in {"created", "updated", "started", "completed"} or not page.rows:
        return None
    last = await target.browser.search_tasks(task_filter, replace(request, cursor=page.last))
    ends = [getattr(each.rows[0], f"{request.sort.key}_at") for each in (page, last)]
    if any(end is None for end in ends):
        return None
    between = datetime.fromtimestamp(sum(end.timestamp() for end in ends) / 2, UTC)
    cursor = Cursor(Place.FROM, request.sort, (between.isoformat(),))
    around = await target.browser.search_tasks(task_filter, replace(request, cursor=cursor))
    return None if around.next is None else replace(request, cursor=around.next)


async def _offset(target: Target, name: str, samples: Samples, runs: int) -> AsyncIterator[Result]:
    """The last page by OFFSET, as the guide pages."""
    task_filter, where, parameters = samples.filters[name], *samples.where[name]
    page = await target.browser.search_tasks(task_filter, PageRequest())
    request = PageRequest(cursor=page.last)
    total = await target.value(f"SELECT count(*) FROM tasks{where}", *parameters)

    async def ours() -> None:
        await target.browser.search_tasks(task_filter, request)

    async def guide() -> None:
        await target.guide(
            f"SELECT * FROM tasks{where} ORDER BY created_at DESC, id DESC"
            f" LIMIT 50 OFFSET {max(total - 50, 0)}",
            *parameters,
        )

    ours_ms, guide_ms = await in_turns(min(runs, 5), ours, guide)
    yield Result(
        group=GROUP,
        what=f"{name}: last page",
        engine=target.engine,
        ours=ours_ms,
        other=guide_ms,
        against=f"{GUIDE}, OFFSET",
        bar=at_least_as_fast(100),
    )
