"""What every screen that is no dialog has: its lines, going back, reading again after a loss."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from textual.app import ComposeResult
from textual.events import ScreenResume
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget

from taskview_core.errors import TaskviewError
from taskview_tui.bars.key_line import KeyLine
from taskview_tui.bars.status_line import StatusLine
from taskview_tui.bars.title_line import TitleLine
from taskview_tui.commands import SCREEN_COMMANDS
from taskview_tui.host import Host, host_of
from taskview_tui.keys import bindings
from taskview_tui.live import Live
from taskview_tui.retry import passes, wait_before

if TYPE_CHECKING:
    from taskview_core.entities import Replica
    from taskview_core.interfaces import ITaskBrowser
    from taskview_core.query.keys import KeyHelp
    from taskview_tui.bars.banner import Banner
    from taskview_tui.export.scope import Scope

_BEAT = 0.5
_STYLES = Path(__file__).parents[1] / "taskview.tcss"


class _Loss(NamedTuple):
    """A part of the screen that could not be read, and how to read it again."""

    error: TaskviewError
    again: Callable[[], None]
    attempt: int


class BrowserScreen(Screen[None], inherit_bindings=False):
    """A screen that reads the database. Subclasses give its content and what to read.

    The parts of a screen ("page", "detail", ...) fail and recover by themselves. Where the
    connection was lost, or another program has a lock, all parts that failed are read again after a
    while.
    """

    BINDINGS = bindings(*SCREEN_COMMANDS)
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012 - Textual's own type
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (7, "-low"), (9, "-tall")]  # noqa: RUF012 - as above

    def __init__(self) -> None:
        super().__init__()
        self._was_here = False
        self._losses: dict[str, _Loss] = {}
        self._attempts: dict[str, int] = {}
        self._retry_at: float | None = None
        self._beat: Timer | None = None
        self._live: Live | None = None
        self._banner: Banner | None = None

    def on_screen_resume(self, event: ScreenResume) -> None:
        """Leave out, the first time, to style anew what has been styled as it was composed."""
        if not self._was_here:
            event.refresh_styles = False
            self._was_here = True
            if self.host.follows:
                self.action_follow()

    def on_compose(self) -> None:
        """Have our styles before anything is styled.

        What stands in CSS_PATH Textual parses thrice before the first frame.
        """
        if not self.app.stylesheet.has_source(str(_STYLES)):
            self.app.stylesheet.read(_STYLES)

    def _compositor_refresh(self) -> None:
        """Draw nothing while the app holds its frames back, as it does until it is ready.

        Textual draws then all the same, throws that away, and takes what it had drawn for seen.
        """
        if not self.app._batch_count:
            super()._compositor_refresh()

    def compose(self) -> ComposeResult:
        """Put the screen's own content between the lines that all have."""
        # Known already: Textual would style everything by the first size, and then once more.
        size = self.app.size
        for points, extent in (
            (self.HORIZONTAL_BREAKPOINTS, size.width),
            (self.VERTICAL_BREAKPOINTS, size.height),
        ):
            self.add_class(max(each for each in points if each[0] <= extent)[1])
        yield TitleLine()
        yield from self.compose_content()
        yield StatusLine()
        yield KeyLine()

    def compose_content(self) -> Iterable[Widget]:
        """Give what stands between title and status."""
        raise NotImplementedError

    @property
    def query_keys(self) -> tuple[KeyHelp, ...]:
        """What can be typed into the screen's filter, for the help."""
        return ()

    @property
    def host(self) -> Host:
        """The app."""
        return host_of(self)

    @property
    def browser(self) -> ITaskBrowser:
        """The database, which has been reached before anything asks for it."""
        browser = self.host.browser
        assert browser is not None, "nothing is read before the database has been reached"
        return browser

    @property
    def main_widget(self) -> Widget:
        """What has the focus when nothing special has."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Begin as soon as the database has been reached; that may be long ago."""
        self._beat = self.set_interval(_BEAT, self._tick, pause=True)
        self.watch(self.app, "browser", self._on_browser)
        self.watch(self.app, "times", self._on_times)
        self.watch(self.app, "replica", self._on_replica)

    def _on_browser(self, browser: ITaskBrowser | None) -> None:
        self.query_one(TitleLine).label = browser.label if browser else "connecting…"
        if browser is not None:
            self.begin()
        self.update_lines()

    def _on_replica(self, replica: Replica | None) -> None:
        self.query_one(TitleLine).note = "" if replica is None else str(replica)

    def _on_times(self) -> None:
        self.show_times()
        self.update_lines()

    def begin(self) -> None:
        """Read for the first time."""
        raise NotImplementedError

    def show_times(self) -> None:
        """Show times as the app says now."""

    @property
    def crumb(self) -> str:
        """The name of this screen on the way to it; not cleaned."""
        raise NotImplementedError

    def update_lines(self) -> None:
        """Bring title and status into line with the state; subclasses give the status."""
        self.query_one(TitleLine).live = self._live is not None
        way = [screen for screen in self.app.screen_stack if isinstance(screen, BrowserScreen)]
        if self in way:
            crumbs = tuple(screen.crumb for screen in way[: way.index(self) + 1])
            self.query_one(TitleLine).crumbs = crumbs

    @property
    def is_busy(self) -> bool:
        """Whether something runs whose seconds are to be counted on the screen."""
        return False

    # Failures and recovery

    def lost(self, part: str, error: TaskviewError, again: Callable[[], None]) -> None:
        """Show that a part could not be read; try again by itself where that passes."""
        attempt = self._attempts.get(part, 0) + 1
        self._attempts[part] = attempt
        self._losses[part] = _Loss(error, again, attempt)
        if passes(error) and self._retry_at is None:
            self._retry_at = self.host.ticks() + wait_before(attempt)
        self._show_trouble()
        self.beat()

    def recovered(self, part: str) -> None:
        """Forget the failure of a part that has been read."""
        self._attempts.pop(part, None)
        self.asked(part)
        self.host.look_at_replica()

    def asked(self, part: str) -> None:
        """Take back the failure of a part that is being read again; its attempts still count."""
        if self._losses.pop(part, None) is not None:
            if not any(self._is_loss(loss) for loss in self._losses.values()):
                self._retry_at = None
            self._show_trouble()

    @staticmethod
    def _is_loss(loss: _Loss) -> bool:
        return passes(loss.error)

    @property
    def has_trouble(self) -> bool:
        """Whether a part of the screen could not be read."""
        return bool(self._losses)

    def trouble_of(self, part: str) -> TaskviewError | None:
        """The failure of a part, None where it has not failed."""
        loss = self._losses.get(part)
        return loss.error if loss else None

    @property
    def shows_old_rows(self) -> bool:
        """Whether what is on the screen was read for another request than the present one."""
        return False

    def retry(self) -> bool:
        """Read again what could not be read; say whether there was anything."""
        losses = dict(self._losses)
        self._losses.clear()
        self._retry_at = None
        for loss in losses.values():
            loss.again()
        self._show_trouble()
        return bool(losses)

    def _show_trouble(self) -> None:
        losses = sorted(self._losses.values(), key=lambda loss: not self._is_loss(loss))
        if not losses:
            if self._banner is not None:
                self._banner.show(None)
            return
        wait = None
        if self._retry_at is not None:
            wait = max(round(self._retry_at - self.host.ticks()), 0)
        from taskview_tui.bars.banner import Banner, Trouble

        if self._banner is None:
            self._banner = Banner()
            self.mount(self._banner, before=self.query_one(StatusLine))
        self._banner.show(Trouble(losses[0].error, wait, self.shows_old_rows))

    @property
    def above_status(self) -> Widget:
        """What lines that appear at the bottom are mounted before."""
        return self.query_one(StatusLine) if self._banner is None else self._banner

    # The half-second beat, which only runs while there is something to count

    def beat(self) -> None:
        """Let the seconds on the screen run."""
        if self._beat is not None:
            self._beat.resume()

    def _tick(self) -> None:
        if self._retry_at is not None:
            if self.host.ticks() >= self._retry_at:
                self.retry()
            else:
                self._show_trouble()
        elif self._live is not None:
            self._follow(self._live)
        elif not self.is_busy and not self.time_passed() and self._beat is not None:
            self._beat.pause()
        self.update_lines()

    def time_passed(self) -> bool:
        """Do what time alone brings; say whether it may bring more."""
        return False

    # Following

    @property
    def is_following(self) -> bool:
        """Whether what is on the screen is read again and again."""
        return self._live is not None

    def _follow(self, live: Live) -> None:
        """Read again if it is time to, nothing has failed and nobody looks at another screen."""
        idle = self.host.browser is not None and not self.is_busy and not self.has_trouble
        if live.is_due(self.host.ticks(), idle=idle and self.is_current):
            self.read_live()

    def action_follow(self) -> None:
        """Read again and again what is on the screen, or stop to."""
        self._live = None if self._live is not None else Live(self.host.ticks())
        self.beat()
        self.update_lines()

    def read_live(self) -> None:
        """Read again because the screen follows."""
        self.refresh_rows()

    # Actions

    def action_step_back(self) -> None:
        """Leave an input or pane; else clear this screen's filter; else go back."""
        if self.focused is not self.main_widget:
            self.main_widget.focus()
        elif not self.clear_own_filter():
            self.host.go_back()

    def clear_own_filter(self) -> bool:
        """Clear this screen's filter; say whether there was any."""
        return False

    def action_close(self) -> None:
        """Go back at once; on a first screen, quit."""
        if self.host.is_first_screen:
            self.app.exit()
        else:
            self.host.go_back()

    def action_refresh_rows(self) -> None:
        """Read again; what failed first."""
        if self.host.browser is not None and not self.retry():
            self.refresh_rows()

    def export_choices(self) -> Sequence[tuple[str, Scope]]:
        """Give what of this screen can be exported, each with what it is called."""
        return ()

    def action_export(self) -> None:
        """Ask what to write where, and write it."""
        choices = self.export_choices()
        if self.host.browser is None or not choices:
            self.app.notify("there is nothing here to be exported yet", markup=False)
            return
        from taskview_tui.screens.export import ask_export

        ask_export(self, choices)

    def refresh_rows(self) -> None:
        """Read again what is on the screen, with the cursor where it is."""
        raise NotImplementedError
