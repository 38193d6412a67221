"""What each index costs: its size on the data, and what it adds to writing a row."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg

from benchmarks.result import Result
from benchmarks.rows_of_file import rows_for_postgres
from benchmarks.timing import in_turns
from taskview_core.persistence.bulk import COLUMNS

GROUP = "What indexes cost"
_ROWS = 20_000
_RUNS = 3
_MEGABYTE = 1_000_000


async def measure_sqlite(file: Path, folder: Path) -> AsyncIterator[Result]:
    """Yield the cost of each index of a file; the file is only read."""
    source = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    engine = f"SQLite {sqlite3.sqlite_version}"
    for table in COLUMNS:
        (made,) = source.execute(
            "SELECT sql FROM sqlite_master WHERE name = ?", (table,)
        ).fetchone()
        taken = _rows(source, table)
        indexes = source.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ?"
            " AND sql IS NOT NULL ORDER BY name",
            (table,),
        ).fetchall()
        for name, statement in indexes:
            (size,) = source.execute(
                "SELECT sum(pgsize) FROM dbstat WHERE name = ? AND aggregate = TRUE", (name,)
            ).fetchone()
            writes = [
                partial(_write_sqlite, folder / "costs.db", made, index, table, taken)
                for index in (statement, None)
            ]
            times = await in_turns(_RUNS, *(partial(asyncio.to_thread, each) for each in writes))
            for result in _results(name, engine, size, *times, rows=len(taken)):
                yield result
    source.close()


def _rows(source: sqlite3.Connection, table: str) -> list[tuple[Any, ...]]:
    """Give the oldest rows of a table; of conversations there may be fewer."""
    return source.execute(
        f"SELECT {', '.join(COLUMNS[table])} FROM {table} ORDER BY rowid LIMIT {_ROWS}"
    ).fetchall()


def _write_sqlite(
    path: Path, made: str, index: str | None, table: str, rows: Sequence[Any]
) -> None:
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    connection.execute(made)
    if index is not None:
        connection.execute(index)
    columns = COLUMNS[table]
    into = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
    with connection:
        connection.executemany(into, rows)
    connection.close()


async def measure_postgres(url: str, engine: str, file: Path) -> AsyncIterator[Result]:
    """Yield the cost of each index of a server's tables, written to a schema of its own."""
    source = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    connection = await asyncpg.connect(url)
    for table in COLUMNS:
        taken = list(rows_for_postgres(table, _rows(source, table)))
        made = await connection.fetch(
            "SELECT indexname, indexdef, pg_relation_size(indexname::regclass) AS size"
            " FROM pg_indexes WHERE tablename = $1 AND schemaname = 'public'"
            " AND indexname LIKE 'ix_%' ORDER BY 1",
            table,
        )
        for each in made:
            writes = [
                partial(_write_postgres, connection, index, table, taken)
                for index in (each["indexdef"], None)
            ]
            times = await in_turns(_RUNS, *writes)
            for result in _results(
                each["indexname"], engine, each["size"], *times, rows=len(taken)
            ):
                yield result
    source.close()
    await connection.execute("DROP SCHEMA IF EXISTS costs CASCADE")
    await connection.close()


async def _write_postgres(
    connection: asyncpg.Connection[Any], index: str | None, table: str, rows: Sequence[Any]
) -> None:
    await connection.execute(
        "DROP SCHEMA IF EXISTS costs CASCADE; CREATE SCHEMA costs;"
        f" CREATE TABLE costs.{table} (LIKE public.{table} INCLUDING DEFAULTS)"
    )
    if index is not None:
        await connection.execute(index.replace(" ON public.", " ON costs."))
    await connection.copy_records_to_table(
        table, schema_name="costs", records=rows, columns=list(COLUMNS[table])
    )


def _results(
    name: str, engine: str, size: int, with_it: float, without: float, *, rows: int
) -> tuple[Result, Result]:
    """Give size in megabytes, and what a thousand rows take with the index alone and without."""
    return (
        Result(group=GROUP, what=f"{name}: size", engine=engine, ours=size / _MEGABYTE, unit="MB"),
        Result(
            group=GROUP,
            what=f"{name}: writing 1,000 rows",
            engine=engine,
            ours=with_it / (rows / 1000),
            other=without / (rows / 1000),
            against="without it",
        ),
    )
