"""The list of tasks: the pane beside it, copying, other lists, and one that is empty."""

from __future__ import annotations

import pytest

from support.fake_browser import FakeBrowser, tasks
from support.made_rows import conversation_id, make_conversation, make_task
from support.screens import running
from taskview_core.errors import (
    EntityNotFoundError,
)
from taskview_tui.widgets.detail_pane import DetailPane


async def test_the_pane_shows_the_task_under_the_cursor() -> None:
    browser = FakeBrowser(
        [make_task(n, error=f"number {n}", error_start=None) for n in range(1, 20)]
    )
    async with running(browser) as run:
        assert not run.tasks.shows_pane
        assert browser.named("get_task") == []
        await run.press("i")
        await run.until(lambda: "number 19" in run.text())
        await run.press("j")
        await run.until(lambda: "number 18" in run.text())
        await run.press(*"jjjjjjjj")
        await run.until(lambda: "number 10" in run.text())
        assert len(browser.named("get_task")) < 10  # not for each row that was passed
        await run.press("tab")
        await run.until(lambda: run.app.focused is run.one(DetailPane))
        await run.press("escape")
        assert run.app.focused is run.tasks.table
        await run.press("i")
        assert not run.tasks.shows_pane
        asked = len(browser.named("get_task"))
        await run.press("j")
        await run.pilot.pause(0.2)
        assert len(browser.named("get_task")) == asked


async def test_details_that_come_late_are_dropped() -> None:
    browser = FakeBrowser(
        [make_task(n, error=f"number {n}", error_start=None) for n in range(1, 5)]
    )
    async with running(browser) as run:
        gate = browser.hold("get_task")
        await run.press("i")
        await run.until(lambda: len(browser.named("get_task")) == 1)
        del browser.gates["get_task"]
        await run.press("j")
        await run.until(lambda: "number 3" in run.text())
        gate.set()
        await run.pilot.pause(0.1)
        assert "number 4" not in run.text()


async def test_details_that_cannot_be_read_say_why() -> None:
    browser = tasks(3)
    async with running(browser) as run:
        browser.failures["get_task"] = EntityNotFoundError("task", "x[/]\x1b")
        await run.press("i")
        await run.until(lambda: "no task has the id x[/]␛" in run.text())
        browser.failures.clear()
        await run.press("r")
        await run.until(lambda: run.banner == "")
        await run.until(lambda: "planner" in str(run.one(DetailPane).detail))


async def test_copying_an_id(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(tasks(3)) as run:
        await run.press("y")
        assert run.app.clipboard == str(run.tasks.table.rows[0].id)


async def test_copying_an_odd_id_is_safe() -> None:
    browser = FakeBrowser([make_task(1, id="odd\x1b]52;\udc80")])
    async with running(browser) as run:
        await run.press("y")
        assert "\x1b" not in run.app.clipboard
        run.app.clipboard.encode()


async def test_switching_lists_keeps_each_as_it_was_left() -> None:
    browser = tasks(130)
    browser.conversations = [make_conversation(n) for n in range(1, 80)]
    async with running(browser) as run:
        await run.press("]")
        await run.settled()
        await run.press("j", "j")
        selected, page = run.selected, run.previews
        await run.press("2")
        await run.until(lambda: "last activity" in run.text())
        await run.settled()
        await run.press("G")
        await run.press("1")
        assert run.selected == selected
        assert run.previews == page
        await run.press("2")
        assert run.app.screen.main_widget.selected.id == conversation_id(30)  # type: ignore[attr-defined]  # a table of conversations


async def test_keys_do_nothing_bad_in_an_empty_list() -> None:
    async with running(FakeBrowser()) as run:
        for key in (
            "j",
            "k",
            "G",
            "enter",
            "i",
            "space",
            "equals_sign",
            "y",
            "c",
            "p",
            "b",
            "d",
            "]",
            "[",
            "}",
            "{",
        ):
            await run.press(key)
        await run.press("#", "r")
        await run.settled()
        assert run.app.screen is run.tasks
