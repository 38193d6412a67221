"""What is seen on a real terminal: start-up and keys."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from statistics import median

from benchmarks.result import Bar, Result, at_most_times
from benchmarks.target import Target
from benchmarks.terminal_keys import MOST, KeyTimes, measure_keys
from benchmarks.terminal_start import measure_starts

GROUP = "On a real terminal"
_NOTHING_RAN = Bar(words="a slow query runs", holds=lambda ours, other: False)


async def measure(target: Target, folder: Path, runs: int) -> AsyncIterator[Result]:
    """Yield the results of one engine."""
    starts = await asyncio.to_thread(measure_starts, _named(target), min(runs, 9), folder)
    hello = median(starts.hello)
    for what, times, limit in (
        ("shell painted", starts.shell, 1.35),
        ("first rows painted", starts.rows, 2.5),
    ):
        yield Result(
            group=GROUP,
            what=what,
            engine=target.engine,
            ours=median(times),
            other=hello,
            against="a Textual hello world",
            bar=at_most_times(limit),
        )
    keys = await asyncio.to_thread(measure_keys, _named(target), runs)
    yield Result(
        group=GROUP,
        what="] to the next page painted",
        engine=target.engine,
        ours=median(keys.turn),
        other=median(keys.scroll),
        against="a cursor move that scrolls",
        bar=at_most_times(1.5),
    )
    yield typed_result(keys, target.engine)


def typed_result(keys: KeyTimes, engine: str) -> Result:
    """Give what typing over a slow query was like; where none ran, it has missed its bar."""
    own = f"more than {MOST:g} s" if keys.slow is None else f"{keys.slow:.1f} s"
    note = f"the slow query alone takes {own}"
    if keys.idle:
        rounds = keys.idle + len(keys.typed)
        note += f"; in {keys.idle} of {rounds} rounds it was over before the typing began"
    return Result(
        group=GROUP,
        what="twelve keys 30 ms apart, a slow query running: their answer",
        engine=engine,
        ours=median(keys.typed) if keys.typed else 0.0,
        other=median(keys.alone),
        against="the same filter alone, with the pause",
        bar=at_most_times(1.5) if keys.typed else _NOTHING_RAN,
        note=note,
    )


def _named(target: Target) -> str:
    return target.url.removeprefix("sqlite:///")
