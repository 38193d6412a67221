"""Makes the text index of a SQLite database, or brings it up to date, batch by batch.

Each batch is complete in itself: a run that is ended by force leaves an index of fewer rows, or
of older ones, and the next run goes on from there. Rows are read in short transactions.
"""

from __future__ import annotations

import json
import queue
import re
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

from taskview_core.persistence.sqlite_file import uri_to_read
from taskview_core.persistence.text_index.file_state import settled_state
from taskview_core.persistence.text_index.sidecar import (
    Covers,
    open_to_write,
    read_covers,
    write_covers,
)
from taskview_core.persistence.text_index.trigrams import indexed_text
from taskview_core.persistence.url import DatabaseUrl

BATCH_ROWS = 2_000
_HIGHEST = 20
_SAMPLED = 64
_MEMORY = 32 << 20
"""Bytes that the index gathers before it writes them: fewer pieces to merge."""
_FINISHED = frozenset({"completed", "failed", "cancelled"})

Tell = Callable[[int, float | None], None]
"""Is told how many rows have been looked at, and the share of all where it is known."""

_READ = (
    "SELECT rowid, id, updated_at, status, CAST(input AS TEXT), CAST(output AS TEXT),"
    " CAST(error AS TEXT) FROM tasks WHERE rowid > ? ORDER BY rowid LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index is to know of one task. `stamp` is its `updated_at`, None where NULL."""

    task: int
    ident: str
    stamp: str | None
    digest: bytes
    open: bool
    texts: tuple[str | None, str | None, str | None]


@dataclass
class BuildReport:
    """What a run did: rows looked at, and rows that were new or changed."""

    rows: int = 0
    written: int = 0
    silent: bool = False
    """Whether a row had changed and its `updated_at` had not."""
    shapes: set[str] = field(default_factory=set)


def build(database: DatabaseUrl, sidecar: Path, tell: Tell, stop: threading.Event) -> BuildReport:
    """Bring the index of a database up to date; what was there stays in use meanwhile.

    Raises sqlite3.Error, and OSError where the cache folder cannot be written.
    """
    assert database.path is not None, "the caller has looked"
    state = settled_state(database.path)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    report = BuildReport()
    with closing(open_to_write(sidecar)) as index, closing(open_rows(database)) as rows:
        before = read_covers(index)
        index.execute("INSERT INTO texts (texts, rank) VALUES ('hashsize', ?)", (_MEMORY,))
        total = rows.execute("SELECT max(rowid) FROM tasks").fetchone()[0] or 0
        samples = _Samples(total)
        last = -(2**63)
        for batch in _read_ahead(rows, stop):
            samples.take(batch)
            _write(index, last, batch, report)
            last = batch[-1].task
            report.rows += len(batch)
            tell(report.rows, min(last / total, 1.0) if total > 0 else None)
            if stop.is_set():
                return report
        index.execute("BEGIN IMMEDIATE")
        index.execute("DELETE FROM rows WHERE task > ?", (last,))
        kept = before is None or before.orders_changes
        covers = Covers(
            state=state,
            rows=report.rows,
            at=at,
            highest=tuple(samples.highest),
            sample=tuple(samples.others),
            orders_changes=kept and not report.silent and _is_one_form(report.shapes),
        )
        write_covers(index, covers)
        index.execute("COMMIT")
        index.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return report


def stamp_of(value: Any) -> str | None:
    """Give an `updated_at` as the index keeps and compares it."""
    return value if value is None or (isinstance(value, str) and value.isascii()) else ascii(value)


def open_rows(database: DatabaseUrl) -> sqlite3.Connection:
    """Open the database that is to be indexed, to be read alone."""
    assert database.path is not None, "the caller has looked"
    name = uri_to_read(database.path, immutable=database.immutable)
    connection = sqlite3.connect(
        name, uri=True, timeout=30.0, isolation_level=None, check_same_thread=False
    )
    connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    return connection


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
    task, ident, stamp, status, *texts = row
    digest = blake2b(digest_size=8)
    for text in texts:
        raw = b"" if text is None else str(text).encode("utf-8", "surrogatepass")
        digest.update(b"-" if text is None else b"%d:" % len(raw))
        digest.update(raw)
    return Entry(
        task=task,
        ident=str(ident),
        stamp=stamp_of(stamp),
        digest=digest.digest(),
        open=str(status).lower() not in _FINISHED,
        texts=(texts[0], texts[1], texts[2]),
    )


def _write(
    index: sqlite3.Connection, after: int, batch: Sequence[Entry], report: BuildReport
) -> None:
    """Put a batch into the index, and take out the rows that are gone from between."""
    index.execute("BEGIN IMMEDIATE")
    known = {
        task: (stamp, digest, was_open)
        for task, stamp, digest, was_open in index.execute(
            "SELECT task, stamp, digest, open FROM rows WHERE task > ? AND task <= ?",
            (after, batch[-1].task),
        )
    }
    # A number once given is never given again: the texts of rows that are gone stay in the index.
    (doc,) = index.execute("SELECT value FROM facts WHERE name = 'docs'").fetchone() or ("0",)
    doc = int(doc)
    bodies: dict[int, str] = {}
    fresh: list[tuple[Any, ...]] = []
    same: list[tuple[Any, ...]] = []
    for entry in batch:
        stamp, digest, was_open = known.pop(entry.task, (None, None, True))
        report.shapes.add(re.sub(r"\d+", lambda run: str(len(run[0])), entry.stamp or ""))
        if digest == entry.digest:
            if (stamp, was_open) != (entry.stamp, entry.open):
                same.append((entry.stamp, entry.open, entry.task))
            continue
        report.silent |= digest is not None and stamp == entry.stamp and not was_open
        doc += 1
        bodies[doc] = indexed_text(*entry.texts)
        fresh.append((doc, entry.task, entry.stamp, entry.digest, entry.open))
    # One statement for all: the thread that reads goes on meanwhile.
    index.execute(
        "INSERT INTO texts (rowid, body) SELECT CAST(key AS INTEGER), value FROM json_each(?)",
        (json.dumps(bodies, ensure_ascii=False),),
    )
    index.executemany("DELETE FROM rows WHERE task = ?", [(task,) for task in known])
    index.executemany("UPDATE rows SET stamp = ?, open = ? WHERE task = ?", same)
    index.executemany("INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?, ?)", fresh)
    index.execute("INSERT OR REPLACE INTO facts VALUES ('docs', ?)", (str(doc),))
    index.execute("COMMIT")
    report.written += len(fresh)


def _is_one_form(shapes: set[str]) -> bool:
    """Whether `updated_at` is there in every row, and in a form that sorts by time."""
    return len(shapes) <= 1 and "" not in shapes


class _Samples:
    """Some addresses and the ids at them, by which a database is known again."""

    def __init__(self, total: int) -> None:
        self.highest: list[tuple[int, str]] = []
        self.others: list[tuple[int, str]] = []
        self._step = max(total // _SAMPLED, 1)
        self._next = -(2**63)

    def take(self, batch: Sequence[Entry]) -> None:
        found = [(entry.task, entry.ident) for entry in batch]
        self.highest = [*self.highest, *found][-_HIGHEST:]
        for task, ident in found:
            if task >= self._next and len(self.others) < _SAMPLED:
                self.others.append((task, ident))
                self._next = task + self._step
