"""Makes, drops and describes the text index of a SQLite database."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from taskview_core.errors import TaskviewError
from taskview_core.persistence.database_url import DatabaseUrl
from taskview_core.persistence.faults import translated
from taskview_core.persistence.sql.profile import HAS_ROWIDS
from taskview_core.persistence.text_index.file_state import state_of
from taskview_core.persistence.text_index.report import (
    IndexProgress,
    IndexReport,
    Tell,
    TextIndexStatus,
)
from taskview_core.persistence.text_index.sidecar import (
    covers_at,
    is_behind,
    remove,
    sidecar_path,
)
from taskview_core.persistence.text_index.sqlite_build import BuildReport, build, open_rows

_BEHIND = "searches show at once what it knows, and go through all rows behind that"
_WRITTEN_TO = f"the file is being written to, so the index is behind already: {_BEHIND}"


async def bring_up_sqlite(url: DatabaseUrl, folder: Path, tell: Tell) -> IndexReport:
    """Make the index, or bring it up to date. Cancelling stops after the batch at hand."""
    path = url.path
    assert path is not None, "the caller has looked"
    sidecar = sidecar_path(folder, path)
    stop = threading.Event()

    def told(rows: int, share: float | None) -> None:
        tell(IndexProgress(f"reading, {rows:,} rows", share))

    def work() -> BuildReport:
        with _explained(sidecar):
            with translated(url.label):
                _check_rows(url)
            return build(url, sidecar, told, stop)

    task = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        report = await asyncio.shield(task)
    finally:
        stop.set()
        await asyncio.wait({task})
    notes = (_WRITTEN_TO,) if is_behind(folder, url) else ()
    return IndexReport(str(sidecar), sidecar.stat().st_size, report.rows, report.written, notes)


def drop_sqlite(url: DatabaseUrl, folder: Path) -> str | None:
    """Remove the index; give its place if there was one."""
    assert url.path is not None, "the caller has looked"
    sidecar = sidecar_path(folder, url.path)
    with _explained(sidecar):
        return str(sidecar) if remove(sidecar) else None


def sqlite_status(url: DatabaseUrl, folder: Path) -> TextIndexStatus:
    """Say whether there is an index, and what it covers."""
    assert url.path is not None, "the caller has looked"
    sidecar = sidecar_path(folder, url.path)
    if not sidecar.exists():
        return TextIndexStatus(str(sidecar), present=False)
    size = sum(
        each.stat().st_size
        for each in (sidecar, sidecar.with_name(sidecar.name + "-wal"))
        if each.exists()
    )
    covers = covers_at(sidecar)
    if covers is None:
        return TextIndexStatus(str(sidecar), present=True, size=size)
    if state_of(url) == covers.state:
        now = "all of the file as it is"
    else:
        now = (
            f"the file has changed since, so {_BEHIND}; taskview db index-text brings it up to date"
        )
    at = covers.at.replace("T", " ").removesuffix("+00:00")
    return TextIndexStatus(
        str(sidecar), True, True, size, f"{covers.rows:,} rows at {at} UTC; {now}"
    )


def _check_rows(url: DatabaseUrl) -> None:
    """See that the tasks have addresses that an index can name."""
    with closing(open_rows(url)) as connection:
        (has_rowids,) = connection.execute(HAS_ROWIDS).fetchone()
    if not has_rowids:
        raise TaskviewError(
            f"{url.label} has no table tasks whose rows can be indexed",
            "rows of a view, or of a table WITHOUT ROWID, have no numbers to find them by",
        )


@contextmanager
def _explained(sidecar: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise TaskviewError(f"cannot write {sidecar}", str(error.strerror or error)) from error
    except sqlite3.Error as error:
        words = str(error)
        if "fts5" in words or "tokenizer" in words:
            raise TaskviewError(
                "this Python's SQLite has no FTS5 with trigrams, so there is no text index",
                f"searches go through the rows; SQLite {sqlite3.sqlite_version} would have to be"
                " 3.34 or newer, built with FTS5",
            ) from error
        raise TaskviewError("the text index could not be made", words) from error
