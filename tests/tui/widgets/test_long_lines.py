"""An error of a megabyte in one line: shown, opened, searched, copied, resized meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from taskview_tui.render import block
from taskview_tui.widgets.detail_pane import DetailPane

Make = Callable[..., Any]
_LONG = "世界 words " * 20_000
_TRACE = "a line of a traceback that is longer than forty cells"


async def _until(shown: Any, condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, shown.text()
        await shown.pilot.pause(0.01)


async def _shown(stage: Make, task: Make, detail: Make, view: DetailPane) -> None:
    view.show(detail(task(1), error=f"{_LONG}END\n{_TRACE}"))


async def test_it_opens_and_closes_and_is_copied_whole(
    stage: Make, task: Make, detail: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrap = block.wrap
    view = DetailPane()
    async with stage(view, (60, 20)) as shown:
        await _shown(stage, task, detail, view)
        assert "… ▸ 180,003 characters" in shown.lines()[1]
        before = view.line_count
        await shown.press("j", "enter")
        await _until(shown, lambda: view.line_count > before + 1_000)
        assert view.spot is not None
        assert view.spot.value == f"{_LONG}END"
        # Painted again, as by a refresh, it is not broken into rows again.
        monkeypatch.setattr(block, "wrap", lambda line, width: wrap(line[: block.LONG], width))
        opened = view.line_count
        await _shown(stage, task, detail, view)
        assert view.line_count == opened
        await shown.press("enter")
        assert view.line_count == before


async def test_what_is_found_far_behind_is_brought_to_be_seen(
    stage: Make, task: Make, detail: Make
) -> None:
    view = DetailPane()
    async with stage(view, (60, 20)) as shown:
        await _shown(stage, task, detail, view)
        view.begin_find()
        view.find("END")
        await _until(shown, lambda: view.find_words == "match 1 of 1")
        assert any("END" in line for line in shown.lines())


async def test_the_view_may_get_another_width_while_a_line_is_broken(
    stage: Make, task: Make, detail: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, begun = threading.Event(), threading.Event()
    wrap = block.wrap

    def slowly(line: str, width: int) -> list[str]:
        pieces = wrap(line, width)
        if len(line) > block.LONG and threading.current_thread().name == "text":
            begun.set()
            go_on.wait(30)
        return pieces

    monkeypatch.setattr(block, "wrap", slowly)
    view = DetailPane()
    async with stage(view, (120, 20)) as shown:
        await _shown(stage, task, detail, view)
        before = view.line_count
        await shown.press("j", "enter")
        await _until(shown, begun.is_set)
        await shown.pilot.resize_terminal(60, 20)
        await shown.pilot.pause()
        go_on.set()
        await _until(shown, lambda: view.line_count > before + 1_000)
        text = block.TextBlock(f"{_LONG}END\n{_TRACE}")
        inset = 2
        assert view._tall[1] == text.rows(0, view._width - inset)
        await shown.press("G")
        assert shown.text()
