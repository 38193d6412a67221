"""Work in a thread that has the spool for itself, also while whoever waits for it gives up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from taskview_core.persistence.importing.reading import StoppedError

T = TypeVar("T")


def _nothing() -> None:
    """Leave work that takes no time to itself."""


async def in_thread(work: Callable[[], T], stop: Callable[[], None] = _nothing) -> T:
    """Run work in a thread. Where the caller is cancelled, `stop` it and wait for its end first.

    Elsewise it would go on in the spool behind the transaction that is undone then, or closed.
    """
    running = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        stop()
        await asyncio.wait({running})
        error = running.exception()
        if error is not None and not isinstance(error, StoppedError):
            raise error from None
        raise
