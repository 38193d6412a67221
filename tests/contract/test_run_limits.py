"""How long the runs of an agent take: read on each engine, and what `is:stuck` makes of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from support.stored import START, StoredTask, insert_async
from taskview_core.errors import QueryTimeoutError
from taskview_core.persistence import limits_cache
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.persistence.limits_cache import LimitsCache
from taskview_core.persistence.running import Work
from taskview_core.persistence.sql import run_limits
from taskview_core.query.request import PageRequest
from taskview_core.query.task_filter import TaskFilter

NOW = START + timedelta(days=30)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
MOMENT = timedelta(milliseconds=1)


class Rows:
    """Makes rows, each created a second after the one before; `running` knows those by a name."""

    def __init__(self) -> None:
        self.made: list[StoredTask] = []
        self.names: dict[object, str] = {}
        self._numbers = count(1)

    def _add(self, **columns: object) -> StoredTask:
        row = StoredTask.numbered(next(self._numbers), **columns)
        self.made.append(row)
        return row

    def ended(self, agent: str, *seconds: float, status: str = "completed") -> None:
        """Add runs that took so many seconds each."""
        for each in seconds:
            took = timedelta(seconds=each)
            self._add(agent_id=agent, status=status, started_at=START, completed_at=START + took)

    def running(self, agent: str, since: timedelta, name: str) -> None:
        """Add a task that has been running for so long."""
        row = self._add(agent_id=agent, status="running", started_at=NOW - since)
        self.names[row.id] = name


@pytest.fixture
async def late(migrated_url: str) -> AsyncIterator[DatabaseBrowser]:
    """A browser whose clock stands at NOW."""
    browser = DatabaseBrowser(migrated_url, clock=lambda: NOW)
    yield browser
    await browser.close()


async def stuck(browser: DatabaseBrowser, rows: Rows) -> set[str]:
    """Give the names of the running tasks that `is:stuck` finds, by pages as by counting."""
    task_filter = TaskFilter.parse("is:stuck")
    found = (await browser.search_tasks(task_filter, PageRequest(50))).rows
    assert (await browser.count_tasks(task_filter)).value == len(found)
    return {rows.names[row.id] for row in found}


async def test_of_enough_runs_the_99th_percentile_is_the_limit(
    late: DatabaseBrowser, migrated_url: str
) -> None:
    rows = Rows()
    # 25 runs of 10 to 250 s; in whatever order, and whatever came of them.
    rows.ended("coder", *(10.0 * n for n in range(25, 15, -1)), status="failed")
    rows.ended("coder", *(10.0 * n for n in range(1, 14)))
    rows.ended("coder", 150.0, 140.0, status="cancelled")
    # 200 runs of 1 to 200 s: the two longest are not among 99 of 100.
    rows.ended("reader", *(float(n) for n in range(1, 201)))
    # 19 are too few to say anything, however short they were.
    rows.ended("novice", *(1.0 for _ in range(19)))
    limits = {"coder": 250 * SECOND, "reader": 198 * SECOND}
    for agent, limit in {**limits, "novice": HOUR}.items():
        rows.running(agent, limit - MOMENT, f"{agent} below")
        rows.running(agent, limit + MOMENT, f"{agent} above")
    await insert_async(migrated_url, rows.made)
    assert await late.run_limits() == limits
    assert await stuck(late, rows) == {"coder above", "reader above", "novice above"}


async def test_what_says_nothing_of_a_run_is_left_out(
    late: DatabaseBrowser, migrated_url: str
) -> None:
    rows = Rows()
    # What was so long ago that 1,000 have ended since; what never began, or never ended; and what
    # has not ended by its status.
    rows.ended("coder", *(9_000.0 for _ in range(30)))
    rows.ended("coder", *(5.0 for _ in range(1_000)))
    odd: tuple[dict[str, Any], ...]
    odd = ({"started_at": None}, {"completed_at": None}, {"status": "pending"})
    for columns in odd:
        times = {"started_at": START, "completed_at": START + 9_000 * SECOND}
        rows.made += [
            StoredTask.numbered(n, **{"agent_id": "coder", "created_at": NOW} | times | columns)
            for n in range(10_000 + len(rows.made), 10_030 + len(rows.made))
        ]
    # The runs of agents of which none is running are nobody's limit.
    rows.ended("resting", *(5.0 for _ in range(30)))
    rows.running("coder", 5 * SECOND - MOMENT, "below")
    rows.running("coder", 5 * SECOND + MOMENT, "above")
    await insert_async(migrated_url, rows.made)
    assert await late.run_limits() == {"coder": 5 * SECOND}
    assert await stuck(late, rows) == {"above"}


async def test_of_many_agents_the_first_by_name_are_looked_at_and_that_is_said(
    late: DatabaseBrowser, migrated_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_limits, "MOST_AGENTS", 2)
    rows = Rows()
    for agent in "dacb":
        rows.ended(agent, *(5.0 for _ in range(20)))
        rows.running(agent, 6 * SECOND, agent)
    await insert_async(migrated_url, rows.made)
    limits = await late.run_limits()
    assert (limits, limits.complete) == ({"a": 5 * SECOND, "b": 5 * SECOND}, False)
    assert await stuck(late, rows) == {"a", "b"}
    for text, assumes in (("is:stuck", True), ("-is:stuck", True), ("is:leaf", False)):
        page = await late.search_tasks(TaskFilter.parse(text), PageRequest(5))
        assert page.assumes_limits is assumes, text


async def test_limits_of_all_agents_are_complete(late: DatabaseBrowser, migrated_url: str) -> None:
    rows = Rows()
    rows.running("novice", MOMENT, "novice")
    await insert_async(migrated_url, rows.made)
    limits = await late.run_limits()
    assert (limits, limits.complete) == ({}, True)
    page = await late.search_tasks(TaskFilter.parse("is:stuck"), PageRequest(5))
    assert page.assumes_limits is False


async def test_where_time_runs_out_what_was_found_is_not_complete(
    late: DatabaseBrowser, migrated_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = Rows()
    rows.running("novice", MOMENT, "novice")
    await insert_async(migrated_url, rows.made)
    monkeypatch.setattr(limits_cache, "PATIENCE", -1.0)
    cache = LimitsCache("a label")

    async def call(work: Work[None], seconds: float) -> None:
        assert seconds == -1.0
        await late._call(work)

    assert (await cache.read(call)).complete is False

    async def too_slow(work: Work[None], seconds: float) -> None:
        raise QueryTimeoutError("stopped")

    assert (await LimitsCache("a label").read(too_slow)).complete is False
