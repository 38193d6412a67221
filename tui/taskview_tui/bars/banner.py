"""What is wrong with the screen's reading of the database, above the status line."""

from __future__ import annotations

from dataclasses import dataclass

from textual.widgets import Static

from taskview_core.errors import LockedError, ServerBehindLostError, TaskviewError
from taskview_tui.retry import passes
from taskview_tui.text.clean import clean


@dataclass(frozen=True)
class Trouble:
    """A failure that is shown until it is over.

    `retry_in` is the number of seconds until it is tried again, None where nothing is tried.
    `stale` says that what is on the screen belongs to an earlier request.
    """

    error: TaskviewError
    retry_in: int | None = None
    stale: bool = False

    @property
    def words(self) -> str:
        """The sentence for people, cleaned."""
        said = clean(str(self.error))
        if passes(self.error):
            when = "now" if self.retry_in in {None, 0} else f"in {self.retry_in} s"
            what = "connection lost"
            if isinstance(self.error, ServerBehindLostError):
                what = "a server behind is away"
            elif isinstance(self.error, LockedError):
                what = "locked"
            return f"✗ {what} - retrying {when} (r: now) - {said}"
        old = " - what is shown is from before" if self.stale else ""
        return f"✗ {said}{old} - r: try again"


class Banner(Static):
    """Shows a Trouble; takes no room while there is none. Made when there first is one."""

    DEFAULT_CSS = """
    Banner {
        height: auto;
        max-height: 3;
        padding: 0 1;
        background: $error 25%;
        color: $text;
        text-style: bold;
    }
    """

    def __init__(self) -> None:
        super().__init__("", markup=False)
        self.display = False

    def show(self, trouble: Trouble | None) -> None:
        """Show this trouble, or nothing."""
        self.display = trouble is not None
        self.update(trouble.words if trouble else "")
