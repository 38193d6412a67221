"""The text index of a database, there or surely not there."""

from __future__ import annotations

import asyncio
import subprocess

from benchmarks.data import COMMAND, say
from taskview_tui import wiring


async def drop_text_index(url: str) -> None:
    """Drop it if there is one, as a run that was broken off leaves it.

    Raises RuntimeError if the database still has one: all lines "without it" would be with it.
    """
    await wiring.drop_text_index(url)
    status = await wiring.text_index_status(url)
    if status.present:
        raise RuntimeError(f"the text index could not be dropped: {status.place}")


async def make_text_index(url: str) -> bool:
    """Make it, as people do; False on a server that has not the extension for it.

    Raises RuntimeError where there should be one and is none.
    """
    command = [COMMAND, "db", "index-text", url]
    made = await asyncio.to_thread(subprocess.run, command, stdin=subprocess.DEVNULL)
    if made.returncode != 0 and url.startswith("postgres"):
        say("there can be no text index here: those lines are left out")
        return False
    status = await wiring.text_index_status(url)
    if made.returncode != 0 or not status.usable:
        raise RuntimeError(f"the text index was not made: {status.place}")
    return True
