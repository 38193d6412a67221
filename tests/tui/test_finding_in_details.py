"""`/` in the details: typed, found, left; beside a list and on the whole screen."""

from __future__ import annotations

import json
from collections.abc import Callable
from threading import Event

import pytest

from support.fake_browser import FakeBrowser
from support.made_rows import make_conversation, make_task
from support.screens import running
from taskview_tui.bars.find_bar import FindBar
from taskview_tui.render.document import Document
from taskview_tui.render.find import Finder, Matches
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
        assert "input.route[1]  ·  match 3 of 3" in run.text()
        await run.press("k", "k")
        assert pane.find_words == "3 matches", "the cursor is on none of them"
        assert "input.route  ·  3 matches" in run.text()
        await run.press("j", "j", "n")
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


async def test_the_first_match_of_a_large_payload_shows_before_all_is_searched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words = [f"word {number}" for number in range(20_000)]
    browser = FakeBrowser([make_task(1, input=json.dumps({"list": words}))], [make_conversation(1)])
    async with running(browser) as run:
        await run.press("d")
        await run.until(lambda: "20,000 items" in run.text(), "the details")
        pane = run.one(DetailPane)
        let_go, find = Event(), Finder.find

        def find_later(
            finder: Finder, document: Document, text: str, unwanted: Callable[[], bool]
        ) -> Matches:
            assert let_go.wait(30)
            return find(finder, document, text, unwanted)

        monkeypatch.setattr(Finder, "find", find_later)
        await run.press("slash")
        await run.until(lambda: bool(pane._finder._haystacks))
        await run.type("word 1")
        assert pane.find_words == "searching…"
        assert pane._matches is not None
        assert pane._matches.partial
        await run.press("down", "enter", "n")
        here = pane._line()
        near = [line[:76] for line in run.lines()[2:20]]
        let_go.set()
        await run.until(lambda: pane.find_words == "match 3 of 11,111")
        assert pane._line() == here
        assert [line[:76] for line in run.lines()[2:20]] == near
        await run.press("n")
        assert pane.find_words == "match 4 of 11,111"
