"""The list of tasks: how many there are, where one is, and how times are shown."""

from __future__ import annotations

import pytest

from support.fake_browser import tasks
from support.screens import running
from taskview_core.entities import Count
from taskview_core.errors import QueryError, QueryTimeoutError
from taskview_core.query.page import Partial


async def test_a_long_list_is_counted_up_to_a_cap_and_exactly_on_demand() -> None:
    browser = tasks(60)
    async with running(browser) as run:
        assert browser.named("count_tasks")[-1][1] == 10_000
        assert "of 60" in run.status
    browser = tasks(10_050)
    async with running(browser) as run:
        assert "of 10,000+" in run.status
        gate = browser.hold("count_tasks")
        await run.press("#")
        await run.until(lambda: "counting all" in run.status)
        assert len(run.previews) == 50
        gate.set()
        await run.until(lambda: "of 10,050" in run.status)
        assert browser.named("count_tasks")[-1][1] is None
        assert run.said == ""
        counts = len(browser.named("count_tasks"))
        await run.press("#")
        assert run.said == "10,050 is the exact number already"
        assert len(browser.named("count_tasks")) == counts


async def test_what_is_counted_in_a_moment_replaces_the_cap_unasked() -> None:
    browser = tasks(10_050)
    browser.counts_quickly = True
    gate = browser.hold("count_quickly")
    async with running(browser) as run:
        assert "of 10,000+" in run.status
        gate.set()
        await run.until(lambda: "of 10,050" in run.status)
        assert [cap for _, cap in browser.named("count_tasks")] == [10_000]
        await run.press("r")
        await run.settled()
        assert browser.named("count_tasks")[-1][1] == 10_000, "nobody has asked for all"


async def test_a_count_grows_while_it_takes_long_and_holds_up_no_page_ahead() -> None:
    browser = tasks(200)
    gate = browser.hold("count_tasks")
    async with running(browser, settled=False) as run:
        await run.until(lambda: "rows 1-50 of …" in run.status)
        assert len(browser.named("search_tasks")) == 1
        browser.tell_count(Count(7, exact=False))
        await run.until(lambda: "rows 1-50 of 50+ …" in run.status)
        await run.until(lambda: len(browser.named("search_tasks")) == 2)
        browser.tell_count(Count(120, exact=False))
        await run.until(lambda: "of 120+ …" in run.status)
        gate.set()
        await run.until(lambda: "rows 1-50 of 200 " in run.status)
        gate = browser.hold("count_tasks")
        await run.press("r")
        await run.until(lambda: len(browser.named("count_tasks")) == 2)
        browser.tell_count(Count(9, exact=False))
        await run.pilot.pause()
        assert "of 200 …" in run.status, "what was known is not taken back"
        await run.type("/")
        await run.type("nothing-like-it")
        late = browser.tell_count
        await run.until(lambda: "no tasks" in run.status)
        late(Count(500, exact=False))
        await run.pilot.pause()
        assert "500" not in run.status


async def test_a_count_that_fails_half_way_is_counted_again() -> None:
    browser = tasks(200)
    gate = browser.hold("count_tasks")
    async with running(browser, settled=False) as run:
        await run.until(lambda: "rows 1-50 of …" in run.status)
        browser.tell_count(Count(120, exact=False))
        await run.until(lambda: "of 120+ …" in run.status)
        browser.failures["count_tasks"] = QueryError("it went wrong")
        gate.set()
        await run.until(lambda: "of 120+ (# counts all)" in run.status)
        browser.failures.clear()
        await run.press("]")
        await run.until(lambda: "rows 51-100 of 200 " in run.status)


async def test_counting_never_holds_up_the_page_and_its_failure_is_small() -> None:
    browser = tasks(60)
    gate = browser.hold("count_tasks")
    async with running(browser, settled=False) as run:
        await run.until(lambda: len(run.previews) == 50)
        assert "of …" in run.status
        await run.press("]")
        await run.until(lambda: len(run.previews) == 10)
        gate.set()
    browser = tasks(60)
    browser.failures["count_tasks"] = QueryTimeoutError("too slow", "15 s")
    async with running(browser) as run:
        await run.until(lambda: "too many to count" in run.status)
        assert run.banner == ""


async def test_a_page_that_is_the_whole_list_is_not_counted() -> None:
    browser = tasks(7)
    async with running(browser) as run:
        assert "rows 1-7 of 7" in run.status
        assert browser.named("count_tasks") == []


async def test_where_the_position_is_not_known_the_times_are_shown() -> None:
    async with running(tasks(200)) as run:
        await run.press("@")
        await run.type("2026-01-31T11:02:00Z")
        await run.press("enter")
        await run.settled()
        assert "50 rows of 200, 58m" in run.status
        await run.press("t", "t")
        assert "50 rows of 200, 01-31 11:02 UTC … 01-31 11:01 UTC" in run.status


async def test_times_are_shown_in_three_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(tasks(3)) as run:
        assert "times: age" in run.status
        assert "59m" in run.text()
        await run.press("t")
        assert "times: age" not in run.status
        await run.press("t")
        assert "times: UTC" in run.status
        assert "01-31 11:00 UTC" in run.text()
        await run.press("t")
        assert "times: age" in run.status


async def test_the_first_way_to_show_times_can_be_given() -> None:
    async with running(tasks(3), tz="utc") as run:
        assert "times: UTC" in run.status
        assert "01-31 11:00 UTC" in run.text()


async def test_a_partial_page_says_so() -> None:
    browser = tasks(5)
    browser.partial = Partial("stopped after 15 s: there may be more")
    async with running(browser) as run:
        assert "partial: stopped after 15 s" in run.status
        browser.tasks.clear()
        await run.press("r")
        await run.until(lambda: "nothing found so far" in run.text())
