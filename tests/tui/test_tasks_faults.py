"""The list of tasks: what runs is said, errors, lost connections."""

from __future__ import annotations

import pytest

from support.fake_browser import tasks
from support.screens import running
from taskview_core.errors import (
    CannotConnectError,
    ConnectionLostError,
    QueryError,
)


async def test_what_runs_is_said_with_its_seconds() -> None:
    browser = tasks(5)
    async with running(browser) as run:
        browser.hold("search_tasks")
        await run.press("r")
        await run.until(lambda: bool(browser.named("search_tasks")[1:]))
        assert "searching" not in run.status  # not for what takes no time
        run.ticks.now += 4
        run.tasks.update_lines()
        assert run.status.startswith("searching… 4 of 15 s at most")
        assert len(run.previews) == 5


async def test_an_error_shows_and_can_be_tried_again() -> None:
    browser = tasks(5)
    browser.failures["search_tasks"] = QueryError("the query failed", "disk I/O error [b]\x1b[2J")
    async with running(browser, settled=False) as run:
        await run.until(lambda: "the query failed" in run.banner)
        assert "disk I/O error [b]␛[2J" in run.banner
        assert "r: try again" in run.text()
        assert "disk I/O error" in run.text()
        del browser.failures["search_tasks"]
        await run.press("r")
        await run.until(lambda: run.banner == "" and len(run.previews) == 5)


async def test_an_error_after_a_good_page_keeps_it_and_says_that_it_is_old() -> None:
    browser = tasks(5)
    async with running(browser) as run:
        browser.failures["search_tasks"] = QueryError("the query failed")
        await run.press("slash")
        await run.type("zzz")
        await run.press("enter")
        await run.until(lambda: "what is shown is from before" in run.banner)
        assert len(run.previews) == 5
        del browser.failures["search_tasks"]
        await run.press("escape")
        await run.until(lambda: run.banner == "")


@pytest.mark.parametrize("kind", [ConnectionLostError, CannotConnectError])
async def test_a_lost_connection_shows_keeps_the_rows_and_comes_back(
    kind: type[CannotConnectError],
) -> None:
    browser = tasks(60)
    async with running(browser) as run:
        await run.press("j", "j")
        lost = kind("the connection was lost", "server closed it")
        browser.failures["search_tasks"] = lost
        browser.failures["count_tasks"] = lost
        await run.press("r")
        await run.until(lambda: "connection lost - retrying in 2 s (r: now)" in run.banner)
        assert len(run.previews) == 50
        asked = len(browser.named("search_tasks"))
        run.ticks.now += 1
        await run.until(lambda: "retrying in 1 s" in run.banner)
        assert len(browser.named("search_tasks")) == asked
        run.ticks.now += 1
        await run.until(lambda: len(browser.named("search_tasks")) == asked + 1)
        await run.until(lambda: "retrying in 2 s" in run.banner)
        run.ticks.now += 2
        await run.until(lambda: "retrying in 4 s" in run.banner)
        browser.failures.clear()
        run.ticks.now += 4
        await run.until(lambda: run.banner == "")
        await run.settled()
        assert run.selected == "task 58"
        assert "of 60" in run.status


async def test_r_tries_a_lost_connection_at_once() -> None:
    browser = tasks(5)
    async with running(browser) as run:
        browser.failures["search_tasks"] = ConnectionLostError("lost")
        await run.press("r")
        await run.until(lambda: "connection lost" in run.banner)
        browser.failures.clear()
        await run.press("r")
        await run.until(lambda: run.banner == "")


async def test_a_new_filter_takes_the_place_of_a_lost_request() -> None:
    browser = tasks(5)
    async with running(browser) as run:
        browser.failures["search_tasks"] = ConnectionLostError("lost")
        await run.press("r")
        await run.until(lambda: "connection lost" in run.banner)
        browser.failures.clear()
        await run.press("slash")
        await run.type("status:completed")
        await run.press("enter")
        await run.until(lambda: run.banner == "" and str(run.tasks.ask.filter) != "")
        asked = len(browser.named("search_tasks"))
        run.ticks.now += 60
        await run.pilot.pause(0.6)
        assert len(browser.named("search_tasks")) == asked
