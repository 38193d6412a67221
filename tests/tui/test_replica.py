"""That the database is a replica stands in the title, with how far it is behind."""

from __future__ import annotations

from datetime import timedelta

import pytest

from support.fake_browser import FakeBrowser, tasks
from support.screens import Running, running
from taskview_core.entities import Replica
from taskview_core.errors import ConnectionLostError
from taskview_tui.bars.title_line import TitleLine


def _title(run: Running) -> str:
    return str(run.one(TitleLine).render()).rstrip()


def _behind(seconds: float) -> Replica:
    return Replica(timedelta(seconds=seconds), primary="db1:5432")


async def _read_again(run: Running) -> None:
    run.ticks.now += 2
    await run.press("r")
    await run.settled()


async def test_nothing_is_said_of_others() -> None:
    async with running(tasks(5)) as run:
        assert _title(run).endswith("memory.db")


async def test_what_it_says_follows_what_is_read() -> None:
    browser = tasks(5)
    browser.as_replica = _behind(3.4)
    async with running(browser) as run:
        await run.until(lambda: _title(run).endswith("memory.db · replica, 3 s behind"))
        browser.as_replica = _behind(0.1)
        await _read_again(run)
        await run.until(lambda: _title(run).endswith("replica, up to date"))
        browser.as_replica = None
        await _read_again(run)
        await run.until(lambda: _title(run).endswith("memory.db"))


async def test_it_is_on_other_screens_too() -> None:
    browser = tasks(5)
    browser.as_replica = _behind(3.4)
    async with running(browser) as run:
        await run.press("enter")
        await run.until(
            lambda: "replica, 3 s behind" in _title(run) and len(run.app.screen_stack) == 2
        )


async def test_what_passes_is_asked_again_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("taskview_tui.watches_replica._EVERY", 0.05)
    browser = tasks(5)
    browser.as_replica = _behind(700)
    async with running(browser) as run:
        await run.until(lambda: "replica, 11 min behind" in _title(run))
        browser.as_replica = Replica(None, True, "db1:5432", timedelta(hours=3))
        words = "replica, its primary db1:5432 is away, last change 3 h ago"
        await run.until(lambda: words in _title(run))
        browser.as_replica = _behind(0)
        await run.until(lambda: "replica, up to date" in _title(run))
        asked = browser.replicas_asked
        await run.pilot.pause(0.3)
        assert browser.replicas_asked == asked, "nothing passes that is to be told"


async def test_it_is_asked_once_however_much_is_read() -> None:
    browser = tasks(60)
    async with running(browser) as run:
        asked = browser.replicas_asked
        await run.press("right_square_bracket", "left_square_bracket", "r")
        await run.settled()
        assert browser.replicas_asked == asked
        await _read_again(run)
        assert browser.replicas_asked == asked + 1


async def test_a_question_that_fails_leaves_what_was_known() -> None:
    browser = tasks(5)
    browser.as_replica = _behind(3)
    async with running(browser) as run:
        await run.until(lambda: "replica, 3 s behind" in _title(run))
        browser.failures["replica"] = ConnectionLostError("lost")
        await _read_again(run)
        assert "replica, 3 s behind" in _title(run)
        assert run.banner == ""


@pytest.mark.parametrize("width", [40, 60, 80, 100])
async def test_it_has_room_on_a_narrow_screen(width: int) -> None:
    browser: FakeBrowser = tasks(5)
    browser.label = "ada@some-server.somewhere.example.com:5432/production"
    browser.as_replica = _behind(3)
    async with running(browser, size=(width, 24)) as run:
        await run.until(lambda: "replica, 3 s" in _title(run))
        assert len(str(run.one(TitleLine).render())) <= width
        assert "taskv" in _title(run)
