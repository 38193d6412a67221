"""`taskview [DB_URL]`: opens the browser."""

from __future__ import annotations

import gc
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from taskview_core.errors import UsageError
from taskview_tui import wiring
from taskview_tui.asked_limits import AskedLimits
from taskview_tui.cli.database_choice import importable, named_database, usual_database
from taskview_tui.cli.exit_codes import ExitCode
from taskview_tui.cli.limits import limits_of
from taskview_tui.cli.main_parser import make_main_parser as make_parser
from taskview_tui.cli.notices import say_notices
from taskview_tui.cli.streams import say
from taskview_tui.garbage import put_off_garbage

if TYPE_CHECKING:
    from taskview_tui.app import Companion

__all__ = ["browse", "has_terminal", "make_parser", "run"]


def run(options: Namespace) -> int:
    """Open the browser on the database that is named, or else on the usual one."""
    if not has_terminal():
        raise UsageError(
            "the browser needs a terminal to draw on and to be typed at",
            "for other programs there are commands, such as `taskview ls`: see --help",
        )
    url = named_database(options.database) or usual_database()
    if url is None:
        make_parser().print_help()
        say("\ntaskview: name a database, or make one to look around in: taskview demo")
        return ExitCode.USAGE
    path = importable(url)
    if path is not None:
        url = _imported(path)
    return browse(url, options.tz, limits_of(options))


def browse(
    url: str, tz: str, limits: AskedLimits | None = None, companion: Companion | None = None
) -> int:
    """Open the browser on a database; give the exit code.

    Where something works beside it that brings new rows, its screens follow from the beginning.
    """
    # Said before the screen, where they stay, and on it, where they are seen.
    notices = say_notices(url)
    # What modules are made of stays: looking through it for garbage, before the first frame and
    # ever after, takes 30 ms each time and finds none.
    gc.disable()
    from taskview_tui.app import run_app

    gc.freeze()
    gc.enable()
    put_off_garbage()
    return run_app(
        lambda: wiring.open_browser_at_once(url, limits),
        tz=tz,
        notices=notices,
        companion=companion,
    )


def _imported(path: Path) -> str:
    """Import what is new in a file or folder, and give the database that it is in."""
    from taskview_tui.cli.importing import cache_database, import_to_browse, say_left_out

    database = str(cache_database(path))
    report = import_to_browse(database, [str(path)], "the same")
    if report is None:
        return database
    say_left_out(report)
    if not any(each.tasks for each in report.formats.values()):
        raise UsageError(
            f"there is nothing to browse in {path}",
            "it holds no sessions or traces of a known format; a database is named by its file",
        )
    return database


def has_terminal() -> bool:
    """Whether there is a terminal to draw on and to read keys from."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))
