"""The text index of a database, for `taskview db` and `taskview load`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskview_tui import wiring
from taskview_tui.cli.progress import Progress
from taskview_tui.cli.streams import say
from taskview_tui.text.clean import clean

if TYPE_CHECKING:
    from taskview_tui.wiring import IndexReport, LoadReport, TextIndexStatus

_FEW = 1_000


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


async def refresh_after_load(url: str, loaded: LoadReport) -> None:
    """Bring the index of a database up to date if there is one, once after many rows were written.

    A few that are new are looked at by searches one by one. One that was there may have got
    another text under its old time, by which no search would know that it has changed.
    """
    if loaded.new_tasks == loaded.tasks <= _FEW:
        return
    with Progress() as progress:
        report = await wiring.refresh_text_index(
            url, lambda state: progress.show(f"text index, {state.step}", state.share)
        )
    if report is not None:
        for line in report_lines(report):
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
