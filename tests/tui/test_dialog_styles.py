"""Dialogs look as they should: Textual's own styles go before a default of ours in some states."""

from __future__ import annotations

import pytest
from textual.widgets import OptionList

from support.filtered_list import some_tasks
from support.screens import running
from taskview_tui.bars.line_input import LineInput


async def test_a_menu_has_one_border() -> None:
    async with running(some_tasks()) as run:
        await run.press("s")
        menu = run.one(OptionList)
        assert menu.has_focus
        assert menu.styles.border_top[0] == ""


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light", "ansi-dark", "ansi-light"])
async def test_what_is_behind_a_dialog_steps_back(theme: str) -> None:
    async with running(some_tasks()) as run:
        run.app.theme = theme
        await run.press("s")
        assert run.app.screen.styles.background.a > 0
        await run.press("escape", "at")
        box = run.one(LineInput)
        assert box.has_focus
        assert box.styles.background.a > 0, "what has the focus is tinted, which needs a ground"


@pytest.mark.parametrize("key", ["s", "colon"])
async def test_without_colours_what_is_chosen_is_underlined(
    monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with running(some_tasks()) as run:
        await run.press(key)
        await run.until(lambda: run.one(OptionList).option_count > 1)
        await run.press("down", "down")
        menu = run.one(OptionList)
        marked = [
            y
            for y in range(menu.size.height)
            if any(part.style and part.style.underline for part in menu.render_line(y))
        ]
        assert marked, "one of them is the one that Enter takes"
        assert len(marked) < menu.size.height
