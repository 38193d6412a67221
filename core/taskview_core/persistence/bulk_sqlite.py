"""Bulk writing on SQLite, by the driver's executemany."""

from __future__ import annotations

import sqlite3
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from itertools import islice
from typing import Any
from uuid import UUID

import aiosqlite

from taskview_core.errors import SchemaError
from taskview_core.persistence.bulk import (
    COLUMNS,
    PARENT,
    BulkRow,
    Link,
    Refused,
)
from taskview_core.persistence.faults import MAKE_TABLES
from taskview_core.persistence.sqlite_indexes_aside import SqliteIndexesAside
from taskview_core.persistence.stored_forms import SqliteForms
from taskview_core.persistence.stored_time import read_time, write_time

BUSY_SECONDS = 30
"""How long a load waits for another program that writes."""

_IN_ONE_QUERY = 900

_AT_ONCE = 1_000
_TAKES_MANY = (3, 32)
"""From this version on a statement takes 32,766 parameters, before it 999."""

SMALL = 50_000
"""Rows in a database whose ids are all looked at before a load; a larger one has to be worth it."""


class SqliteBulkWriter:
    """Writes through one connection, on which nothing else may run meanwhile.

    Foreign keys are not checked row by row but by whoever calls: every conversation is looked
    for before its tasks are written, and every parent before the commit.
    """

    def __init__(self, driver: aiosqlite.Connection, label: str) -> None:
        self.forms = SqliteForms()
        self.had_tasks = False
        self.in_process = True
        self.stores_missing_parents = True
        self._driver = driver
        self._label = label
        self._stored = _StoredIds(driver)
        self._indexes = SqliteIndexesAside(driver)
        self._before: dict[str, int | None] = {}
        self._statements: dict[tuple[str, int, int], str] = {}

    async def begin(self) -> None:
        """Look at the tables and begin."""
        await self._driver.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        await self._driver.execute("PRAGMA foreign_keys = OFF")
        await self._driver.execute("PRAGMA cache_size = -65536")
        await self._driver.execute("BEGIN IMMEDIATE")
        for table, columns in COLUMNS.items():
            found = await _all(self._driver, f"PRAGMA table_info({table})")
            lacking = [name for name in columns if name not in {row[1] for row in found}]
            if not found:
                raise SchemaError(f"{self._label} has no table {table}", MAKE_TABLES)
            if lacking:
                raise SchemaError(
                    f"the table {table} of {self._label} has no column {lacking[0]}", MAKE_TABLES
                )
            self._before[table] = await self._last_row(table)
        self.had_tasks = bool(await _all(self._driver, "SELECT 1 FROM tasks LIMIT 1"))
        await self._stored.look(self._before["tasks"])

    async def set_indexes_aside(self) -> bool:
        """Drop the indexes of `tasks` if it is empty; a new file has none yet (`load_sources`)."""
        if not self.had_tasks:
            await self._indexes.take()
        return self._indexes.any

    async def make_indexes(self, told: Callable[[str], None]) -> None:
        """Make them again, of all rows at once."""
        await self._indexes.make_again(told)

    async def write_conversations(self, rows: Sequence[BulkRow]) -> list[Refused]:
        """Insert or update a batch."""
        if not self._stored.plain:
            forms = await self._stored.forms("conversations", [row.id for row in rows])
            for row in rows:
                row.values[0] = forms[row.id]
        return await self._upsert("conversations", rows)

    async def write_tasks(self, rows: Sequence[BulkRow], missing: Collection[str]) -> list[Refused]:
        """Insert or update a batch; a parent that is missing is written all the same."""
        await self._stored.seen(len(rows))
        if not self._stored.plain:
            await self._to_stored_forms(rows)
        return await self._upsert("tasks", rows)

    async def known_conversations(self, ids: Collection[str]) -> dict[str, Any]:
        """Give those that exist, with their created_at."""
        rows = self._stored.select("conversations", "id, created_at", ids)
        return {
            _digits(row[0]): None if (moment := read_time(row[1])) is None else write_time(moment)
            async for row in rows
        }

    async def known_tasks(self, ids: Collection[str]) -> set[str]:
        """Give those that exist."""
        return {_digits(row[0]) async for row in self._stored.select("tasks", "id", ids)}

    async def links(self, ids: Collection[str]) -> dict[str, Link]:
        """Give the stored links of those tasks that exist."""
        columns = "id, parent_task_id, CAST(metadata AS TEXT)"
        rows = self._stored.select("tasks", columns, ids)
        return {_digits(row[0]): Link(_hex(row[1]), row[2]) async for row in rows}

    async def tasks_holding(self, text: str) -> AsyncGenerator[tuple[str, str]]:
        """Give the tasks without a parent whose metadata holds a text."""
        statement = (
            "SELECT id, CAST(metadata AS TEXT) FROM tasks"
            " WHERE parent_task_id IS NULL AND instr(metadata, ?) > 0"
        )
        async with self._driver.execute(statement, (text,)) as cursor:
            async for row in cursor:
                ident = _hex(row[0])
                if ident is not None:
                    yield ident, row[1]

    async def set_parents(self, parents: Mapping[str, str]) -> None:
        """Store the parents of tasks."""
        forms = await self._stored.forms("tasks", {*parents, *parents.values()})
        await self._driver.executemany(
            "UPDATE tasks SET parent_task_id = ? WHERE id = ?",
            [(forms[parent], forms[task]) for task, parent in parents.items()],
        )

    async def relink(self, links: Mapping[str, Link]) -> None:
        """Store parents and metadata of tasks."""
        ids = {ident for task, link in links.items() for ident in (task, link.parent) if ident}
        forms = await self._stored.forms("tasks", ids)
        await self._driver.executemany(
            "UPDATE tasks SET parent_task_id = ?, metadata = ? WHERE id = ?",
            [
                (link.parent and forms[link.parent], self._storable(link.metadata), forms[task])
                for task, link in links.items()
            ],
        )

    async def delete(self, table: str, ids: Collection[str]) -> None:
        """Delete those of these rows that exist, in whichever form their ids are stored."""
        forms = (form for ident in ids for form in _forms(ident))
        for some in _chunks(ids if self._stored.plain else forms):
            places = ", ".join("?" * len(some))
            await self._driver.execute(f"DELETE FROM {table} WHERE id IN ({places})", some)

    async def new_rows(self) -> tuple[int | None, int | None]:
        """Count the new rows by the last row numbers: within a transaction they only grow."""
        counts = []
        for table, before in self._before.items():
            last = await self._last_row(table)
            counts.append(None if last is None or before is None else last - before)
        return counts[0], counts[1]

    async def commit(self) -> None:
        """Make it all lasting."""
        await self._driver.execute("COMMIT")

    async def rollback(self) -> None:
        """Undo it all."""
        if self._driver.in_transaction:
            await self._driver.execute("ROLLBACK")

    def _storable(self, metadata: str | None) -> str | bytes | None:
        if metadata is None:
            return None
        try:
            metadata.encode()
        except UnicodeEncodeError:
            # It was read from bytes that are no UTF-8, and goes back as those bytes.
            return metadata.encode("utf-8", "surrogateescape")
        return self.forms.payload(metadata)

    async def _to_stored_forms(self, rows: Sequence[BulkRow]) -> None:
        tasks = {ident for row in rows for ident in (row.id, row.values[PARENT]) if ident}
        task_forms = await self._stored.forms("tasks", tasks)
        forms = await self._stored.forms("conversations", {row.values[1] for row in rows})
        for row in rows:
            values = row.values
            values[0], values[1] = task_forms[values[0]], forms[values[1]]
            if values[PARENT] is not None:
                values[PARENT] = task_forms[values[PARENT]]

    async def _upsert(self, table: str, rows: Sequence[BulkRow]) -> list[Refused]:
        by_absence: dict[int, list[BulkRow]] = {}
        for row in rows:
            by_absence.setdefault(row.absent, []).append(row)
        refused = []
        for absent, group in by_absence.items():
            statement = self._statement(table, absent)
            try:
                await self._insert(table, absent, group)
            except (sqlite3.IntegrityError, sqlite3.DataError):
                refused += await self._one_by_one(statement, group)
        return refused

    async def _insert(self, table: str, absent: int, rows: Sequence[BulkRow]) -> None:
        """Write rows that say something about the same columns.

        Many go in one statement: an executemany gives Python's lock away and takes it back for
        each row, a tenth of the time of a load.
        """
        at = 0
        while len(rows) - at >= _AT_ONCE and sqlite3.sqlite_version_info >= _TAKES_MANY:
            values = [value for row in rows[at : at + _AT_ONCE] for value in row.values]
            await self._driver.execute(self._statement(table, absent, _AT_ONCE), values)
            at += _AT_ONCE
        if at < len(rows):
            statement = self._statement(table, absent)
            await self._driver.executemany(statement, [row.values for row in rows[at:]])

    async def _one_by_one(self, statement: str, rows: Sequence[BulkRow]) -> list[Refused]:
        """Find the rows of a failed batch that are to blame; the load is undone anyway."""
        refused = []
        for row in rows:
            try:
                await self._driver.execute(statement, row.values)
            except (sqlite3.IntegrityError, sqlite3.DataError) as error:
                refused.append(Refused(row, f"SQLite says: {error}"))
        return refused

    def _statement(self, table: str, absent: int, rows: int = 1) -> str:
        key = (table, absent, rows)
        if key not in self._statements:
            columns = COLUMNS[table]
            places = ", ".join("?" * len(columns))
            given = [
                name for index, name in enumerate(columns) if index and not absent >> index & 1
            ]
            self._statements[key] = (
                f"INSERT INTO {table} ({', '.join(columns)})"
                f" VALUES {', '.join([f'({places})'] * rows)}"
                f" ON CONFLICT (id) DO UPDATE SET"
                f" {', '.join(f'{name} = excluded.{name}' for name in given)}"
            )
        return self._statements[key]

    async def _last_row(self, table: str) -> int | None:
        try:
            rows = await _all(self._driver, f"SELECT max(rowid) FROM {table}")
        except sqlite3.OperationalError:
            return None  # a table WITHOUT ROWID
        return int(rows[0][0] or 0)


class _StoredIds:
    """How ids are written in a database: others write dashes or capitals, some both.

    Where every id is 32 small hex digits (`plain`) nothing need be looked up. Until that is
    known, the forms of each batch are looked up; the whole index is read once it costs less.
    """

    def __init__(self, driver: aiosqlite.Connection) -> None:
        self.plain = False
        self._driver = driver
        self._size = 0
        self._seen = 0
        self._looked = False
        self._dashed = False

    async def look(self, last_row: int | None) -> None:
        """Look at some rows, or at all where they are few."""
        self._size = last_row or 0
        sample = await _all(
            self._driver,
            "SELECT * FROM (SELECT id FROM tasks LIMIT 5) UNION ALL"
            " SELECT * FROM (SELECT id FROM conversations LIMIT 5)",
        )
        self._dashed = bool(sample) and "-" in str(sample[0][0])
        await self.seen(0)

    async def seen(self, rows: int) -> None:
        """Take note of how many rows are written: the more, the sooner it pays to read all."""
        self._seen += rows
        if self._looked or self._seen * 64 < self._size - SMALL:
            return
        self._looked = True
        odd = "length(id) <> 32 OR id <> lower(id)"
        tables = [f"SELECT 1 FROM {table} WHERE {odd}" for table in COLUMNS]
        self.plain = not await _all(self._driver, " UNION ALL ".join(tables) + " LIMIT 1")

    async def forms(self, table: str, ids: Collection[str]) -> dict[str, str]:
        """Give the form of each id: the stored one, or for a new id that of the others."""
        forms = {
            ident: str(UUID(hex=ident)) if self._dashed and not self.plain else ident
            for ident in ids
        }
        if not self.plain:
            async for row in self.select(table, "id", ids):
                forms[_digits(row[0])] = row[0]
        return forms

    async def select(
        self, table: str, columns: str, ids: Collection[str]
    ) -> AsyncIterator[sqlite3.Row]:
        """Give the rows with these ids, in whichever form."""
        wanted: Iterable[str] = ids
        if not self.plain:
            wanted = (form for ident in ids for form in _forms(ident))
        for some in _chunks(wanted):
            statement = f"SELECT {columns} FROM {table} WHERE id IN ({', '.join('?' * len(some))})"
            for row in await _all(self._driver, statement, some):
                yield row


def _forms(ident: str) -> tuple[str, str, str, str]:
    dashed = str(UUID(hex=ident))
    return ident, dashed, ident.upper(), dashed.upper()


def _chunks(values: Iterable[str]) -> Iterator[list[str]]:
    source = iter(values)
    while some := list(islice(source, _IN_ONE_QUERY)):
        yield some


def _digits(ident: str) -> str:
    """Give a stored form of a UUID as 32 small hex digits."""
    return ident if len(ident) == 32 and ident.islower() else ident.replace("-", "").lower()


def _hex(ident: object) -> str | None:
    try:
        return None if ident is None else UUID(str(ident)).hex
    except ValueError:
        return None


async def _all(
    driver: aiosqlite.Connection, statement: str, parameters: Sequence[Any] = ()
) -> list[sqlite3.Row]:
    return list(await driver.execute_fetchall(statement, parameters))
