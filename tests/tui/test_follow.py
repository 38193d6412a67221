"""Following live: what is new comes by itself, at a pace that hurts no database."""

from __future__ import annotations

import pytest

from support.fake_browser import FakeBrowser
from support.made_rows import make_conversation, make_task
from support.screens import Running, running
from taskview_core.errors import ConnectionLostError
from taskview_tui.bars.title_line import TitleLine
from taskview_tui.live import Live


def tasks(count: int) -> FakeBrowser:
    return FakeBrowser([make_task(n) for n in range(1, count + 1)], [make_conversation(1)])


async def later(run: Running, seconds: float) -> None:
    """Let the app's clock run, and its beat be heard."""
    for _ in range(int(seconds * 2)):
        run.ticks.now += 0.5
        await run.pilot.pause(0.55)
    await run.settled()


async def test_new_tasks_come_by_themselves_at_the_top_and_no_more_after_the_key_again() -> None:
    browser = tasks(5)
    async with running(browser) as run:
        await run.press("a")
        assert "live" in str(run.one(TitleLine).render())
        browser.tasks.append(make_task(6))
        await later(run, 3)
        assert run.selected == "task 6"
        await run.press("a")
        assert "live" not in str(run.one(TitleLine).render())
        asked = len(browser.named("search_tasks"))
        browser.tasks.append(make_task(7))
        await later(run, 3)
        assert len(browser.named("search_tasks")) == asked


async def test_the_cursor_stays_on_a_task_that_is_being_read() -> None:
    browser = tasks(5)
    async with running(browser) as run:
        await run.press("j", "a")
        assert run.selected == "task 4"
        browser.tasks.append(make_task(6))
        await later(run, 3)
        assert run.previews[0] == "task 6"
        assert run.selected == "task 4"


@pytest.mark.long
async def test_a_lost_connection_is_not_asked_at_the_pace_of_following() -> None:
    browser = tasks(5)
    async with running(browser) as run:
        browser.failures["search_tasks"] = ConnectionLostError("gone", "")
        await run.press("a")
        await later(run, 3)
        assert "gone" in run.banner
        asked = len(browser.named("search_tasks"))
        run.ticks.now += 0.5
        await run.pilot.pause(0.6)
        assert len(browser.named("search_tasks")) == asked
        del browser.failures["search_tasks"]
        browser.tasks.append(make_task(6))
        await later(run, 5)
        assert run.selected == "task 6"


def test_a_slow_database_is_asked_a_tenth_of_the_time() -> None:
    live = Live(0.0)
    assert not live.is_due(1.5, idle=True)
    assert live.is_due(2.0, idle=True)
    assert not live.is_due(5.0, idle=False)
    assert not live.is_due(5.5, idle=True)
    assert not live.is_due(35.0, idle=True)
    assert live.is_due(35.5, idle=True)
