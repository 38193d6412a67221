"""The indexes that a database has, and how one is made that it lacks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text
from sqlalchemy.schema import CreateIndex

from taskview_core.persistence.sql.lengths import postgres_duration
from taskview_migrations.expected import EXPRESSION, TABLES, ExpectedIndex

_SQLITE = """
SELECT each.name AS name, 1 AS valid, part.name AS part, part.desc AS way,
       CASE WHEN each.partial THEN (SELECT sql FROM sqlite_master
                                    WHERE type = 'index' AND name = each.name) END AS only
FROM pragma_index_list(:table) AS each, pragma_index_xinfo(each.name) AS part
WHERE part.key ORDER BY each.name, part.seqno
"""
_POSTGRES = """
SELECT c.relname AS name, i.indisvalid AND i.indisready AS valid, a.attname AS part,
       CASE WHEN m.amname <> 'btree' THEN 2
            WHEN i.indoption[k] = 0 THEN 0 WHEN i.indoption[k] = 3 THEN 1 ELSE 2 END AS way,
       'WHERE ' || pg_get_expr(i.indpred, i.indrelid) AS only
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
CROSS JOIN LATERAL generate_series(0, i.indnkeyatts - 1) AS k
LEFT JOIN pg_attribute a
       ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k] AND i.indkey[k] <> 0
WHERE i.indrelid = to_regclass(:table) ORDER BY c.relname, k
"""
_NO_ORDER = 2
"""Stands for a way that no list is sorted: another kind of index, or NULLs at the other end."""
_CHILDREN = re.compile(
    r"(?is).*\bwhere[\s(]+[\"`\[]?parent_task_id[\"`\]]?[\s)]+(is\s+not\s+null|notnull)[\s)]*"
)
"""What leaves no row out that has a parent."""

_NAIVE = """
SELECT attname FROM pg_attribute WHERE attrelid = to_regclass('tasks')
AND attname IN ('started_at', 'completed_at') AND atttypid = 'timestamp'::regtype
"""


@dataclass(frozen=True)
class FoundIndex:
    """An index of a table as it is.

    `whole` says that it covers all rows, or, where it begins with the parent, all that have one.
    `ways` says of each column whether it ascends (0), descends (1), or gives no order.
    One that is not `valid` is what a broken-off CREATE INDEX CONCURRENTLY leaves behind: writers
    keep it up, and no query uses it.
    """

    table: str
    columns: tuple[str, ...]
    ways: tuple[int, ...]
    whole: bool = True
    valid: bool = True

    def leading(self, columns: tuple[str, ...]) -> int:
        """Say how many of some columns, by the last two of which lists are sorted, it is good for.

        Where those two run against each other, the last is of no use.
        """
        number = 0
        for wanted, column, way in zip(columns, self.columns, self.ways, strict=False):
            if wanted != column or way == _NO_ORDER:
                return number
            number += 1
        both = self.ways[number - 2 : number]
        return number - 1 if number == len(columns) > 1 and both[0] != both[1] else number


def found_indexes(connection: Connection, table: str) -> Mapping[str, FoundIndex]:
    """Give the indexes of a table by their names; none where there is no such table.

    Those over expressions too, which SQLAlchemy's inspector leaves out.
    """
    query = _SQLITE if connection.dialect.name == "sqlite" else _POSTGRES
    found: dict[str, FoundIndex] = {}
    for row in connection.execute(text(query), {"table": table}):
        before = found.get(str(row.name))
        columns = (
            *(before.columns if before else ()),
            EXPRESSION if row.part is None else str(row.part),
        )
        ways = (*(before.ways if before else ()), int(row.way))
        whole = row.only is None or (
            columns[0] == "parent_task_id" and _CHILDREN.fullmatch(row.only) is not None
        )
        found[str(row.name)] = FoundIndex(table, columns, ways, whole, bool(row.valid))
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
    for name, leading in _standing_in(expected, found):
        as_small = not expected.narrow or len(found[name].columns) == leading
        if leading == len(expected.columns) and as_small:
            return name
    return None


def serving_in_part(
    expected: ExpectedIndex, found: Mapping[str, FoundIndex]
) -> tuple[str | None, int]:
    """Give the index that does most of the work of one that is missed, and for how many columns."""
    best: tuple[str | None, int] = None, 0
    for name, leading in _standing_in(expected, found):
        if leading > best[1]:
            best = name, leading
    return best


def _standing_in(
    expected: ExpectedIndex, found: Mapping[str, FoundIndex]
) -> Iterator[tuple[str, int]]:
    """Give the indexes that may stand in for an expected one, each with its number of columns."""
    if EXPRESSION in expected.columns or not expected.replaceable:
        return
    for name, index in found.items():
        if index.table == expected.table and index.valid and index.whole:
            yield name, index.leading(expected.columns)
