"""Drives the app in tests: starts it over a browser in memory, waits, and reads its screen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.widget import Widget

from support.fake_browser import FakeBrowser
from support.made_rows import NOW
from taskview_core.interfaces import ITaskBrowser
from taskview_tui.app import TaskviewApp
from taskview_tui.bars.banner import Banner
from taskview_tui.bars.fault_line import FaultLine
from taskview_tui.bars.slots import Slot
from taskview_tui.bars.status_line import StatusLine
from taskview_tui.bars.status_text import status_text
from taskview_tui.clipboard import ClipboardProgram
from taskview_tui.screens.lists import ListScreen
from taskview_tui.screens.tasks import TasksScreen
from taskview_tui.screens.tree import TreeScreen

W = TypeVar("W", bound=Widget)
_TRIES = 1000


class Ticks:
    """A clock of seconds that only moves when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Running:
    """The app while it runs."""

    app: TaskviewApp
    pilot: Pilot[None]
    browser: FakeBrowser
    ticks: Ticks

    async def press(self, *keys: str) -> None:
        """Press keys one after the other, and wait until they are handled."""
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        """Type text into what has the focus, quicker than it is answered, and wait for that."""
        driver = self.app._driver
        assert driver is not None
        for letter in text[:-1]:
            event = events.Key(_character_to_key(letter), letter)
            event.set_sender(self.app)
            driver.send_message(event)
        await self.press(*(_character_to_key(letter) for letter in text[-1:]))

    async def until(self, condition: Callable[[], bool], what: str = "") -> None:
        """Wait for something to become true; fail if it never does."""
        for _ in range(_TRIES):
            if condition():
                return
            await self.pilot.pause(0.005)
        raise AssertionError(f"never came true: {what}\n" + "\n".join(self.lines()))

    async def settled(self) -> None:
        """Wait until what was asked for is on the screen, and counted."""
        screen = self.app.screen
        assert isinstance(screen, (ListScreen, TreeScreen))
        await self.until(lambda: not screen.is_busy, "the screen is settled")
        await self.pilot.pause()

    def lines(self) -> list[str]:
        """Give the text on the screen."""
        strips = self.app.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip).rstrip() for strip in strips]

    def text(self) -> str:
        """Give the text on the screen as one."""
        return "\n".join(self.lines())

    @property
    def said(self) -> str:
        """The notes that stand in the corner of the screen."""
        return "\n".join(note.message for note in self.app._notifications)

    @property
    def tasks(self) -> TasksScreen:
        """The screen of the tasks, which has to be the present one."""
        screen = self.app.screen
        assert isinstance(screen, TasksScreen), f"on {screen}"
        return screen

    @property
    def tree(self) -> TreeScreen:
        """The screen of a tree, which has to be the present one."""
        screen = self.app.screen
        assert isinstance(screen, TreeScreen), f"on {screen}"
        return screen

    def one(self, kind: type[W]) -> W:
        """Give the one widget of a kind on the present screen."""
        return self.app.screen.query_one(kind)

    @property
    def previews(self) -> list[str]:
        """The previews of the rows in the table of tasks."""
        return [row.preview for row in self.tasks.table.rows]

    @property
    def selected(self) -> str:
        """The preview of the task under the cursor of the table of tasks."""
        row = self.tasks.table.selected
        return row.preview if row else ""

    @property
    def status(self) -> str:
        """The words of the status line, without regard to its width."""
        return status_text(self.one(StatusLine).status, 1000)

    @property
    def banner(self) -> str:
        """The words of the banner; empty where none is shown."""
        shown = (each for each in self.app.screen.query(Banner) if each.display)
        return "".join(str(each.render()) for each in shown)

    @property
    def fault(self) -> str:
        """The words of the fault line; empty where none is shown."""
        faults = (each.fault for each in self.app.screen.query(FaultLine))
        return "".join(str(each.error) for each in faults if each is not None)

    def input_text(self, slot: Slot) -> str:
        """Give what is in an input of the filter bar."""
        value: str = self.tasks.bar._input(slot).value
        return value


@asynccontextmanager
async def running(
    browser: FakeBrowser,
    *,
    size: tuple[int, int] = (100, 30),
    open_browser: Callable[[], ITaskBrowser] | None = None,
    settled: bool = True,
    tz: str = "age",
    clipboard: ClipboardProgram | None = None,
    toasts: bool = False,
) -> AsyncIterator[Running]:
    """Run the app over a browser; wait for the first page unless told not to.

    With `toasts`, what is said for a while is drawn, too.
    """
    ticks = Ticks()
    app = TaskviewApp(
        open_browser or (lambda: browser),
        tz=tz,
        clock=lambda: NOW,
        ticks=ticks,
        clipboard=lambda: clipboard,
    )
    async with app.run_test(size=size, notifications=toasts) as pilot:
        run = Running(app, pilot, browser, ticks)
        if settled:
            await run.until(lambda: app.browser is not None, "connected")
            await run.settled()
        yield run


def numbers(run: Running) -> list[int]:
    """Give the numbers of the tasks that a list shows."""
    return [int(preview.split()[1]) for preview in run.previews]
