"""Bulk writing on Postgres: COPY where all rows are new, else COPY beside and an upsert."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg

from taskview_core.errors import SchemaError
from taskview_core.persistence.bulk import (
    COLUMNS,
    PARENT,
    BulkRow,
    Link,
    Refused,
)
from taskview_core.persistence.faults import MAKE_TABLES
from taskview_core.persistence.postgres_indexes_aside import IndexesAside
from taskview_core.persistence.stored_forms import Limits, PostgresForms

_KEY = int.from_bytes(b"taskload", "big")
_COLUMNS_OF = """
    SELECT attname, format_type(atttypid, atttypmod) AS type
    FROM pg_attribute
    WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped
"""
_TELLS_BY_ID = """
    SELECT EXISTS (
      SELECT FROM pg_index i JOIN pg_attribute a
        ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] AND a.attname = 'id'
      WHERE i.indrelid = to_regclass($1) AND i.indisunique AND i.indisvalid
        AND i.indnkeyatts = 1 AND i.indpred IS NULL)
"""
_LENGTH = re.compile(r"character(?: varying)?\((\d+)\)")
_COLUMN = re.compile(r"(?s).*COPY \S+, line \d+, column (\w+)")
_NAIVE = "timestamp without time zone"
_ANALYZE_FROM = 1_000
_UNDO_SECONDS = 2.0
"""How long a server may take to undo a load, which is nothing but to forget it."""

# What a server may say about a row that it does not take, and not about the load as a whole.
_ABOUT_A_ROW = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.StatementTooComplexError,
    asyncpg.ProgramLimitExceededError,
)


@dataclass
class _Table:
    """One of the two tables, as it is on this server."""

    types: Mapping[str, str]
    staged: bool = False
    """Whether the table beside it has been made."""
    all_new: bool = True
    """Whether the last batch held only new rows, so that the next is tried by COPY alone."""
    fresh: int = 0


class PostgresBulkWriter:
    """Writes through one connection. Loads of one database wait for each other."""

    def __init__(self, driver: asyncpg.Connection[Any], label: str) -> None:
        self.forms = PostgresForms()
        self.had_tasks = False
        self.in_process = False
        self.stores_missing_parents = False
        self._driver = driver
        self._label = label
        self._transaction = driver.transaction(isolation="read_committed")
        self._tables: dict[str, _Table] = {}
        self._indexes = IndexesAside(driver)

    async def begin(self) -> None:
        """Look at the tables and begin."""
        await self._transaction.start()
        await self._driver.execute("SELECT pg_advisory_xact_lock($1)", _KEY)
        lengths = {}
        for table, columns in COLUMNS.items():
            rows = await self._driver.fetch(_COLUMNS_OF, table)
            types = {row["attname"]: row["type"] for row in rows}
            if not types:
                raise SchemaError(f"{self._label} has no table {table}", MAKE_TABLES)
            for name in columns:
                if name not in types:
                    raise SchemaError(
                        f"the table {table} of {self._label} has no column {name}", MAKE_TABLES
                    )
                limited = _LENGTH.fullmatch(types[name])
                if limited is not None:
                    lengths[table, name] = int(limited[1])
            self._tables[table] = _Table(types)
        for table in COLUMNS:
            if not await self._driver.fetchval(_TELLS_BY_ID, table):
                raise SchemaError(
                    f"nothing can be loaded into {self._label}: in its table {table} no index sees"
                    " to it that an id is there once",
                    "known rows could not be told from new ones, which is so where a table is"
                    " partitioned by something else; nothing was written",
                )
        naive = self._tables["tasks"].types["created_at"] == _NAIVE
        limits = Limits(nul_in_text=False, constants_in_json=False, lengths=lengths)
        self.forms = PostgresForms(limits, naive)
        self.had_tasks = bool(await self._driver.fetch("SELECT 1 FROM tasks LIMIT 1"))

    async def set_indexes_aside(self) -> bool:
        """Drop the indexes of `tasks` if it is empty, and nobody uses it at the moment."""
        if not self.had_tasks:
            await self._indexes.take()
        return self._indexes.any

    async def make_indexes(self, told: Callable[[str], None]) -> None:
        """Make them again, of all rows at once."""
        await self._indexes.make_again(told)

    async def write_conversations(self, rows: Sequence[BulkRow]) -> list[Refused]:
        """Insert or update a batch."""
        return await self._write("conversations", rows)

    async def write_tasks(self, rows: Sequence[BulkRow], missing: Collection[str]) -> list[Refused]:
        """Insert or update a batch; a missing parent is left out, for its key would be refused."""
        if missing:
            for row in rows:
                if row.values[PARENT] in missing:
                    row.values[PARENT] = None
        return await self._write("tasks", rows)

    async def known_conversations(self, ids: Collection[str]) -> dict[str, Any]:
        """Give those that exist, with their created_at."""
        rows = await self._driver.fetch(
            "SELECT id, created_at FROM conversations WHERE id = ANY($1::uuid[])", list(ids)
        )
        moment = self.forms.moment
        return {row[0].hex: None if row[1] is None else moment(_aware(row[1])) for row in rows}

    async def known_tasks(self, ids: Collection[str]) -> set[str]:
        """Give those that exist."""
        rows = await self._driver.fetch(
            "SELECT id FROM tasks WHERE id = ANY($1::uuid[])", list(ids)
        )
        return {row[0].hex for row in rows}

    async def links(self, ids: Collection[str]) -> dict[str, Link]:
        """Give the stored links of those tasks that exist."""
        rows = await self._driver.fetch(
            "SELECT id, parent_task_id, metadata::text FROM tasks WHERE id = ANY($1::uuid[])",
            list(ids),
        )
        return {row[0].hex: Link(None if row[1] is None else row[1].hex, row[2]) for row in rows}

    async def tasks_holding(self, text: str) -> AsyncGenerator[tuple[str, str]]:
        """Give the tasks without a parent whose metadata holds a text."""
        statement = (
            "SELECT id, metadata::text FROM tasks"
            " WHERE parent_task_id IS NULL AND strpos(metadata::text, $1) > 0"
        )
        async for row in self._driver.cursor(statement, text, prefetch=500):
            yield row[0].hex, row[1]

    async def set_parents(self, parents: Mapping[str, str]) -> None:
        """Store the parents of tasks."""
        await self._driver.execute(
            "UPDATE tasks SET parent_task_id = new.parent"
            " FROM unnest($1::uuid[], $2::uuid[]) AS new (id, parent) WHERE tasks.id = new.id",
            list(parents),
            list(parents.values()),
        )

    async def relink(self, links: Mapping[str, Link]) -> None:
        """Store parents and metadata of tasks."""
        kind = self._tables["tasks"].types["metadata"]
        await self._driver.execute(
            "UPDATE tasks SET parent_task_id = new.parent,"
            f" metadata = new.metadata::{kind}"
            " FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS new (id, parent, metadata)"
            " WHERE tasks.id = new.id",
            list(links),
            [link.parent for link in links.values()],
            [link.metadata for link in links.values()],
        )

    async def delete(self, table: str, ids: Collection[str]) -> None:
        """Delete those of these rows that exist."""
        await self._driver.execute(f"DELETE FROM {table} WHERE id = ANY($1::uuid[])", list(ids))

    async def new_rows(self) -> tuple[int | None, int | None]:
        """Count the new rows."""
        return self._tables["conversations"].fresh, self._tables["tasks"].fresh

    async def commit(self) -> None:
        """Make it all lasting; after many new rows the planner is told of them."""
        for name, table in self._tables.items():
            if table.fresh >= _ANALYZE_FROM:
                await self._driver.execute(f"ANALYZE {name}")
        await self._transaction.commit()

    async def rollback(self) -> None:
        """Undo it all. A server that is silent does so when it finds that we are gone."""
        if self._driver.is_in_transaction() and not self._driver.is_closed():
            try:
                async with asyncio.timeout(_UNDO_SECONDS):
                    await self._transaction.rollback()
            except TimeoutError:
                self._driver.terminate()

    async def _write(self, name: str, rows: Sequence[BulkRow]) -> list[Refused]:
        table = self._tables[name]
        try:
            if table.all_new:
                try:
                    async with self._driver.transaction():
                        await self._copy(name, COLUMNS[name], [row.values for row in rows])
                except asyncpg.UniqueViolationError:
                    table.all_new = False
                else:
                    table.fresh += len(rows)
                    return []
            async with self._driver.transaction():
                fresh = await self._upsert(name, rows)
        except _ABOUT_A_ROW as error:
            refused = await self._blamed(name, rows)
            if not refused:
                raise error
            return refused
        table.fresh += fresh
        table.all_new = fresh == len(rows)
        return []

    async def _blamed(self, name: str, rows: Sequence[BulkRow]) -> list[Refused]:
        """Find the rows that the server does not take, by trying ever fewer of them."""
        try:
            async with self._driver.transaction():
                await self._try_apart(name, rows)
                raise _OnlyTriedError
        except _OnlyTriedError:
            return []
        except _ABOUT_A_ROW as error:
            if len(rows) == 1:
                return [Refused(rows[0], _reason(error))]
        half = len(rows) // 2
        return await self._blamed(name, rows[:half]) + await self._blamed(name, rows[half:])

    async def _try_apart(self, name: str, rows: Sequence[BulkRow]) -> None:
        """Write some rows of a batch without the others, among which their parents may be."""
        for absent, group in _by_absence(rows).items():
            records = [_without_parent(row) if name == "tasks" else row.values for row in group]
            await self._upsert_alike(name, absent, records)

    async def _copy(self, into: str, columns: Sequence[str], records: list[list[Any]]) -> None:
        """Send rows by COPY."""
        await self._driver.copy_records_to_table(into, records=records, columns=list(columns))

    async def _upsert(self, name: str, rows: Sequence[BulkRow]) -> int:
        """Insert or update by way of a table beside; give the number of new rows.

        Rows that say something about different columns take a statement each. A parent that may
        come with a later statement is linked when all are there.
        """
        by_absence = _by_absence(rows)
        fresh = 0
        late: dict[str, str] = {}
        for absent, group in by_absence.items():
            records = [row.values for row in group]
            if name == "tasks" and len(by_absence) > 1:
                others = {row.id for row in rows if row.absent != absent}
                late.update(
                    (row.id, row.values[PARENT]) for row in group if row.values[PARENT] in others
                )
                records = [_without_parent(row) if row.id in late else row.values for row in group]
            fresh += await self._upsert_alike(name, absent, records)
        if late:
            await self.set_parents(late)
        return fresh

    async def _upsert_alike(self, name: str, absent: int, records: list[list[Any]]) -> int:
        columns = COLUMNS[name]
        listed = ", ".join(columns)
        beside = f"taskview_load_{name}"
        await self._driver.execute(
            f"CREATE TEMP TABLE IF NOT EXISTS {beside} ON COMMIT DROP"
            f" AS SELECT {listed} FROM {name} WITH NO DATA"
        )
        await self._driver.execute(f"TRUNCATE {beside}")
        await self._copy(beside, columns, records)
        given = [each for index, each in enumerate(columns) if index and not absent >> index & 1]
        counts = await self._driver.fetchrow(
            f"WITH written AS (INSERT INTO {name} ({listed}) SELECT {listed} FROM {beside}"
            f" ON CONFLICT (id) DO UPDATE SET"
            f" {', '.join(f'{each} = excluded.{each}' for each in given)}"
            " RETURNING xmax = 0 AS fresh) SELECT count(*) FILTER (WHERE fresh) FROM written"
        )
        return int(counts[0]) if counts else 0


class _OnlyTriedError(Exception):
    """Undoes what was only tried."""


def _by_absence(rows: Sequence[BulkRow]) -> dict[int, list[BulkRow]]:
    groups: dict[int, list[BulkRow]] = {}
    for row in rows:
        groups.setdefault(row.absent, []).append(row)
    return groups


def _without_parent(row: BulkRow) -> list[Any]:
    return [*row.values[:PARENT], None, *row.values[PARENT + 1 :]]


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _reason(error: asyncpg.PostgresError) -> str:
    words = str(getattr(error, "message", None) or error).splitlines()[0]
    where = _COLUMN.match(getattr(error, "context", None) or "")
    place = f"{where[1]}: " if where else ""
    # What a broken constraint adds is the whole row, payloads and all.
    detail = getattr(error, "detail", None) if isinstance(error, asyncpg.DataError) else None
    return f"{place}the server says: {words}" + (f" ({detail})" if detail else "")
