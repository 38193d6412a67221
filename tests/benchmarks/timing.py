"""Medians of several things that are done in turns, so that a noisy moment hits them all."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable
from statistics import median
from typing import Any

Action = Callable[[], Awaitable[Any]]

_ENOUGH_SECONDS = 20.0
_SETTLING = 50
"""Turns of the loop after each, for what it has left to be done: at nobody else's cost."""


async def in_turns(runs: int, *actions: Action, warm: bool = True) -> list[float]:
    """Give the median milliseconds of each action, done `runs` times in turns after a warm-up.

    Slow ones are done fewer times: when all have taken 20 seconds, three rounds must do.
    """
    if warm:
        for action in actions:
            await action()
    times: list[list[float]] = [[] for _ in actions]
    began = time.perf_counter()
    for done in range(1, runs + 1):
        for action, taken in zip(actions, times, strict=True):
            gc.collect()
            gc.disable()
            start = time.perf_counter()
            await action()
            taken.append((time.perf_counter() - start) * 1000)
            gc.enable()
            for _ in range(_SETTLING):
                await asyncio.sleep(0)
        if done >= 3 and time.perf_counter() - began > _ENOUGH_SECONDS:
            break
    return [median(taken) for taken in times]
