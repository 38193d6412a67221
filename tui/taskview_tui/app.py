"""The browser on the terminal: an app that reaches a database and shows its screens.

Nothing here imports SQLAlchemy: the first lines are on the terminal before that is done. The
screens and dialogs that are not the first are imported when they are wanted.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from textual import work
from textual.app import App
from textual.command import Provider
from textual.driver import Driver
from textual.events import Event, InputEvent
from textual.filter import LineFilter
from textual.notifications import SeverityLevel
from textual.reactive import var
from textual.screen import Screen
from textual.worker import WorkerFailed

from taskview_core.errors import (
    CannotConnectError,
    PasswordNeededError,
    TaskviewError,
    UsageError,
)
from taskview_tui.commands import PROGRAM_COMMANDS
from taskview_tui.garbage import GarbageBetweenKeys
from taskview_tui.guard import OutputGuard
from taskview_tui.hands_over import HandsOver
from taskview_tui.keys import bindings
from taskview_tui.keys_in_turn import KeysInTurn
from taskview_tui.opens_screens import OpensScreens
from taskview_tui.palette import PALETTE_ID, KeyProvider, Palette
from taskview_tui.screens.base import BrowserScreen
from taskview_tui.screens.tasks import TasksScreen
from taskview_tui.terminal import wants_no_colour
from taskview_tui.text.clean import clean
from taskview_tui.text.times import TimeDisplay
from taskview_tui.threads_behind import wait_for_no_thread
from taskview_tui.watches_replica import WatchesReplica

if TYPE_CHECKING:
    from taskview_core.interfaces import ITaskBrowser
    from taskview_tui.clipboard import ClipboardProgram
    from taskview_tui.side import Side

_NOTICED = 15.0
"""Seconds for which a notice on the database is shown."""
_GARBAGE = 1.0
"""Seconds between looks at whether there is time to look for garbage."""
_LAST_WORDS = 0.5
"""Seconds that the database gets to close its connections when the program ends."""


class Companion(Protocol):
    """What works beside the browser and brings new rows."""

    def start(self, tell: Callable[[str], None]) -> None:
        """Begin; `tell` may be called from any thread, with words for a person."""
        ...

    def stop(self) -> None:
        """End soon."""
        ...


def _conversations() -> Screen[Any]:
    from taskview_tui.screens.conversations import ConversationsScreen

    return ConversationsScreen()


def _clipboard() -> ClipboardProgram | None:
    from taskview_tui.clipboard import clipboard_program

    return clipboard_program(os.environ)


def _now() -> datetime:
    return datetime.now(UTC)


class TaskviewApp(OpensScreens, HandsOver, WatchesReplica, KeysInTurn, inherit_bindings=False):
    """Owns what all screens share: the database, the clock, and how times are shown.

    `open_browser` is called in a thread, for it may import for long. `tz` is the name of a
    TimeDisplay; `clipboard` gives the program to copy with, or None to ask the terminal to.
    `notices` are said once there is a database, and a `companion` works from then on. If the
    database cannot be reached at first, the app ends with `failure` set.
    """

    TITLE = "taskview"
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {
        "tasks": TasksScreen,
        "conversations": _conversations,
    }
    DEFAULT_MODE = "tasks"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {KeyProvider}
    BINDINGS = bindings(*PROGRAM_COMMANDS)
    AUTO_FOCUS = None

    times: var[TimeDisplay] = var(TimeDisplay.AGE)
    marked: var[Side | None] = var(None)

    def __init__(
        self,
        open_browser: Callable[[], ITaskBrowser],
        *,
        tz: str = "age",
        clock: Callable[[], datetime] = _now,
        ticks: Callable[[], float] = time.monotonic,
        clipboard: Callable[[], ClipboardProgram | None] = lambda: None,
        notices: Sequence[str] = (),
        companion: Companion | None = None,
    ) -> None:
        if wants_no_colour():
            # With any other theme there would be greys; and it has to be set before the filters.
            self.set_reactive(App.theme, "ansi-dark")
        super().__init__(clipboard)
        self._guard = OutputGuard()
        self._garbage = GarbageBetweenKeys(ticks)
        self.set_reactive(TaskviewApp.times, TimeDisplay(tz))
        self.clock = clock
        self.ticks = ticks
        self.failure: TaskviewError | None = None
        """Why the database could not be reached at first."""
        self._open_browser = open_browser
        self._notices = tuple(notices)
        self._companion = companion
        self._opened: ITaskBrowser | None = None

    # Beginning and end

    def on_mount(self) -> None:
        """Reach the database; the empty screen is drawn before, for both together take longer."""
        if not self.is_headless:
            wait_for_no_thread()
            self.set_interval(_GARBAGE, self._garbage.look)
        self.stop_on_signals()
        self.app_resume_signal.subscribe(self, self._draw_again)
        self.call_later(self._reach)

    def get_driver_class(self) -> type[Driver]:
        """Have a terminal that may be closed under us, where Textual would drive it in its way."""
        found = super().get_driver_class()
        if found.__name__ != "LinuxDriver":
            return found
        from taskview_tui.driver import TerminalDriver

        return TerminalDriver

    def refresh_css(self, animate: bool = True) -> None:
        """Read the styles anew, but not before there is anything that has any.

        Textual asks for it on the way to the first screen of a mode, having read them just then.
        """
        if self._is_mounted:
            super().refresh_css(animate)

    def _draw_again(self, _app: App[Any]) -> None:
        """Draw all of the screen: after a suspension the terminal shows nothing of it."""
        self.refresh(layout=True)

    @work(group="reach")
    async def _reach(self) -> None:
        try:
            browser = await asyncio.to_thread(self._open_browser)
            self._opened = browser
            await browser.connect()
        except TaskviewError as error:
            self.failure = error
            self.exit(return_code=_code_of(error))
        else:
            self.browser = browser
            if self._companion is not None:
                self._companion.start(self._tell)
            for notice in self._notices:
                self.notify(clean(notice), severity="warning", markup=False, timeout=_NOTICED)

    @property
    def follows(self) -> bool:
        """See Host."""
        return self._companion is not None

    def _tell(self, words: str) -> None:
        """Say what another thread has to say; nothing once the app has ended."""
        with suppress(RuntimeError):
            self.call_from_thread(
                self.notify, clean(words), severity="warning", markup=False, timeout=_NOTICED
            )

    async def on_unmount(self) -> None:
        """Close the connections, if that does not take long."""
        if self._companion is not None:
            await asyncio.to_thread(self._companion.stop)
        if self._opened is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._opened.close(), _LAST_WORDS)

    def _handle_exception(self, error: Exception) -> None:
        """End, because of a fault in the program; `run_app` raises it where it can be reported.

        Textual would print the values of variables, and with them payloads and passwords.
        """
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._close_messages_no_wait()

    @property
    def fault(self) -> BaseException | None:
        """The fault in the program that ended the app, if one did."""
        error: BaseException | None = self._exception
        return error.error if isinstance(error, WorkerFailed) else error

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Give what every line goes through before it is drawn."""
        return [*super().get_line_filters(), self._guard]

    async def on_event(self, event: Event) -> None:
        """Take note of when something was typed or clicked."""
        if isinstance(event, InputEvent):
            self._garbage.typed()
        await super().on_event(event)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Say something in the corner for a while, in place of what was said there before."""
        self.clear_notifications()
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)

    # Actions

    async def action_show_list(self, mode: str) -> None:
        """Go to a list: as it was left, or from a screen above it, back to it."""
        if self.current_mode != mode:
            await self.switch_mode(mode)
            return
        while len(self.screen_stack) > 1:
            await self.pop_screen()

    def action_cycle_times(self) -> None:
        """Show times in the next way."""
        self.times = self.times.next()

    def action_command_palette(self) -> None:
        """Open the palette, unless it is open."""
        if self.screen.id != PALETTE_ID:
            self.push_screen(Palette(id=PALETTE_ID))

    def action_show_keys(self) -> None:
        """Show the keys that work on the present screen."""
        from taskview_tui.help_text import help_groups
        from taskview_tui.screens.help import HelpScreen

        screen = self.screen
        groups = help_groups(screen.active_bindings.values(), self.get_key_display)
        keys = screen.query_keys if isinstance(screen, BrowserScreen) else ()
        self.push_screen(HelpScreen(groups, keys))


def _code_of(error: TaskviewError) -> int:
    """Give the exit code of a failure to reach a database."""
    if isinstance(error, UsageError):
        return 2
    return 3 if isinstance(error, CannotConnectError) else 1


def run_app(
    open_browser: Callable[[], ITaskBrowser],
    *,
    tz: str = "age",
    clock: Callable[[], datetime] = _now,
    notices: Sequence[str] = (),
    companion: Companion | None = None,
) -> int:
    """Run the browser until it is left; give the exit code.

    If the database cannot be reached, says so in a sentence on standard error; where only a
    password is missing, PasswordNeededError is raised, so that somebody can be asked for it. A
    fault in the program is raised, after the terminal is as it was.
    """
    app = TaskviewApp(
        open_browser,
        tz=tz,
        clock=clock,
        clipboard=_clipboard,
        notices=notices,
        companion=companion,
    )
    app.run()
    if app.fault is not None:
        raise app.fault
    if isinstance(app.failure, PasswordNeededError):
        raise app.failure
    if app.failure is not None:
        print(f"taskview: {clean(str(app.failure))}", file=sys.stderr)
    return app.return_code or 0
