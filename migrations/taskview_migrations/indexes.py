"""The indexes that a database has, and how one is made that it lacks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text
from sqlalchemy.schema import CreateIndex

from taskview_core.persistence.sql.lengths import postgres_duration
from taskview_migrations.expected import EXPRESSION, TABLES, ExpectedIndex

_SQLITE = """
SELECT each.name AS name, NOT each.partial AS whole, 1 AS valid, part.name AS part
FROM pragma_index_list(:table) AS each, pragma_index_xinfo(each.name) AS part
WHERE part.key ORDER BY each.name, part.seqno
"""
_POSTGRES = """
SELECT c.relname AS name, i.indpred IS NULL AS whole, i.indisvalid AND i.indisready AS valid,
       a.attname AS part
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
CROSS JOIN LATERAL generate_series(0, i.indnkeyatts - 1) AS k
LEFT JOIN pg_attribute a
       ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k] AND i.indkey[k] <> 0
WHERE i.indrelid = to_regclass(:table) ORDER BY c.relname, k
"""


_NAIVE = """
SELECT attname FROM pg_attribute WHERE attrelid = to_regclass('tasks')
AND attname IN ('started_at', 'completed_at') AND atttypid = 'timestamp'::regtype
"""


@dataclass(frozen=True)
class FoundIndex:
    """An index of a table as it is. `whole` says that it covers all rows.

    One that is not `valid` is what a broken-off CREATE INDEX CONCURRENTLY leaves behind: writers
    keep it up, and no query uses it.
    """

    table: str
    columns: tuple[str, ...]
    whole: bool = True
    valid: bool = True


def found_indexes(connection: Connection, table: str) -> Mapping[str, FoundIndex]:
    """Give the indexes of a table by their names; none where there is no such table.

    Those over expressions too, which SQLAlchemy's inspector leaves out.
    """
    query = _SQLITE if connection.dialect.name == "sqlite" else _POSTGRES
    found: dict[str, FoundIndex] = {}
    for row in connection.execute(text(query), {"table": table}):
        before = found[row.name].columns if row.name in found else ()
        part = EXPRESSION if row.part is None else str(row.part)
        found[str(row.name)] = FoundIndex(table, (*before, part), bool(row.whole), bool(row.valid))
    return found


def all_indexes(connection: Connection) -> Mapping[str, FoundIndex]:
    """Give the indexes of both tables by their names."""
    return {
        name: index for table in TABLES for name, index in found_indexes(connection, table).items()
    }


def naive_ends(connection: Connection) -> frozenset[str]:
    """Give which of a task's start and end Postgres has without a time zone, made by others."""
    if connection.dialect.name == "sqlite":
        return frozenset()
    return frozenset(str(name) for name in connection.execute(text(_NAIVE)).scalars())


def creation(expected: ExpectedIndex, connection: Connection) -> str:
    """Give the statement that makes an index here, in the words of this database's queries."""
    made = str(CreateIndex(expected.index).compile(dialect=connection.dialect))
    return made.replace(postgres_duration(""), postgres_duration("", naive_ends(connection)))


def serving(expected: ExpectedIndex, found: Mapping[str, FoundIndex]) -> str | None:
    """Give the name of the index that does an expected one's work; None where there is none.

    In a database of others it may have another name, or further columns. For an index over an
    expression, or over the roots alone, there is no such stand-in.
    """
    own = found.get(expected.name)
    if own is not None:
        return expected.name if own.valid and own.table == expected.table else None
    if EXPRESSION in expected.columns or not expected.replaceable:
        return None
    for name, index in found.items():
        columns = index.columns if expected.narrow else index.columns[: len(expected.columns)]
        same = index.table == expected.table and columns == expected.columns
        if same and index.valid and index.whole:
            return name
    return None
