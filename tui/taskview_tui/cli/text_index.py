"""The text index of a database, for `taskview db` and the commands that write tasks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from taskview_core.errors import LockedError, TaskviewError
from taskview_tui import leaving, loops, wiring
from taskview_tui.cli.progress import Progress
from taskview_tui.cli.streams import say
from taskview_tui.text.clean import clean

if TYPE_CHECKING:
    from taskview_tui.wiring import IndexReport, TextIndexStatus


async def index_text(url: str, *, drop: bool) -> None:
    """Make, bring up to date or drop the index of a database; say what that changes."""
    if drop:
        # Not looked at before: the database may be gone, and its index be there.
        dropped = await wiring.drop_text_index(url)
        if dropped is None:
            status = await wiring.text_index_status(url)
            say(f"taskview: there is no {_place(status)}")
        else:
            say(f"taskview: dropped {clean(dropped)}")
        return
    status = await wiring.text_index_status(url)
    begun = "bringing up to date" if status.usable else "making"
    say(f"taskview: {begun} {_place(status)}; nothing else is changed")
    with Progress() as progress:
        report = await wiring.index_text(url, lambda state: progress.show(state.step, state.share))
    for line in report_lines(report):
        say(f"taskview: {line}")


@contextmanager
def text_index_kept(url: str) -> Iterator[None]:
    """Bring the index of a database up to date, if there is one, after what is written within.

    Also where that was ended by an error or by Ctrl+C, for it may have written much before; again
    Ctrl+C ends this too. Whoever ends the process by another signal is not kept waiting.
    """
    try:
        yield
    except LockedError:
        raise  # Whoever writes there at this moment does it.
    except (KeyboardInterrupt, TaskviewError):
        if leaving.ended.by is None:
            _refresh(url)
        raise
    _refresh(url)


def _refresh(url: str) -> None:
    try:
        with Progress() as progress:
            report = loops.run(
                wiring.refresh_text_index(
                    url, lambda state: progress.show(f"text index, {state.step}", state.share)
                )
            )
    except TaskviewError as error:
        # What was to be written is there, and found without it.
        say(
            f"taskview: the text index is not up to date, and searches go through all rows: {error}"
        )
        return
    for line in report_lines(report) if report is not None else ():
        say(f"taskview: {line}")


def report_lines(report: IndexReport) -> list[str]:
    """Give what a run has done, for people."""
    done = f"the text index is up to date, {size_text(report.size)}"
    if report.written is not None:
        done += f"; {report.written:,} of {report.rows:,} rows were new or changed"
    return [done, *report.notes]


def status_line(status: TextIndexStatus) -> str:
    """Give a line about a database's text index."""
    if not status.present and not status.can_be:
        words = "none: searches go through the rows; there can be one of a plain table only"
    elif not status.present:
        words = "none: searches go through the rows; taskview db index-text makes one"
    elif not status.usable:
        words = f"✗ not finished, and not used; taskview db index-text goes on: {_place(status)}"
    else:
        words = f"✓ {size_text(status.size)}, {status.covers}: {_place(status)}"
    return f"text index {words}"


def size_text(size: int) -> str:
    """Give a number of bytes for people."""
    return f"{size / 1e6:,.1f} MB" if size < 1e9 else f"{size / 1e9:,.2f} GB"


def _place(status: TextIndexStatus) -> str:
    return clean(status.place)
