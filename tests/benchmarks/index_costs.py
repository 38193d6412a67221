"""What each index costs: its size on the data, and what it adds to writing a row."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
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
    """Yield the cost of each index of a file's tasks; the file is only read."""
    source = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    (table,) = source.execute("SELECT sql FROM sqlite_master WHERE name = 'tasks'").fetchone()
    made = source.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'tasks'"
        " AND sql IS NOT NULL ORDER BY name"
    ).fetchall()
    rows = source.execute(f"SELECT {', '.join(COLUMNS['tasks'])} FROM tasks LIMIT {_ROWS}")
    taken = rows.fetchall()
    copy = folder / "costs.db"

    def write(index: str | None) -> Callable[[], Any]:
        async def run() -> None:
            copy.unlink(missing_ok=True)
            await asyncio.to_thread(_write_sqlite, copy, table, index, taken)

        return run

    for name, statement in made:
        size = source.execute(
            "SELECT sum(pgsize) FROM dbstat WHERE name = ? AND aggregate = TRUE", (name,)
        ).fetchone()[0]
        with_it, without = await in_turns(_RUNS, write(statement), write(None), warm=False)
        for result in _results(name, f"SQLite {sqlite3.sqlite_version}", size, with_it, without):
            yield result
    source.close()


def _write_sqlite(path: Path, table: str, index: str | None, rows: Sequence[Any]) -> None:
    connection = sqlite3.connect(path)
    connection.execute(table)
    if index is not None:
        connection.execute(index)
    places = ", ".join("?" * len(COLUMNS["tasks"]))
    into = f"INSERT INTO tasks ({', '.join(COLUMNS['tasks'])}) VALUES ({places})"
    with connection:
        connection.executemany(into, rows)
    connection.close()


async def measure_postgres(url: str, engine: str, file: Path) -> AsyncIterator[Result]:
    """Yield the cost of each index of a server's tasks, written to a schema of its own."""
    source = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    rows = source.execute(f"SELECT {', '.join(COLUMNS['tasks'])} FROM tasks LIMIT {_ROWS}")
    taken = list(rows_for_postgres("tasks", rows.fetchall()))
    source.close()
    connection = await asyncpg.connect(url)
    made = await connection.fetch(
        "SELECT indexname, indexdef, pg_relation_size(indexname::regclass) AS size"
        " FROM pg_indexes WHERE tablename = 'tasks' AND schemaname = 'public'"
        " AND indexname LIKE 'ix_%' ORDER BY 1"
    )

    def write(index: str | None) -> Callable[[], Any]:
        async def run() -> None:
            await connection.execute(
                "DROP SCHEMA IF EXISTS costs CASCADE; CREATE SCHEMA costs;"
                " CREATE TABLE costs.tasks (LIKE public.tasks INCLUDING DEFAULTS)"
            )
            if index is not None:
                await connection.execute(index.replace(" ON public.", " ON costs."))
            await connection.copy_records_to_table(
                "tasks", schema_name="costs", records=taken, columns=list(COLUMNS["tasks"])
            )

        return run

    for each in made:
        with_it, without = await in_turns(_RUNS, write(each["indexdef"]), write(None), warm=False)
        for result in _results(each["indexname"], engine, each["size"], with_it, without):
            yield result
    await connection.execute("DROP SCHEMA IF EXISTS costs CASCADE")
    await connection.close()


def _results(
    name: str, engine: str, size: int, with_it: float, without: float
) -> tuple[Result, Result]:
    """Give size in megabytes, and what a thousand rows take with the index alone and without."""
    return (
        Result(group=GROUP, what=f"{name}: size", engine=engine, ours=size / _MEGABYTE, unit="MB"),
        Result(
            group=GROUP,
            what=f"{name}: writing 1,000 rows",
            engine=engine,
            ours=with_it / (_ROWS / 1000),
            other=without / (_ROWS / 1000),
            against="without it",
        ),
    )
