"""How long a slow query goes on after it was cancelled, here and on the server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from statistics import median
from typing import Any

import asyncpg

from benchmarks.result import Result, at_most
from benchmarks.target import Target
from taskview_core.query.task_filter import TaskFilter

GROUP = "Cancelling"
_PAUSE = 0.25
_WATCHED = 0.01
_BUSY = 0.5
"""The share of a core from which this process counts as working."""

_OTHERS = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
    AND state = 'active' AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


async def measure(target: Target, runs: int) -> AsyncIterator[Result]:
    """Yield the results of one engine; nothing where no query here is slow enough."""
    times: list[float] = []
    for _ in range(min(runs, 7)):
        counting = asyncio.ensure_future(
            target.browser.count_tasks(TaskFilter.parse("qqzzqq"), None)
        )
        await asyncio.sleep(_PAUSE)
        if counting.done():
            return
        cancelled = time.perf_counter()
        counting.cancel()
        await asyncio.wait({counting})
        ended = await (_idle_here() if target.is_sqlite else _idle_there(target.url))
        times.append((ended - cancelled) * 1000)
    yield Result(
        group=GROUP,
        what="a cancelled query: until nothing of it runs",
        engine=target.engine,
        ours=median(times),
        bar=at_most(100 if target.is_sqlite else 2000),
        note=f"the slowest of {len(times)} took {max(times):.0f} ms",
    )


async def _idle_here() -> float:
    """Wait until this process hardly works; give when that began."""
    while True:
        began, worked = time.perf_counter(), time.process_time()
        await asyncio.sleep(_WATCHED)
        if time.process_time() - worked < _BUSY * (time.perf_counter() - began):
            return began


async def _idle_there(url: str) -> float:
    """Wait until the server runs nothing else on this database; give when that was seen."""
    connection: asyncpg.Connection[Any] = await asyncpg.connect(url)
    try:
        while True:
            if not await connection.fetchval(_OTHERS):
                return time.perf_counter()
            await asyncio.sleep(_WATCHED)
    finally:
        await connection.close()
