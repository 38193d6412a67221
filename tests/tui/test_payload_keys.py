"""The keys of payloads, with the focus on the tree or table beside them."""

from __future__ import annotations

import json

import pytest

from support.fake_browser import FakeBrowser
from support.made_rows import make_conversation, make_task
from support.screens import Running, running
from taskview_core.errors import QueryError
from taskview_tui.app import TaskviewApp
from taskview_tui.screens.holders import HoldersScreen
from taskview_tui.screens.path_dialog import PathDialog
from taskview_tui.screens.tree import TreeScreen
from taskview_tui.widgets.detail_pane import DetailPane

_SAID = json.dumps([{"role": "user", "content": "# gate-7\n\n*the gate* is open"}])


def _browser() -> FakeBrowser:
    tasks = [make_task(1, input=_SAID), make_task(2, output='{"gate": "gate-7"}')]
    return FakeBrowser(tasks, [make_conversation(1)])


async def _in_a_tree(run: Running) -> DetailPane:
    await run.press("C")
    await run.until(lambda: isinstance(run.app.screen, TreeScreen), "the tree")
    screen = run.app.screen
    assert isinstance(screen, TreeScreen)
    await run.press("g")
    await run.until(lambda: "# gate-7" in run.text(), "the details of the first task")
    assert run.app.focused is screen.view
    return screen.pane


async def test_they_act_on_the_details_that_are_shown() -> None:
    async with running(_browser(), size=(160, 40)) as run:
        pane = await _in_a_tree(run)
        await run.press("m")
        await run.until(lambda: "# gate-7" not in run.text(), "the message, drawn")

        await run.press("full_stop")
        await run.until(lambda: isinstance(run.app.screen, PathDialog), "the path is asked for")
        await run.type("input[0]")
        await run.press("enter")
        await run.until(lambda: pane.path == "input[0]", "it is gone to")

        await run.press("asterisk")
        await run.until(lambda: isinstance(run.app.screen, HoldersScreen), "who holds it")


@pytest.fixture
def handed_over(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What is handed to other programs: the text, and to which."""
    asked: list[tuple[str, str]] = []
    monkeypatch.setattr(
        TaskviewApp, "show_outside", lambda _, text, tool: asked.append((text, tool.value))
    )
    return asked


@pytest.mark.parametrize(
    ("key", "tool"), [("exclamation_mark", "pager"), ("v", "editor")], ids=lambda each: each
)
async def test_they_open_what_is_shown_elsewhere(
    key: str, tool: str, handed_over: list[tuple[str, str]]
) -> None:
    async with running(_browser(), size=(160, 40)) as run:
        pane = await _in_a_tree(run)
        line = pane.seek("input[0].content").line
        assert line is not None
        pane.show_line(line)
        await run.press(key)
        await run.until(lambda: bool(handed_over), "it is handed over")
        assert handed_over == [("# gate-7\n\n*the gate* is open", tool)]


@pytest.mark.parametrize("fails", [False, True], ids=["reading", "failed"])
@pytest.mark.parametrize("key", ["m", "full_stop", "asterisk", "exclamation_mark", "v"])
async def test_what_was_shown_before_is_not_what_they_act_on(
    key: str, fails: bool, handed_over: list[tuple[str, str]]
) -> None:
    browser = _browser()
    async with running(browser, size=(160, 40)) as run:
        await _in_a_tree(run)
        screen = run.app.screen
        if fails:
            browser.failures["get_task"] = QueryError("the disk is gone")
        else:
            browser.hold("get_task")
        await run.press("j")
        await run.until(lambda: ("is gone" if fails else "reading…") in run.text(), "no details")
        await run.press(key)
        await run.until(lambda: "there are no details to be seen" in run.said, "words")
        assert run.app.screen is screen
        assert handed_over == []


async def test_the_help_has_them_while_details_are_shown() -> None:
    def offered(run: Running) -> set[str]:
        bound = run.app.screen.active_bindings.values()
        return {each.binding.id or "" for each in bound if each.enabled}

    async with running(_browser(), size=(160, 40)) as run:
        await run.until(lambda: bool(run.tasks.table.rows), "the list")
        assert not run.tasks.shows_pane
        assert "details.pager" not in offered(run)
        await run.press("i")
        assert "details.pager" in offered(run)


async def test_matches_are_gone_through_from_wherever_the_focus_is() -> None:
    async with running(_browser(), size=(160, 40)) as run:
        pane = await _in_a_tree(run)
        await run.press("n")
        await run.until(lambda: "nothing has been looked for here" in run.said, "words")

        await run.press("tab", "slash")
        await run.type("gate")
        await run.press("enter")
        first = pane.find_words
        await run.press("shift+tab")
        assert run.app.focused is not pane
        await run.press("n")
        await run.until(lambda: pane.find_words not in ("", first), "the next match")

        await run.press("i")
        at = pane.cursor_line
        run.app.clear_notifications()
        await run.press("n")
        await run.until(lambda: "nothing has been looked for here" in run.said, "words")
        assert pane.cursor_line == at, "what is hidden is left alone"


async def test_where_nothing_was_found_the_keys_say_so() -> None:
    async with running(_browser(), size=(160, 40)) as run:
        await _in_a_tree(run)
        await run.press("slash")
        await run.type("nowhere")
        await run.press("enter", "N")
        await run.until(lambda: "no match in the rows" in run.said, "words")
