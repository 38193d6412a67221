"""Imports for the commands that do: with progress, and with words on what was left out."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from taskview_tui import wiring
from taskview_tui.cli.progress import Progress
from taskview_tui.cli.streams import say
from taskview_tui.cli.text_index import text_index_kept

if TYPE_CHECKING:
    from taskview_tui.wiring import ImportProgress, ImportReport

_FILES_SHOWN = 20
_HOW_TO_SEE = ": `taskview import --verbose` names all"


def import_paths(
    url: str,
    paths: Sequence[str],
    *,
    format_name: str | None = None,
    strict: bool = False,
    shared: bool = False,
    all_spans: bool | None = None,
    all_named: bool = False,
) -> ImportReport:
    """Import what is new, and show how far that has come."""
    began = time.monotonic()
    with text_index_kept(url), Progress() as progress, seldom_collected():
        return wiring.import_paths(
            url,
            paths,
            lambda state: progress.show(*_told(state, time.monotonic() - began)),
            format_name=format_name,
            strict=strict,
            shared=shared,
            all_spans=all_spans,
            all_named=all_named,
        )


def import_to_browse(database: str, paths: Sequence[str], what: str) -> ImportReport | None:
    """Import what is new into a database that is browsed then; None where another taskview does.

    As where another terminal follows, which looks for what is new each second.
    """
    from taskview_core.errors import LockedError

    try:
        return import_paths(database, paths, shared=True)
    except LockedError:
        if not Path(database).exists():
            raise
        say(f"taskview: another taskview imports {what}: shown is what it has so far")
        return None


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Look for garbage less often: millions of values are made, few of which are in circles.

    Elsewise that takes a fifth of the time of an import.
    """
    usual = gc.get_threshold()
    gc.set_threshold(50_000, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def say_left_out(report: ImportReport, *, all_named: bool = False) -> None:
    """Say what of the inputs is not in the database, and why; the first ones, or all."""
    for line in report.bad:
        say(f"taskview: {line}")
    if report.bad_lines > len(report.bad):
        more = report.bad_lines - len(report.bad)
        say(f"taskview: and {more:,} more lines that cannot be read{_HOW_TO_SEE}")
    shown = len(report.left_out) if all_named else _FILES_SHOWN
    for each in report.left_out[:shown]:
        say(f"taskview: left out {each.name}: {each.reason}")
    if len(report.left_out) > shown:
        say(f"taskview: and {len(report.left_out) - shown:,} more left out{_HOW_TO_SEE}")
    for each in report.failed:
        say(f"taskview: not imported, and tried again the next time: {each.name}: {each.reason}")


def cache_database(path: Path) -> Path:
    """Give the database that a file or folder is imported into in order to be browsed."""
    import hashlib

    whole = str(path.resolve())
    digest = hashlib.sha256(whole.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    name = "".join(each if each.isalnum() or each in "-_." else "-" for each in path.resolve().name)
    return cache_folder() / f"{name[:60] or 'root'}-{digest}.db"


def cache_folder() -> Path:
    """Give the folder of such databases, and make it."""
    from taskview_core.errors import TaskviewError

    folder = wiring.state_folder() / "imported"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise TaskviewError(f"cannot make the folder {folder}", error.strerror or "") from error
    return folder


def _told(state: ImportProgress, seconds: float) -> tuple[str, float | None]:
    share = min(state.bytes_done / state.bytes_total, 1.0) if state.bytes_total else None
    words = f"{state.bytes_done / 1e6:,.1f} of {state.bytes_total / 1e6:,.1f} MB"
    if seconds > 0.5:
        words += f", {state.bytes_done / 1e6 / seconds:,.1f} MB/s"
    words += f", {state.rows:,} tasks"
    if state.skipped:
        words += f", {state.skipped:,} lines skipped"
    return words, share
