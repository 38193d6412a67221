"""A clock that jumps, as when a machine wakes: ages follow it, and no wait depends on it."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from support.fake_browser import tasks
from support.made_rows import NOW
from support.screens import running
from taskview_core.errors import ConnectionLostError

_SOURCES = Path(__file__).parents[2]
_WALL_CLOCK = re.compile(r"\btime\.time\(")


async def test_ages_follow_and_nothing_else_does() -> None:
    browser = tasks(5)
    async with running(browser) as run:
        now = NOW
        run.app.clock = lambda: now

        def ages() -> list[str]:
            return re.findall(r"\b(?:in )?\d+[smhdy]\b", "\n".join(run.lines()[3:8]))

        before = ages()
        now = NOW + timedelta(days=3650)
        await run.press("r")
        await run.settled()
        assert "10y" in ages() or "9y" in ages()
        now = NOW - timedelta(days=3650)
        await run.press("r")
        await run.settled()
        assert any(age.startswith("in ") for age in ages()), "they are to come, and say so"
        now = NOW
        await run.press("r")
        await run.settled()
        assert ages() == before
        assert run.previews == [f"task {number}" for number in (5, 4, 3, 2, 1)]


async def test_a_retry_comes_when_it_was_to_come() -> None:
    browser = tasks(5)
    async with running(browser) as run:
        browser.failures["search_tasks"] = ConnectionLostError("lost")
        await run.press("r")
        await run.until(lambda: "retrying in 2 s" in run.banner)
        for jump in (timedelta(days=365), timedelta(days=-365)):
            run.app.clock = lambda jump=jump: NOW + jump  # type: ignore[misc]  # a lambda's default
            await run.pilot.pause(0.6)
            assert "retrying in 2 s" in run.banner, "not by this clock"
        browser.failures.clear()
        run.ticks.now += 2
        await run.until(lambda: run.banner == "")


async def test_following_goes_on_by_its_own_clock() -> None:
    browser = tasks(5)
    async with running(browser) as run:
        await run.press("a")
        run.app.clock = lambda: NOW - timedelta(days=365)
        asked = len(browser.named("search_tasks"))
        run.ticks.now += 3
        await run.until(lambda: len(browser.named("search_tasks")) > asked)


def test_no_wait_is_counted_by_a_clock_that_can_be_set() -> None:
    """`time.time_ns` is compared with the times of files, which the same clock gives."""
    found = [
        f"{path.relative_to(_SOURCES)}: {line.strip()}"
        for folder in ("core", "tui", "migrations")
        for path in (_SOURCES / folder).rglob("*.py")
        for line in path.read_text().splitlines()
        if _WALL_CLOCK.search(line)
    ]
    assert found == []
