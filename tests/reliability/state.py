"""All that a database holds, as a value to be compared: rows, schema, and what is beside it."""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from support.databases import run

TABLES = ("conversations", "tasks", "alembic_version")
_INDEXES = """
SELECT c.relname AS name, pg_get_indexdef(i.indexrelid) AS made, i.indisvalid AS valid
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE c.relnamespace = current_schema()::regnamespace
"""
_COLUMNS = """
SELECT table_name || '.' || column_name, data_type || is_nullable
FROM information_schema.columns WHERE table_schema = current_schema()
"""
_OTHERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)
_PATIENCE = 60.0


@dataclass(frozen=True)
class State:
    """What there is. `rows` and `schema` are digests by table; `broken` are indexes not valid."""

    rows: tuple[tuple[str, str], ...]
    schema: tuple[tuple[str, str], ...]
    indexes: frozenset[tuple[str, str]]
    broken: frozenset[str] = frozenset()
    beside: tuple[str, ...] = ()
    """Files beside a SQLite database that do not belong there."""

    def told(self) -> str:
        """Give it for people."""
        tables = ", ".join(f"{name} {digest[:6]}" for name, digest in self.rows) or "no tables"
        broken = f", broken: {sorted(self.broken)}" if self.broken else ""
        beside = f", beside it: {self.beside}" if self.beside else ""
        return f"{tables}, {len(self.indexes)} indexes{broken}{beside}"


def state_of(url: str) -> State:
    """Look at a database, once nobody uses it any more."""
    if url.startswith("sqlite"):
        return _of_file(Path(url.removeprefix("sqlite:///")))
    return run(_of_server(url))


def _of_file(path: Path) -> State:
    if not path.exists():
        return State((), (), frozenset(), beside=_beside(path))
    # For writing: what a killed writer left is then taken back, as by the next program that writes.
    with closing(sqlite3.connect(path)) as connection:
        made = connection.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
        ).fetchall()
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",), path
        tables = [name for kind, name, _ in made if kind == "table" and name in TABLES]
        rows = tuple(
            (name, _digest(connection.execute(f"SELECT * FROM {name} ORDER BY 1")))
            for name in sorted(tables)
        )
    return State(
        rows,
        tuple(sorted((name, sql) for kind, name, sql in made if kind != "index")),
        frozenset((name, sql or "") for kind, name, sql in made if kind == "index"),
        beside=_beside(path),
    )


def _beside(path: Path) -> tuple[str, ...]:
    return tuple(sorted(each.name for each in path.parent.iterdir() if each != path))


async def _of_server(url: str) -> State:
    connection = await asyncpg.connect(url)
    try:
        await _until_alone(connection)
        there = await connection.fetch(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname = ANY($1)", TABLES
        )
        rows = [
            (name, _digest(await connection.fetch(f"SELECT t::text FROM {name} t ORDER BY 1")))
            for name in sorted(row["relname"] for row in there)
        ]
        indexes = await connection.fetch(_INDEXES)
        columns = await connection.fetch(_COLUMNS)
    finally:
        await connection.close()
    return State(
        tuple(rows),
        tuple(sorted((row[0], row[1]) for row in columns)),
        frozenset((row["name"], row["made"]) for row in indexes if row["valid"]),
        frozenset(row["name"] for row in indexes if not row["valid"]),
    )


async def _until_alone(connection: asyncpg.Connection) -> None:
    """Wait until the server has noticed that a killed client is gone."""
    async with asyncio.timeout(_PATIENCE):
        while await connection.fetchval(_OTHERS):  # noqa: ASYNC110  # a server tells nobody
            await asyncio.sleep(0.02)


def _digest(rows: Iterable[object]) -> str:
    found = hashlib.sha256()
    for row in rows:
        found.update(repr(tuple(row)).encode())  # type: ignore[arg-type]  # a row is a sequence
    return found.hexdigest()
