"""`/` in the details: typed, found, left; beside a list and on the whole screen."""

from __future__ import annotations

from support.fake_browser import FakeBrowser, make_conversation, make_task
from support.screens import running
from taskview_tui.bars.find_bar import FindBar
from taskview_tui.widgets.detail_pane import DetailPane


def _browser() -> FakeBrowser:
    tasks = [make_task(1, input='{"route": ["to the sea", "to the sea again"]}', error="no sea")]
    return FakeBrowser(tasks, [make_conversation(1)])


async def test_on_the_whole_screen() -> None:
    async with running(_browser()) as run:
        await run.press("d")
        await run.until(lambda: "route" in run.text(), "the details")
        pane = run.one(DetailPane)
        assert not run.app.screen.query(FindBar)

        await run.press("slash")
        bar = run.one(FindBar)
        await run.type("sea")
        assert pane.find_words == "match 1 of 3"
        assert run.app.focused is bar.input
        assert "match 1 of 3" in run.text()

        await run.press("down")
        assert pane.find_words == "match 2 of 3"
        await run.press("enter")
        assert run.app.focused is pane
        assert not bar.display
        await run.press("n")
        assert pane.find_words == "match 3 of 3"
        await run.press("n")
        assert pane.find_words == "match 1 of 3"

        await run.press("escape")
        assert pane.find_words == ""
        await run.press("escape")
        assert run.tasks


async def test_escape_leaves_the_input_first() -> None:
    async with running(_browser()) as run:
        await run.press("d")
        await run.until(lambda: "route" in run.text(), "the details")
        pane = run.one(DetailPane)
        await run.press("slash", "s", "e", "a", "escape")
        assert run.app.focused is pane
        assert pane.find_words == "match 1 of 3"
        await run.press("slash")
        assert run.one(FindBar).input.value == "sea"


async def test_beside_a_tree_only_with_the_focus_on_the_details() -> None:
    async with running(_browser(), size=(140, 40)) as run:
        await run.press("enter")
        await run.until(lambda: len(run.app.screen_stack) > 1, "the tree")
        await run.settled()
        await run.until(lambda: run.one(DetailPane).detail is not None, "the details")
        await run.press("tab", "slash", *"again", "enter")
        pane = run.one(DetailPane)
        assert pane.find_words == "match 1 of 1"
        assert run.app.focused is pane
        await run.press("escape", "escape")
        assert run.app.focused is run.tree.view
