"""Tasks that are in no conversation, as other programs may have written them."""

from __future__ import annotations

from support.fake_browser import FakeBrowser
from support.made_rows import make_task
from support.screens import running


async def test_the_tree_of_such_a_task_is_its_own() -> None:
    browser = FakeBrowser([make_task(1, conversation_id="", conversation_title=None)])
    async with running(browser) as run:
        await run.press("enter")
        await run.settled()
        selected = run.tree.view.selected
        assert selected is not None
        assert selected.preview == "task 1"
