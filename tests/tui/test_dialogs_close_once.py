"""A key that arrives twice before the dialog is gone takes no other screen with it."""

from __future__ import annotations

import pytest
from textual.events import Key

from support.fake_browser import FakeBrowser
from support.made_rows import make_task
from support.screens import running
from taskview_tui.screens.tasks import TasksScreen


@pytest.mark.parametrize(
    ("opening", "before", "key"),
    [
        ("s", (), "escape"),
        ("s", (), "enter"),
        ("@", (), "escape"),
        ("question_mark", (), "escape"),
        ("colon", ("down",), "enter"),
        ("colon", (), "escape"),
    ],
)
async def test_a_key_that_comes_twice_closes_one_screen(
    opening: str, before: tuple[str, ...], key: str
) -> None:
    async with running(FakeBrowser([make_task(1)])) as run:
        below = run.app.screen
        await run.press(opening)
        dialog = run.app.screen
        assert dialog is not below
        await run.press(*before)
        for _ in range(2):
            run.app.post_message(Key(key, None))
        await run.until(lambda: run.app.screen is not dialog)
        await run.pilot.pause()
        assert dialog not in run.app.screen_stack
        assert below in run.app.screen_stack
        assert isinstance(run.app.screen_stack[0], TasksScreen)
