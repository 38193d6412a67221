"""Records every statement that this process, or one it starts, sends to a database."""

from __future__ import annotations

import re
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest

_STARTUP, _CANCEL = 196608, 80877102
_QUERY, _PARSE = b"Q", b"P"


@contextmanager
def statements_to_server(url: str) -> Iterator[tuple[str, list[str]]]:
    """Give the URL by which a Postgres database is reached through a recorder, and the record."""
    parts = urlsplit(url)
    listening = socket.create_server(("127.0.0.1", 0))
    recorder = _Recorder(listening, (parts.hostname or "", parts.port or 5432))
    accepting = threading.Thread(target=recorder.accept, daemon=True)
    accepting.start()
    login = parts.netloc.rpartition("@")[0]
    port = listening.getsockname()[1]
    try:
        yield urlunsplit(parts._replace(netloc=f"{login}@127.0.0.1:{port}")), recorder.record
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        accepting.join()


class _Recorder:
    def __init__(self, listening: socket.socket, target: tuple[str, int]) -> None:
        self._listening = listening
        self._target = target
        self.record: list[str] = []

    def accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return  # It was closed.
            server = socket.create_connection(self._target)
            threading.Thread(target=self._ask, args=(client, server), daemon=True).start()
            threading.Thread(target=_copy, args=(server, client), daemon=True).start()

    def _ask(self, client: socket.socket, server: socket.socket) -> None:
        held, started = b"", False
        with client, server, suppress(OSError):  # Either may hang up at any moment.
            while data := client.recv(1 << 16):
                held, started = self._read(held + data, started)
                server.sendall(data)
            server.shutdown(socket.SHUT_WR)

    def _read(self, data: bytes, started: bool) -> tuple[bytes, bool]:
        """Take whole messages off the data; before it has started, they have no kind."""
        while len(data) >= (5 if started else 8):
            at = 1 if started else 0
            length = int.from_bytes(data[at : at + 4], "big") + at
            if len(data) < length:
                break
            message, data = data[:length], data[length:]
            if not started:
                started = int.from_bytes(message[4:8], "big") == _STARTUP
            elif message[:1] == _QUERY:
                self.record.append(message[5:].split(b"\0")[0].decode())
            elif message[:1] == _PARSE:
                self.record.append(message[5:].split(b"\0")[1].decode())
        return data, started


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


def record_sqlite(monkeypatch: pytest.MonkeyPatch, name: str) -> list[str]:
    """Record what connections of this process send to databases with a name in their path."""
    record: list[str] = []
    connect = sqlite3.connect

    def keep(statement: str) -> None:
        if not statement.startswith("-- "):  # What SQLite does within another one.
            record.append(statement)

    def recorded(database: Any, *args: Any, **options: Any) -> sqlite3.Connection:
        connection = connect(database, *args, **options)
        if name in str(database):
            connection.set_trace_callback(keep)
        return connection

    monkeypatch.setattr(sqlite3, "connect", recorded)
    return record


_WRITES = re.compile(
    r"\b(insert|update|delete|merge|replace\s+into|truncate|create|drop|alter|grant|revoke|lock"
    r"|copy|into|vacuum|reindex|attach|call|notify|listen|nextval|setval|pg_(try_)?advisory\w*"
    r"|pg_(terminate|cancel)\w*|lo_\w+|dblink\w*|set_config|for\s+(no\s+key\s+|key\s+)?"
    r"(update|share))\b",
    re.IGNORECASE,
)
_LITERALS = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*", re.DOTALL)
_JIT = re.compile(r"set_config\('jit', '(on|off)', false\)")
_SETTINGS = (
    r"(statement_timeout|lock_timeout|idle_in_transaction_session_timeout"
    r"|client_connection_check_interval) = \d+|jit = off|default_transaction_read_only = on"
    r"|plan_cache_mode = force_custom_plan"
)
_HARMLESS = {
    "postgresql": re.compile(
        # Without READ ONLY as SQLAlchemy and asyncpg have their first look at a server: what they
        # ask there is looked at here like all else, and a session of our own is read-only itself.
        rf"(BEGIN(( ISOLATION LEVEL [A-Z ]+?)? READ ONLY)?(; SET LOCAL ({_SETTINGS}))*"
        rf"|SET ({_SETTINGS})(; SET ({_SETTINGS}))*|COMMIT|ROLLBACK"
        r"|show (transaction isolation level|standard_conforming_strings));?"
    ),
    "sqlite": re.compile(
        r"PRAGMA (query_only = ON|cache_size = -\d+|data_version|schema_version|read_uncommitted"
        r"|user_version|''\.data_version"  # the second by FTS5, of the index that it reads
        r"|main\.(table|index)_x?(info|list)\(\W*\))"
        r"|BEGIN|COMMIT|ROLLBACK"
    ),
}


def harmful(statements: list[str], kind: str) -> set[str]:
    """Give those that are none of the shapes that only read."""
    return {each for each in statements if not _only_reads(each, kind)}


def _only_reads(statement: str, kind: str) -> bool:
    # asyncpg sets this one as it asks for types.
    bare = _LITERALS.sub("''", _JIT.sub("jit", statement)).strip()
    if _HARMLESS[kind].fullmatch(bare):
        return True
    reads = re.match(r"(EXPLAIN( \((?!.*ANALYZE).*?\))? )?(SELECT|WITH)\b", bare, re.IGNORECASE)
    several = ";" in bare.rstrip(";")
    return reads is not None and not several and not _WRITES.search(bare)
