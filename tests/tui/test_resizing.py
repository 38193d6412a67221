"""The last of many sizes holds, whatever Textual has made of those before it."""

from __future__ import annotations

from textual.events import Resize
from textual.geometry import Size

from support.fake_browser import FakeBrowser
from support.made_rows import make_task
from support.screens import running
from taskview_tui.resizing import Resizing


async def test_a_size_that_was_missed_is_taken() -> None:
    async with running(FakeBrowser([make_task(1)])) as run:
        sizes = [(50, 12)]
        resizing = Resizing(run.app, lambda: sizes[-1])
        resizing.heard()
        sizes.append((70, 20))
        resizing.heard()
        await run.until(lambda: run.app.screen.size == Size(70, 20))
        assert run.app.size == Size(70, 20)


async def test_a_screen_that_was_passed_over_gets_the_size_of_the_app() -> None:
    async with running(FakeBrowser([make_task(1)])) as run:
        screen, size = run.app.screen, run.app.size
        screen.post_message(Resize(Size(40, 10), Size(40, 10)))
        await run.until(lambda: screen._compositor.size == Size(40, 10))
        assert run.app.size == size
        Resizing(run.app, lambda: (size.width, size.height)).heard()
        await run.until(lambda: screen._compositor.size == size)
