"""The text index of a SQLite database: a file of our own in the cache folder, beside no data.

Nothing of it is in the database, so other programs write there as if it were not. `rows` says
which task each document of the index is of, and the digest of the texts that the task had.
`facts` say what is covered; it is worth nothing before `complete` is there. `run` is whoever makes
the index or brings it up to date: one at a time, the last that has begun.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from taskview_core.persistence.database_url import DatabaseUrl
from taskview_core.persistence.text_index.file_state import FileState, state_of

FORM = 2
"""The form of the file; one of another form is made anew."""

_TABLES = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE rows (
    doc INTEGER PRIMARY KEY, task INTEGER NOT NULL UNIQUE, digest BLOB NOT NULL
);
CREATE VIRTUAL TABLE texts USING fts5 (
    body, content='', detail=none, columnsize=0, tokenize='trigram case_sensitive 1'
);
"""


@dataclass(frozen=True, slots=True)
class Covers:
    """What an index says of itself; `state` is that of the database's file while it was read."""

    state: FileState
    rows: int
    at: str


def sidecar_path(folder: Path, database: Path) -> Path:
    """Give the place of a database's index; one file for each real path."""
    real = os.path.realpath(database)
    digest = hashlib.blake2b(os.fsencode(real), digest_size=8).hexdigest()
    return folder / f"{digest}-{Path(real).name[:40]}.text-index"


def open_to_read(path: Path) -> sqlite3.Connection:
    """Open an index that is there; raises sqlite3.Error."""
    name = f"file:{quote(os.fsencode(path.absolute()))}?mode=ro"
    return sqlite3.connect(
        name, uri=True, timeout=1.0, isolation_level=None, check_same_thread=False
    )


def open_to_write(path: Path) -> sqlite3.Connection:
    """Open an index, made anew where it is none or of another form."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    connection = _open(path)
    if connection is None:
        remove(path)
        connection = _open(path)
        assert connection is not None, "a new file has our form"
    return connection


def _open(path: Path) -> sqlite3.Connection | None:
    connection = sqlite3.connect(path, timeout=30.0, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("BEGIN IMMEDIATE")
        (form,) = connection.execute("PRAGMA user_version").fetchone()
        if form == 0:
            for statement in _TABLES.split(";\n"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {FORM}")
        connection.execute("COMMIT")
    except sqlite3.DatabaseError as error:
        connection.close()
        # What is no index is made anew; of a disk that is full a new one would be no better.
        if isinstance(error, sqlite3.OperationalError) and "already exists" not in str(error):
            raise
        return None
    if form not in (0, FORM):
        connection.close()
        return None
    return connection


def remove(path: Path) -> bool:
    """Remove an index; say whether there was one."""
    there = path.exists()
    for name in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        name.unlink(missing_ok=True)
    return there


def read_covers(connection: sqlite3.Connection) -> Covers | None:
    """Give what an index covers; None where it was never finished, or is of another form."""
    (form,) = connection.execute("PRAGMA user_version").fetchone()
    if form != FORM:
        return None
    stored = connection.execute("SELECT value FROM facts WHERE name = 'complete'").fetchone()
    if stored is None:
        return None
    found: dict[str, Any] = json.loads(stored[0])
    return Covers(FileState.of_list(found["state"]), found["rows"], found["at"])


def write_covers(connection: sqlite3.Connection, covers: Covers) -> None:
    """Say what the index covers now; within a transaction of the caller."""
    value = json.dumps({"state": covers.state.as_list(), "rows": covers.rows, "at": covers.at})
    connection.execute("INSERT OR REPLACE INTO facts VALUES ('complete', ?)", (value,))


def covers_at(path: Path) -> Covers | None:
    """Give what the index at a place covers; None where there is none that can be used."""
    if not path.exists():
        return None
    try:
        with closing(open_to_read(path)) as connection:
            return read_covers(connection)
    except (sqlite3.Error, ValueError, KeyError, TypeError):
        return None


def is_behind(folder: Path, database: DatabaseUrl) -> bool:
    """Whether there is an index of a database that does not cover the file as it is."""
    if database.path is None:
        return False
    path = sidecar_path(folder, database.path)
    if not path.exists():
        return False
    covers = covers_at(path)
    try:
        return covers is None or covers.state != state_of(database)
    except FileNotFoundError:
        return False
