"""Text: with the index and by scanning, terms that are common, rare and absent."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from statistics import median
from typing import Any

from benchmarks.result import BARE, GUIDE, Bar, Result, at_most
from benchmarks.samples import Samples
from benchmarks.target import Target
from benchmarks.timing import in_turns
from taskview_core.query.page import Page
from taskview_core.query.request import PageRequest
from taskview_core.query.task_filter import TaskFilter

GROUP = "Text"
_SCAN_SECONDS = 12.0
_GUIDE_SECONDS = 60.0


async def measure_indexed(target: Target, samples: Samples, runs: int) -> AsyncIterator[Result]:
    """Yield the results of one engine with its text index."""
    for name, term in samples.terms.items():

        async def ours(term: str = term) -> None:
            await target.browser.search_tasks(_filter(term), PageRequest())

        sent = await target.sent_by(ours)

        async def bare(sent: Any = sent) -> None:
            await target.replay(sent)

        ours_ms, bare_ms = await in_turns(min(runs, 7), ours, bare)
        yield Result(
            group=GROUP,
            what=f"with the index, {name} term: first page",
            engine=target.engine,
            ours=ours_ms,
            other=bare_ms,
            against=BARE,
            bar=at_most(25),
        )


async def measure_scanned(target: Target, samples: Samples, runs: int) -> AsyncIterator[Result]:
    """Yield the results of one engine without a text index."""
    common = [await _scan(target, samples.terms["common"]) for _ in range(5)]
    yield Result(
        group=GROUP,
        what="without it, common term: first rows",
        engine=target.engine,
        ours=median(each.first_rows for each in common),
        bar=at_most(50),
    )
    for name in ("rare", "absent"):
        scan = await _scan(target, samples.terms[name])
        yield Result(
            group=GROUP,
            what=f"without it, {name} term: longest window",
            engine=target.engine,
            ours=scan.longest_window,
            bar=at_most(500),
            note=f"{scan.windows} windows, {scan.rows:,} rows in {scan.seconds:.1f} s"
            + ("" if scan.ended else ", then stopped"),
        )
        yield Result(
            group=GROUP,
            what=f"without it, {name} term: the event loop's longest pause",
            engine=target.engine,
            ours=scan.longest_pause,
            bar=Bar(words="<= 100 ms", holds=lambda ours, other: ours <= 100),
        )
    yield await _guide(target, samples.terms["rare"])


class _Scan:
    """What one search by windows was like. Times are milliseconds."""

    def __init__(self) -> None:
        self.first_rows = float("inf")
        self.longest_window = self.longest_pause = self.seconds = 0.0
        self.windows = self.rows = 0
        self.ended = False


async def _scan(target: Target, term: str) -> _Scan:
    scan = _Scan()
    began = last = time.perf_counter()

    def heard(page: Page[Any]) -> None:
        nonlocal last
        now = time.perf_counter()
        scan.longest_window = max(scan.longest_window, (now - last) * 1000)
        last = now
        scan.windows += 1
        if page.partial is not None:
            scan.rows = page.partial.rows_read
        if page.rows:
            scan.first_rows = min(scan.first_rows, (now - began) * 1000)

    async def beat() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.005)
            late = (time.perf_counter() - before) * 1000 - 5
            scan.longest_pause = max(scan.longest_pause, late)

    beating = asyncio.ensure_future(beat())
    search = asyncio.ensure_future(
        target.browser.search_tasks(_filter(term), PageRequest(), heard=heard)
    )
    done, _ = await asyncio.wait({search}, timeout=_SCAN_SECONDS)
    scan.seconds = time.perf_counter() - began
    scan.ended = bool(done)
    if done and search.result().rows:
        scan.first_rows = min(scan.first_rows, scan.seconds * 1000)
    if done:
        scan.longest_window = max(scan.longest_window, (time.perf_counter() - last) * 1000)
    search.cancel()
    beating.cancel()
    await asyncio.wait({search, beating})
    return scan


async def _guide(target: Target, term: str) -> Result:
    """Cast and ILIKE over the three columns, newest first, once."""
    like = "LIKE" if target.is_sqlite else "ILIKE"
    pattern = f"%{term}%"
    columns = " OR ".join(
        f"CAST({name} AS {'TEXT' if target.is_sqlite else 'VARCHAR'}) {like} ?"
        for name in ("input", "output", "error")
    )
    statement = f"SELECT * FROM tasks WHERE {columns} ORDER BY created_at DESC LIMIT 50"
    scan = await _scan(target, term)
    began = time.perf_counter()
    note = ""
    try:
        async with asyncio.timeout(_GUIDE_SECONDS):
            await target.guide(statement, *[pattern] * 3)
    except TimeoutError:
        note = f"the guide's was stopped after {_GUIDE_SECONDS:g} s"
    if not scan.ended:
        note += ("; " if note else "") + f"ours was stopped after {scan.seconds:.0f} s"
    return Result(
        group=GROUP,
        what="without it, rare term: the whole search",
        engine=target.engine,
        ours=scan.seconds * 1000,
        other=(time.perf_counter() - began) * 1000,
        against=f"{GUIDE}, cast + ILIKE",
        note=note,
    )


def _filter(term: str) -> TaskFilter:
    quoted = term.replace("\\", "\\\\").replace('"', '\\"')
    return TaskFilter.parse(f'"{quoted}"')
