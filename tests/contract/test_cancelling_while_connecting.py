"""A server that takes connections and never answers: whoever leaves does not wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.query.task_filter import EVERYTHING

GENEROUS = 2.0


@pytest.fixture
async def silent() -> AsyncIterator[str]:
    """A URL of a server that says nothing."""
    kept: list[asyncio.StreamWriter] = []

    async def take(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        kept.append(writer)

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    yield f"postgresql://ada:secret@127.0.0.1:{port}/tasks"
    for writer in kept:
        writer.close()
    server.close()


async def test_calls_that_still_connect_end_when_the_browser_closes(silent: str) -> None:
    browser = DatabaseBrowser(silent)
    calls = [asyncio.create_task(browser.count_tasks(EVERYTHING)) for _ in range(4)]
    await asyncio.sleep(0.2)
    async with asyncio.timeout(GENEROUS):
        await browser.close()
        ended = await asyncio.gather(*calls, return_exceptions=True)
    assert all(isinstance(each, asyncio.CancelledError) for each in ended)


async def test_a_call_that_still_connects_is_cancelled_and_its_place_is_free(silent: str) -> None:
    browser = DatabaseBrowser(silent, connections=1)
    for _ in range(3):
        call = asyncio.create_task(browser.count_tasks(EVERYTHING))
        await asyncio.sleep(0.05)
        async with asyncio.timeout(GENEROUS / 4):
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
    await browser.close()
