"""Whatever draws it, no character that commands the terminal is drawn."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.content import Content

from support.fake_browser import FakeBrowser
from support.made_rows import make_task
from support.screens import Running, running
from support.terminal_output import wrong_characters
from taskview_tui.bars.filter_input import FilterInput
from taskview_tui.bars.status_line import StatusLine
from taskview_tui.guard import OutputGuard

EVIL = "evil\x1b]0;title\x07\x9b2J\u202e\ufeff\ud83d"
BLACK = Color(0, 0, 0)


def drawn(run: Running) -> str:
    """Give what is written to the terminal, line by line, without styles."""
    filters = run.app.get_line_filters()
    lines = []
    for strip in run.app.screen._compositor.render_strips():
        segments = list(strip)
        for line_filter in filters:
            segments = line_filter.apply(segments, BLACK)
        lines.append("".join(segment.text for segment in segments))
    return "\n".join(lines)


@pytest.mark.parametrize(
    "text", ["plain", "👩\u200d👧 می\u200cخواهم 🏴 e\u0301 漢字", EVIL, "\x00"]
)
def test_a_line_is_as_wide_as_it_was(text: str) -> None:
    (segment,) = OutputGuard().apply([Segment(text)], BLACK)
    assert cell_len(segment.text) == cell_len(text)
    assert not list(wrong_characters(segment.text))
    if text.isprintable() or "\u200d" in text:
        assert segment.text == text


def test_what_is_sent_on_purpose_is_let_through() -> None:
    control = Segment.line().text, None, [(1,)]
    line = [Segment(*control)]  # type: ignore[arg-type]  # a control code, as Rich makes them
    assert OutputGuard().apply(line, BLACK) == line


async def test_a_completed_value_commands_nothing() -> None:
    async with running(FakeBrowser([make_task(1, agent=EVIL)])) as run:
        await run.press("slash")
        await run.type("agent:e")
        await run.until(lambda: "evil" in drawn(run))
        await run.press("tab")
        box = run.app.query_one("#query", FilterInput)
        assert "\x1b" in box.value, "it is what the agent is called"
        shown = drawn(run)
        assert "evil]0;title2J" in shown
        assert not list(wrong_characters(shown.replace("\n", "")))


async def test_what_somebody_forgot_to_clean_commands_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(StatusLine, "render", lambda line: Content(EVIL))
    async with running(FakeBrowser([make_task(1)])) as run:
        await run.until(lambda: "evil" in drawn(run))
        assert not list(wrong_characters(drawn(run).replace("\n", "")))
