"""Turns what drivers and SQLAlchemy raise into this project's errors, once and for all."""

from __future__ import annotations

import asyncio
import re
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from taskview_core.errors import (
    CannotConnectError,
    ConflictError,
    ConnectionLostError,
    LockedError,
    NoAnswerError,
    OnlyReadableError,
    QueryError,
    QueryTimeoutError,
    SchemaError,
    ServerBehindLostError,
    StatementTimeoutError,
    StillLockedError,
    TaskviewError,
    UnsupportedError,
)
from taskview_core.persistence.limited_connection import UnansweredError
from taskview_core.persistence.postgres_connection import POSTGRES_ERRORS
from taskview_core.persistence.tls import tls_fault

DRIVER_ERRORS: tuple[type[BaseException], ...] = (
    SQLAlchemyError,
    sqlite3.Error,
    *POSTGRES_ERRORS,
)
"""Everything that a call to a database may raise."""

MAKE_TABLES = (
    "run `taskview db upgrade DB_URL` to make the tables, or check that this is the database"
)
"""What to do where tables are missing."""

_MISSING = re.compile(r"no such (table|column): (\S+)")


_ENDED = frozenset({"57P01", "57P02", "57P03", "57P05", "25P03", "25P04"})
"""The server ended the session: told to, starting, or for idling."""
_TOO_MANY = "53300"
_DISK_FULL = "53100"
_PASSING = frozenset({"40001", "40P01"})
"""What may well work the next time: on a standby, a row that was being read was cleaned away."""


_REFUSED_BY_POOLER = re.compile(r"unsupported |no such |bouncer config error|not allowed")
"""How pgbouncer begins to say of a connection that it will not be made. It has one code for all, as
for a server that went away behind it."""

_NAME_OF_SERVER = re.compile(r'server "([^"]+)"|remote node (?:\S+@)?([^\s,]+)')
"""How postgres_fdw and Citus name a server that they cannot reach."""


@contextmanager
def translated(label: str) -> Iterator[None]:
    """Raise the project's error for whatever a database's driver raises within."""
    try:
        yield
    except DRIVER_ERRORS as error:
        raise translate(error, label) from error


def translate(error: BaseException, label: str) -> TaskviewError:
    """Give the project's error for a driver's; `label` names the database, without a password."""
    if isinstance(error, TaskviewError):
        return error
    cause: BaseException | None = error
    if isinstance(error, DBAPIError):
        cause = error.orig
    while cause is not None:
        found = _of_cause(cause, label)
        if found is not None:
            return found
        cause = cause.__cause__
    if isinstance(error, PoolTimeoutError):
        return QueryTimeoutError("no database connection came free", "try again in a moment")
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return ConnectionLostError(f"the connection to {label} was lost", _said(error))
    return QueryError("the query failed", _said(error))


def _of_cause(cause: BaseException, label: str) -> TaskviewError | None:
    if isinstance(cause, sqlite3.Error):
        return _of_sqlite(cause, label)
    if isinstance(cause, asyncpg.PostgresError):
        return _of_postgres(cause, label)
    if isinstance(cause, asyncpg.InterfaceError):
        return _of_interface(cause, label)
    if isinstance(cause, asyncpg.InternalClientError):
        # "cannot switch to state": asked between the server's last word and the end of the line.
        return ConnectionLostError(f"the connection to {label} was lost", str(cause))
    if isinstance(cause, socket.gaierror):
        return CannotConnectError(f"cannot connect to {label}", "the host's name is unknown")
    if isinstance(cause, UnansweredError):
        return NoAnswerError(
            f"{label} does not answer", f"nothing came for {cause.seconds:g} s: it or the network"
        )
    if isinstance(cause, (asyncio.TimeoutError, TimeoutError)):
        return CannotConnectError(f"cannot connect to {label}", "no answer in the time allowed")
    if isinstance(cause, ConnectionRefusedError) or "Connect call failed" in str(cause):
        return CannotConnectError(f"cannot connect to {label}", "no server listens there")
    if isinstance(cause, OSError):
        unsafe = tls_fault(cause, label)
        if unsafe is not None:
            return unsafe
        why = cause.strerror or str(cause) or "whoever listens there hung up at once"
        return CannotConnectError(f"cannot connect to {label}", why)
    if isinstance(cause, UnicodeError):
        return QueryError("this text cannot be stored or asked for", "it is no valid Unicode")
    return None


def _of_sqlite(cause: sqlite3.Error, label: str) -> TaskviewError:
    words = str(cause)
    missing = _MISSING.match(words)
    if missing:
        return SchemaError(f"{label} has no {missing[1]} {missing[2]}", MAKE_TABLES)
    if "file is not a database" in words or "file is encrypted" in words:
        return CannotConnectError(
            f"{label} is not a SQLite database",
            "it is encrypted, or another kind of file: `taskview import` reads sessions and traces,"
            " and says which it knows; `taskview load` reads rows",
        )
    if "unable to open database file" in words:
        return CannotConnectError(
            f"cannot open {label}", "check that the file is there and may be read"
        )
    if getattr(cause, "sqlite_errorname", "") == "SQLITE_READONLY_ROLLBACK":
        return QueryError(
            f"{label} holds half of a change, for a program was killed while it wrote",
            "taskview only reads: start that program again, or open the file once with "
            "`sqlite3 FILE .tables`, and the half is undone",
        )
    if "database is locked" in words:
        return LockedError(f"{label} is locked by another program", "try again in a moment")
    if "disk is full" in words:
        return QueryError(f"{label} has no room: the disk is full", "make room and try again")
    if "disk image is malformed" in words:
        return QueryError(f"{label} is damaged", "SQLite says: " + words)
    if words == "interrupted":
        return StatementTimeoutError(
            "the query was stopped", "it took longer than it may: --timeout allows more"
        )
    return QueryError("the query failed", f"SQLite says: {words}")


def _of_postgres(cause: asyncpg.PostgresError, label: str) -> TaskviewError:
    code = cause.sqlstate or ""
    words = (getattr(cause, "message", None) or str(cause)).splitlines()[0]
    if code in {"28P01", "28000"}:
        return CannotConnectError(f"{label} refused the login", words)
    if code == "3D000":
        return CannotConnectError(f"cannot connect to {label}", words)
    if code in {"42P01", "42703", "3F000"}:
        return SchemaError(f"{label} lacks what taskview reads: {words}", MAKE_TABLES)
    if code == "57014" and "timeout" in words:
        return StatementTimeoutError(
            "the query was stopped", "it took longer than it may: --timeout allows more"
        )
    if code == "57014":
        return QueryTimeoutError("the query was stopped", f"the server says: {words}")
    if code == "55P03":
        return StillLockedError(f"a table of {label} is locked by another program", words)
    if code in _PASSING:
        return ConflictError(f"{label} stopped the query for something else", words)
    if code == "0A000":
        return UnsupportedError(
            f"{label} does not take this kind of query", f"the server says: {words}"
        )
    if code == "42501":
        return QueryError(f"{label} does not allow this", f"the server says: {words}")
    if code == _TOO_MANY:
        return ConnectionLostError(f"{label} has no connection to spare", words)
    if code == _DISK_FULL:
        return QueryError(f"{label} has no room: the disk is full", f"the server says: {words}")
    behind = _of_server_behind(cause, code, words, label)
    if behind is not None:
        return behind
    if code == "25006":
        return OnlyReadableError(
            f"{label} takes no changes, and nothing was changed",
            f"it is a replica or set to be only read: name its primary; the server says: {words}",
        )
    if code == "08P01" and _REFUSED_BY_POOLER.match(words):
        return CannotConnectError(f"cannot connect to {label}", f"the pooler there says: {words}")
    if code[:2] == "08" or code in _ENDED:
        return ConnectionLostError(f"the connection to {label} was lost", words)
    return QueryError("the query failed", f"the server says: {words}")


def _of_server_behind(
    cause: asyncpg.PostgresError, code: str, words: str, label: str
) -> TaskviewError | None:
    """Tell apart that our own connection is well, and one that the server has to another is not."""
    # What the driver itself finds has no severity; what ends our connection is FATAL.
    if getattr(cause, "severity_en", None) != "ERROR":
        return None
    remote = "remote SQL command" in (getattr(cause, "context", None) or "")
    if not (code[:2] == "08" or code == "HV00N" or (remote and code in _ENDED)):
        return None
    found = _NAME_OF_SERVER.search(words)
    name = (found[1] or found[2]) if found else ""
    why = (getattr(cause, "detail", None) or words).splitlines()[0]
    if not name:
        return ServerBehindLostError(f"{label} lost a server behind it", why)
    return ServerBehindLostError(
        f"{label} cannot reach the server {name}, where some of the rows are", why, server=name
    )


def _of_interface(cause: asyncpg.InterfaceError, label: str) -> TaskviewError | None:
    if isinstance(cause, asyncpg.exceptions.ClientConfigurationError):
        return CannotConnectError(f"cannot connect to {label}", _without_values(str(cause)))
    if "closed" in str(cause):
        return ConnectionLostError(f"the connection to {label} was lost", "trying again may help")
    if "another operation is in progress" in str(cause):
        # Nothing here uses a connection for two things at once. asyncpg says this of a connection
        # that the server ended while a COPY was being started, before it has noticed.
        return ConnectionLostError(f"the connection to {label} was lost", str(cause))
    return None


def _without_values(words: str) -> str:
    """Cut what asyncpg quotes of the DSN, which may be its password."""
    return re.sub(r"(['\"]).*?\1", "…", words.splitlines()[0] if words else "")


def _said(error: BaseException) -> str:
    """Give the driver's first line, without the statement and its parameters."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    lines = str(origin).splitlines()
    return lines[0] if lines else type(origin).__name__
