"""What a database really holds, and whether taskview can live with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, inspect, text

from taskview_core.errors import SchemaError
from taskview_core.persistence.models import Base
from taskview_core.persistence.sql.profile import unreadable_types
from taskview_migrations.expected import TABLES, expected_indexes
from taskview_migrations.indexes import FoundIndex, all_indexes

_OURS = re.compile(r"taskview_\d{4}")
"""Our revisions bear the program's name, for others too number theirs from 0001."""


@dataclass(frozen=True)
class Found:
    """The two tables with their columns, the indexes with theirs, and the recorded revision."""

    columns: Mapping[str, frozenset[str]]
    """By table, for the tables that are there."""
    indexes: Mapping[str, FoundIndex]
    revision: str | None
    odd_types: tuple[str, ...] = ()
    """A sentence for each column of a type that taskview cannot read."""
    servers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By table, the other servers that it has rows on, as foreign tables or partitions."""
    keyless: frozenset[str] = frozenset()
    """The tables in which no index leads to a row by its id."""

    @property
    def is_empty(self) -> bool:
        """Whether neither table is there."""
        return not self.columns

    @property
    def by_other_migrations(self) -> bool:
        """Whether another program's Alembic keeps this database."""
        return self.revision is not None and not _OURS.fullmatch(self.revision)


def look(connection: Connection) -> Found:
    """Look at the database; nothing is written."""
    inspector = inspect(connection)
    columns = {
        table: frozenset(str(each["name"]) for each in inspector.get_columns(table))
        for table in TABLES
        if inspector.has_table(table)
    }
    revision = None
    if inspector.has_table("alembic_version"):
        rows = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
        revision = ", ".join(str(row) for row in rows) or None
    servers = {table: _servers(connection, table) for table in columns}
    indexes, tables = all_indexes(connection), frozenset(inspector.get_table_names())
    return Found(
        columns,
        indexes,
        revision,
        _odd_types(connection),
        servers,
        frozenset(
            table
            for table in columns
            if table in tables and not _has_key(connection, table, indexes)
        ),
    )


def _has_key(connection: Connection, table: str, indexes: Mapping[str, FoundIndex]) -> bool:
    """Say whether an index leads to a row by its id; SQLite lists none where that numbers rows."""
    if any(
        each.table == table and each.valid and each.whole and each.columns[0] == "id"
        for each in indexes.values()
    ):
        return True
    if connection.dialect.name != "sqlite":
        return False
    own = "SELECT 1 FROM pragma_table_info(:table) WHERE name = 'id' AND pk = 1"
    return connection.execute(text(own), {"table": table}).first() is not None


_SERVERS = """
WITH RECURSIVE part AS (
  SELECT to_regclass(:table)::oid AS id
  UNION SELECT i.inhrelid FROM pg_inherits i JOIN part ON i.inhparent = part.id
)
SELECT DISTINCT s.srvname FROM part JOIN pg_foreign_table f ON f.ftrelid = part.id
JOIN pg_foreign_server s ON s.oid = f.ftserver ORDER BY s.srvname
"""


def _servers(connection: Connection, table: str) -> tuple[str, ...]:
    if connection.dialect.name != "postgresql":
        return ()
    return tuple(
        str(name) for name in connection.execute(text(_SERVERS), {"table": table}).scalars()
    )


def _odd_types(connection: Connection) -> tuple[str, ...]:
    """Look at the types on Postgres; SQLite lets any value into any column."""
    if connection.dialect.name != "postgresql":
        return ()
    rows = connection.execute(
        text(
            "SELECT n || '.' || a.attname AS name, format_type(a.atttypid, NULL) AS type"
            " FROM unnest(ARRAY['tasks', 'conversations']) AS n"
            " JOIN pg_attribute a ON a.attrelid = to_regclass(n)"
            " WHERE a.attnum > 0 AND NOT a.attisdropped"
        )
    )
    return tuple(unreadable_types({row.name: row.type for row in rows}))


def problems_of(found: Found, known: tuple[str, ...]) -> tuple[str, ...]:
    """Give a sentence for each thing that keeps taskview from taking this database."""
    problems = []
    if found.by_other_migrations:
        problems.append(
            f"its alembic_version says {found.revision}, which is another program's:"
            " that program's own migrations keep the schema"
        )
    elif found.revision is not None and found.revision not in known:
        problems.append(
            f"its revision {found.revision} is newer than {known[-1]},"
            " the newest that this taskview knows: install a newer taskview"
        )
    if found.is_empty:
        if found.revision is not None and not found.by_other_migrations:
            problems.append(f"alembic_version says {found.revision}, but the tables are gone")
        return tuple(problems)
    for table in TABLES:
        problems.extend(_problems_of_table(found, table))
    problems.extend(found.odd_types)
    for table, servers in found.servers.items():
        if servers:
            problems.append(
                f"its table {table} has its rows on other servers ({', '.join(servers)}):"
                " upgrade each of these by itself"
            )
    for expected in expected_indexes():
        there = found.indexes.get(expected.name)
        if there is not None and there.table != expected.table:
            problems.append(
                f"its index {expected.name} is on {there.table} and not on {expected.table}"
            )
        elif there is not None and there.columns != expected.columns:
            problems.append(
                f"its index {expected.name} is over ({', '.join(there.columns)})"
                f" and not over ({', '.join(expected.columns)})"
            )
    return tuple(problems)


def _problems_of_table(found: Found, name: str) -> list[str]:
    if name not in found.columns:
        other = next(table for table in TABLES if table != name)
        return [f"it has a table {other} but no table {name}"]
    columns = Base.metadata.tables[name].columns
    lacking = [column for column in columns if column.name not in found.columns[name]]
    if not lacking:
        return []
    names = ", ".join(column.name for column in lacking)
    noun = "column" if len(lacking) == 1 else "columns"
    if any(not column.nullable for column in lacking):
        return [f"its table {name} is something else: it lacks the {noun} {names}"]
    return [f"its table {name} lacks the {noun} {names}, which may be NULL: add them first"]


def refuse_problems(found: Found, known: tuple[str, ...], label: str) -> None:
    """Raise a SchemaError for the problems that there are."""
    problems = problems_of(found, known)
    if problems:
        raise SchemaError(f"{label} cannot be upgraded", "; ".join(problems))
