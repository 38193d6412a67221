"""How long a slow query goes on after it was cancelled, here and on the server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from statistics import median
from typing import Any

import asyncpg

from benchmarks.result import Bar, Result, at_most
from benchmarks.target import Target
from taskview_core.query.task_filter import TaskFilter

GROUP = "Cancelling"
SLOW = TaskFilter.parse("has:output is:leaf")
"""What no index tells: its count is one statement that reads every row, and looks for children.

A text is no such thing: that is looked for in short windows, each a statement.
"""
_PAUSE = 0.25
"""Seconds for which it has run when it is cancelled."""
_WORKED = 0.02
"""Seconds of processor time that it has taken by then where it runs in this process."""
_WATCHED = 0.01
_BUSY = 0.5
"""The share of a core from which this process counts as working."""
_NOTHING_RAN = Bar(words="runs when cancelled", holds=lambda ours, other: False)

_OTHERS = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
    AND state = 'active' AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


async def measure(target: Target, runs: int) -> AsyncIterator[Result]:
    """Yield the result of one engine; where the query was over before, that misses the bar."""
    times: list[float] = []
    rounds = min(runs, 7)
    for _ in range(rounds):
        worked = time.process_time()
        counting = asyncio.ensure_future(target.browser.count_tasks(SLOW, None))
        await asyncio.sleep(_PAUSE)
        runs_there = target.is_sqlite or await _is_busy(target.url)
        runs_here = not target.is_sqlite or time.process_time() - worked > _WORKED
        if counting.done() or not (runs_there and runs_here):
            await asyncio.wait({counting})
            continue
        cancelled = time.perf_counter()
        counting.cancel()
        await asyncio.wait({counting})
        ended = await (_idle_here() if target.is_sqlite else _idle_there(target.url))
        times.append((ended - cancelled) * 1000)
    yield as_result(times, rounds, target.engine, 100 if target.is_sqlite else 2000)


def as_result(times: Sequence[float], rounds: int, engine: str, limit: float) -> Result:
    """Give what was measured, in milliseconds; not one of the rounds in which nothing ran."""
    early = rounds - len(times)
    notes = [f"the slowest of {len(times)} took {max(times):.0f} ms"] if times else []
    if early:
        notes.append(f"it was over before it was cancelled in {early} of {rounds} rounds")
    return Result(
        group=GROUP,
        what="a cancelled query: until nothing of it runs",
        engine=engine,
        ours=median(times) if times else 0.0,
        bar=at_most(limit) if times else _NOTHING_RAN,
        note="; ".join(notes),
    )


async def _is_busy(url: str) -> bool:
    """Whether the server runs anything else on this database."""
    connection: asyncpg.Connection[Any] = await asyncpg.connect(url)
    try:
        return bool(await connection.fetchval(_OTHERS))
    finally:
        await connection.close()


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
