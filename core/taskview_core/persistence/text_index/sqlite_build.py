"""Makes the text index of a SQLite database, or brings it up to date, batch by batch.

Each batch is complete in itself: a run that is ended by force leaves an index of fewer rows, or
of older ones, and the next run goes on from there. Rows are read in short transactions.
"""

from __future__ import annotations

import json
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any
from uuid import uuid4

from taskview_core.errors import LockedError
from taskview_core.persistence.database_url import DatabaseUrl
from taskview_core.persistence.sqlite_file import uri_to_read
from taskview_core.persistence.text_index.file_state import FileState, settled_state
from taskview_core.persistence.text_index.sidecar import Covers, open_to_write, write_covers
from taskview_core.persistence.text_index.trigrams import indexed_text

BATCH_ROWS = 2_000
_MEMORY = 32 << 20
"""Bytes that the index gathers before it writes them: fewer pieces to merge."""

Tell = Callable[[int, float | None], None]
"""Is told how many rows have been looked at, and the share of all where it is known."""

_READ = (
    "SELECT rowid, CAST(input AS TEXT), CAST(output AS TEXT), CAST(error AS TEXT)"
    " FROM tasks WHERE rowid > ? ORDER BY rowid LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index is to know of one task; the texts are in UTF-8, as far as they are text."""

    task: int
    digest: bytes
    texts: Sequence[bytes | None]


@dataclass
class BuildReport:
    """What a run did: rows looked at, and rows that were new or changed."""

    rows: int = 0
    written: int = 0


def build(database: DatabaseUrl, sidecar: Path, tell: Tell, stop: threading.Event) -> BuildReport:
    """Bring the index of a database up to date; what was there stays in use meanwhile.

    Raises sqlite3.Error, OSError where the cache folder cannot be written, and LockedError where
    another run has begun since.
    """
    at = datetime.now(UTC).isoformat(timespec="seconds")
    report = BuildReport()
    with closing(open_to_write(sidecar)) as index, closing(open_rows(database)) as rows:
        version = _version(rows)
        state = settled_state(database)
        run = uuid4().hex
        index.execute("INSERT OR REPLACE INTO facts VALUES ('run', ?)", (run,))
        index.execute("INSERT INTO texts (texts, rank) VALUES ('hashsize', ?)", (_MEMORY,))
        total = rows.execute("SELECT max(rowid) FROM tasks").fetchone()[0] or 0
        last = -(2**63)
        for batch in _read_ahead(rows, stop):
            _begin(index, run)
            _write(index, last, batch, report)
            last = batch[-1].task
            report.rows += len(batch)
            tell(report.rows, min(last / total, 1.0) if total > 0 else None)
            if stop.is_set():
                return report
        if _version(rows) != version:
            # What a log held before it is seen once it is on the disk: it may have come since.
            state = FileState(())
        _begin(index, run)
        index.execute("DELETE FROM rows WHERE task > ?", (last,))
        write_covers(index, Covers(state, report.rows, at))
        index.execute("COMMIT")
        index.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return report


def open_rows(database: DatabaseUrl) -> sqlite3.Connection:
    """Open the database that is to be indexed, to be read alone."""
    assert database.path is not None, "the caller has looked"
    name = uri_to_read(database.path, immutable=database.immutable)
    connection = sqlite3.connect(
        name, uri=True, timeout=30.0, isolation_level=None, check_same_thread=False
    )
    connection.text_factory = bytes
    return connection


def _version(rows: sqlite3.Connection) -> int:
    """Give a number that is another one as soon as a change by others is seen."""
    version: int = rows.execute("PRAGMA data_version").fetchone()[0]
    return version


def _begin(index: sqlite3.Connection, run: str) -> None:
    """Begin to write, if no other run has begun: of two, one would write what the other has mended.

    The last one looks at all rows, whatever those before it have done.
    """
    index.execute("BEGIN IMMEDIATE")
    if index.execute("SELECT value FROM facts WHERE name = 'run'").fetchone() != (run,):
        index.execute("ROLLBACK")
        raise LockedError(
            "another taskview has begun to bring the text index up to date", "it goes on with it"
        )


def _read_ahead(rows: sqlite3.Connection, stop: threading.Event) -> Iterator[list[Entry]]:
    """Give batches that a thread of its own reads while the index takes the one before."""
    ready: queue.Queue[list[Entry] | BaseException | None] = queue.Queue(maxsize=2)
    left = threading.Event()

    def put(item: list[Entry] | BaseException | None) -> bool:
        while not left.is_set() and not stop.is_set():
            try:
                ready.put(item, timeout=0.2)
            except queue.Full:
                continue
            return True
        return False

    def read() -> None:
        last = -(2**63)
        try:
            while True:
                found = rows.execute(_READ, (last, BATCH_ROWS)).fetchall()
                if not found or not put([_entry(row) for row in found]):
                    break
                last = found[-1][0]
            put(None)
        except sqlite3.Error as error:
            put(error)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        while not stop.is_set():
            try:
                item = ready.get(timeout=0.2)
            except queue.Empty:
                continue
            if item is None:
                return
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        left.set()
        reader.join()


def _entry(row: Sequence[Any]) -> Entry:
    task, *texts = row
    lengths = ",".join("" if text is None else str(len(text)) for text in texts)
    digest = blake2b(lengths.encode(), digest_size=8)
    for text in texts:
        if text is not None:
            digest.update(text)
    return Entry(task, digest.digest(), texts)


def _write(
    index: sqlite3.Connection, after: int, batch: Sequence[Entry], report: BuildReport
) -> None:
    """Put a batch into the index, take out the rows that are gone from between, and commit."""
    known: dict[int, bytes] = dict(
        index.execute(
            "SELECT task, digest FROM rows WHERE task > ? AND task <= ?", (after, batch[-1].task)
        ).fetchall()
    )
    # A number once given is never given again: the texts of rows that are gone stay in the index.
    (doc,) = index.execute("SELECT value FROM facts WHERE name = 'docs'").fetchone() or ("0",)
    doc = int(doc)
    bodies: dict[int, str] = {}
    fresh: list[tuple[int, int, bytes]] = []
    for entry in batch:
        if known.pop(entry.task, None) == entry.digest:
            continue
        doc += 1
        bodies[doc] = indexed_text(*map(_decoded, entry.texts))
        fresh.append((doc, entry.task, entry.digest))
    if fresh:
        # One statement for all: the thread that reads goes on meanwhile.
        index.execute(
            "INSERT INTO texts (rowid, body) SELECT CAST(key AS INTEGER), value FROM json_each(?)",
            (json.dumps(bodies, ensure_ascii=False),),
        )
    index.executemany("DELETE FROM rows WHERE task = ?", [(task,) for task in known])
    index.executemany("INSERT OR REPLACE INTO rows VALUES (?, ?, ?)", fresh)
    index.execute("INSERT OR REPLACE INTO facts VALUES ('docs', ?)", (str(doc),))
    index.execute("COMMIT")
    report.written += len(fresh)


def _decoded(text: bytes | None) -> str | None:
    return None if text is None else text.decode("utf-8", "surrogateescape")
