"""What is said for a while: once, in place of what was before, never over the lines below."""

from __future__ import annotations

import pytest
from textual.widgets._toast import Toast

from support.fake_browser import FakeBrowser
from support.made_rows import make_conversation, make_task
from support.screens import running


@pytest.mark.parametrize("size", [(80, 24), (30, 9)])
async def test_one_thing_is_said_at_a_time_above_the_status_line(size: tuple[int, int]) -> None:
    browser = FakeBrowser([make_task(1)], [make_conversation(1)])
    async with running(browser, size=size, toasts=True) as run:
        below = run.lines()[-2:]
        await run.press("p", "p", "p")
        await run.pilot.pause()
        assert run.said == "this task has no parent: it is a root"
        await run.until(lambda: len(run.app.screen.query(Toast)) == 1, "one of them")
        assert "has no parent" in " ".join(run.text().split())
        assert run.lines()[-2:] == below
        await run.press("space")
        await run.until(lambda: "marked" in run.text(), "the other word")
        assert "has no parent" not in run.text()
        assert run.lines()[-2:] == below
