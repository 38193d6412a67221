"""The file of a spool: where it is, what tables it has, and that one import has it at a time."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from taskview_core.errors import LockedError, TaskviewError
from taskview_core.persistence.database_url import DatabaseUrl
from taskview_core.persistence.importing.spool import Spool

_VERSION = 1
_TABLES = """
CREATE TABLE inputs (
    id INTEGER PRIMARY KEY, identity TEXT NOT NULL UNIQUE, format TEXT NOT NULL,
    version INTEGER NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    inode INTEGER NOT NULL, offset INTEGER NOT NULL, line INTEGER NOT NULL,
    fingerprint BLOB NOT NULL, skipped TEXT NOT NULL
);
CREATE TABLE scopes (
    id INTEGER PRIMARY KEY, format TEXT NOT NULL, name TEXT NOT NULL, dirty INTEGER NOT NULL,
    conversations BLOB NOT NULL, tasks BLOB NOT NULL, stats TEXT NOT NULL, UNIQUE (format, name)
);
CREATE INDEX scopes_dirty ON scopes (id) WHERE dirty;
CREATE TABLE facts (
    id INTEGER PRIMARY KEY, scope INTEGER NOT NULL, input INTEGER NOT NULL, body BLOB NOT NULL
);
CREATE INDEX facts_scope ON facts (scope);
CREATE INDEX facts_input ON facts (input, scope);
CREATE TABLE claims (
    row BLOB NOT NULL, scope INTEGER NOT NULL, PRIMARY KEY (row, scope)
) WITHOUT ROWID;
CREATE INDEX claims_scope ON claims (scope);
CREATE TABLE told (
    conversation BLOB, scope INTEGER, row TEXT NOT NULL, PRIMARY KEY (conversation, scope)
) WITHOUT ROWID;
CREATE INDEX told_scope ON told (scope);
CREATE TABLE options (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
"""


def spool_path(folder: Path, url: DatabaseUrl) -> Path:
    """Give the place of a database's spool."""
    address = url.address if url.path is None else str(url.path.resolve())
    return folder / f"{hashlib.sha256(address.encode('utf-8', 'replace')).hexdigest()[:24]}.db"


@contextmanager
def open_spool(path: Path, label: str) -> Iterator[Spool]:
    """Open a spool, and make it where there is none; LockedError where another import has it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        database = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    except (OSError, sqlite3.Error) as error:
        raise TaskviewError(f"cannot make {path}", str(error)) from error
    try:
        try:
            _prepare(database)
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
            raise LockedError(
                f"another import into {label} is under way", "try again when it is done"
            ) from None
        yield Spool(database)
    except sqlite3.DatabaseError as error:
        if "disk is full" in str(error):
            raise TaskviewError(
                f"there is no room for {path}, where the import keeps what it has read",
                "make room and try again: it goes on from there",
            ) from error
        raise TaskviewError(
            f"the import's own file {path} cannot be used: {error}",
            "move it away to have everything read anew",
        ) from error
    finally:
        database.close()


def _prepare(database: sqlite3.Connection) -> None:
    """See that the tables are there, and that nobody else writes here."""
    run = database.execute
    run("PRAGMA locking_mode = EXCLUSIVE")
    run("PRAGMA journal_mode = WAL")
    run("PRAGMA synchronous = NORMAL")
    run("BEGIN IMMEDIATE")
    (version,) = run("PRAGMA user_version").fetchone()
    if version != _VERSION:
        for (name,) in run("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
            run(f'DROP TABLE "{name}"')
        for statement in _TABLES.split(";"):
            run(statement)
        run(f"PRAGMA user_version = {_VERSION}")
    run("COMMIT")
