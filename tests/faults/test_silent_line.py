"""A server that says nothing more: every question ends in a stated time, and nothing is left.

A line that takes what is sent and passes nothing on is like a network that is gone, or a server
that was stopped: no end comes, and no reset.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from support.relay import Relay, relayed
from support.stored import CONVERSATION, number
from taskview_core.errors import CannotConnectError, NoAnswerError
from taskview_core.persistence import straight
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.persistence.dead_lines import DEAD_SECONDS
from taskview_core.persistence.postgres_connection import open_connection
from taskview_core.persistence.url import parse_database_url
from taskview_core.query.conversation_filter import ConversationFilter
from taskview_core.query.request import PageRequest
from taskview_core.query.task_filter import EVERYTHING, TaskFilter

pytestmark = pytest.mark.servers

CALLS: dict[str, Callable[[DatabaseBrowser], Awaitable[Any]]] = {
    "page": lambda browser: browser.search_tasks(EVERYTHING, PageRequest(5)),
    "page asked again": lambda browser: browser.search_tasks(EVERYTHING, PageRequest(6)),
    "search": lambda browser: browser.search_tasks(
        TaskFilter.parse("hello"), PageRequest(5), heard=lambda page: None
    ),
    "count": lambda browser: browser.count_tasks(EVERYTHING),
    "exact count": lambda browser: browser.count_tasks(EVERYTHING, None),
    "facets": lambda browser: browser.facets(EVERYTHING),
    "task": lambda browser: browser.get_task(number(1)),
    "tree": lambda browser: browser.conversation_tree(CONVERSATION),
    "subtree": lambda browser: browser.subtree(number(1)),
    "id": lambda browser: browser.resolve_id("a000"),
    "conversations": lambda browser: browser.search_conversations(
        ConversationFilter(), PageRequest(5)
    ),
    "usage": lambda browser: browser.get_usage([number(1)]),
    "orphans": lambda browser: browser.naming_a_parent([number(1)]),
    "limits": lambda browser: browser.run_limits(),
}
STATED = 0.3 + 3.0
"""What a statement may take, and ANSWER_SECONDS: written here once more, as it is promised."""
SPARE = 10.0
"""For a machine that others use."""


async def _connected(url: str, count: int) -> DatabaseBrowser:
    browser = DatabaseBrowser(url, timeout=0.3, connections=count)
    await asyncio.gather(*(browser.count_tasks(EVERYTHING) for _ in range(count)))
    return browser


async def _nothing_is_left(relay: Relay) -> None:
    """No connection, no task of ours; of threads those alone that a loop keeps for later."""

    def left() -> list[str]:
        ours = {asyncio.current_task(), *(each for each in asyncio.all_tasks() if _is_relay(each))}
        return [repr(each) for each in asyncio.all_tasks() - ours]

    def threads() -> list[str]:
        return [each.name for each in threading.enumerate() if not each.name.startswith("asyncio_")]

    try:
        async with asyncio.timeout(SPARE):
            while relay.clients or left():  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"{relay.clients} connections and {left()} are left") from None
    assert threads() == ["MainThread"]


def _is_relay(task: asyncio.Task[Any]) -> bool:
    return "Relay" in repr(task.get_coro())


@pytest.mark.parametrize("patience", [None, 600.0])
async def test_every_question_ends_and_says_why(
    filled_postgres: str, patience: float | None
) -> None:
    """Also where it may take ten minutes, as trees, exact counts and all of a command may."""
    async with relayed(filled_postgres) as (url, relay):
        browser = DatabaseBrowser(url, timeout=0.3, connections=len(CALLS), patience=patience)
        await CALLS["page asked again"](browser)
        await asyncio.gather(*(browser.count_tasks(EVERYTHING) for _ in CALLS))
        relay.go_silent()
        asked = {name: asyncio.ensure_future(call(browser)) for name, call in CALLS.items()}
        async with asyncio.timeout(STATED + SPARE):
            ended = await asyncio.gather(*asked.values(), return_exceptions=True)
        for name, error in zip(asked, ended, strict=True):
            assert isinstance(error, CannotConnectError), (name, error)
            assert "answer" in str(error), name
        assert sum(isinstance(error, NoAnswerError) for error in ended) > len(CALLS) // 2
        relay.mend()
        assert len((await browser.search_tasks(EVERYTHING, PageRequest(5))).rows) == 5
        await browser.close()
        await _nothing_is_left(relay)


async def test_a_connection_that_gives_up_first_is_believed(
    filled_postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it was asked has ended then, and it is still being closed as the patience ends."""
    lose = straight._lose

    async def lose_slowly(session: Any, error: BaseException) -> None:
        await asyncio.sleep(0.5)
        await lose(session, error)

    monkeypatch.setattr(straight, "_lose", lose_slowly)
    async with relayed(filled_postgres) as (url, relay):
        browser = DatabaseBrowser(url, timeout=0.3, connections=1)
        await CALLS["page asked again"](browser)
        relay.go_silent()
        with pytest.raises(CannotConnectError, match="answer"):
            await CALLS["page asked again"](browser)
        await browser.close()


async def test_questions_that_are_given_up_leave_room_for_others(filled_postgres: str) -> None:
    """Whoever presses a key again and again on a dead line does not use up the connections."""
    async with relayed(filled_postgres) as (url, relay):
        browser = await _connected(url, 2)
        relay.go_silent()
        for _ in range(6):
            asked = asyncio.ensure_future(browser.count_tasks(EVERYTHING))
            await asyncio.sleep(0.02)
            asked.cancel()
            async with asyncio.timeout(STATED + SPARE):
                await asyncio.gather(asked, return_exceptions=True)
        relay.mend()
        async with asyncio.timeout(SPARE):
            assert (await browser.count_tasks(EVERYTHING)).value == 120
        await browser.close()
        await _nothing_is_left(relay)


async def test_closing_waits_for_nobody(filled_postgres: str) -> None:
    """Without any limit on statements a silent server would be waited for, for ever."""
    async with relayed(filled_postgres) as (url, relay):
        browser = DatabaseBrowser(url, timeout=0, connections=3)
        await asyncio.gather(*(browser.count_tasks(EVERYTHING) for _ in range(3)))
        relay.go_silent()
        asked = asyncio.ensure_future(browser.count_tasks(EVERYTHING))
        await asyncio.sleep(0.1)
        async with asyncio.timeout(SPARE):
            await browser.close()
            await asyncio.gather(asked, return_exceptions=True)
        await _nothing_is_left(relay)


async def test_a_dead_line_is_noticed_by_the_system_too(filled_postgres: str) -> None:
    """For what has no limit of time, such as a load; 30 s is what README says."""
    connection = await open_connection(parse_database_url(filled_postgres))
    line: socket.socket = connection._transport.get_extra_info("socket")  # type: ignore[attr-defined, unused-ignore]  # as in dead_lines
    assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 30_000
        idle, between, tries = (
            line.getsockopt(socket.IPPROTO_TCP, option)
            for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
        )
        assert idle + between * tries == DEAD_SECONDS == 30
    await connection.close()


async def test_half_a_connection_is_given_up(filled_postgres: str) -> None:
    """A server that hangs between the login and our first questions to it."""
    async with relayed(filled_postgres) as (url, relay):
        for size in (1, 100, 500):
            browser = DatabaseBrowser(f"{url}?connect_timeout=1", timeout=0.3, connections=1)
            relay.truncate(size)
            asked = asyncio.ensure_future(browser.count_tasks(EVERYTHING))
            assert (await asked).value == 120, "once more, on another connection"
            await browser.close()
        browser = DatabaseBrowser(f"{url}?connect_timeout=1", timeout=0.3, connections=1)
        relay.delay = 0.6  # the login alone takes some answers
        async with asyncio.timeout(SPARE):
            with pytest.raises(CannotConnectError, match="no answer in the time allowed"):
                await browser.count_tasks(EVERYTHING)
        await browser.close()
        await _nothing_is_left(relay)
