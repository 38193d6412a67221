"""Loading into a new database, beside the bare driver that is handed the rows ready made."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

import taskview_migrations
from benchmarks import loading_memory
from benchmarks.load_rows import LoadRows, make_load_rows
from benchmarks.result import BARE, Result, at_least_times
from benchmarks.rows_of_file import rows_for_postgres
from benchmarks.timing import in_turns
from taskview_core.persistence.bulk import COLUMNS
from taskview_core.persistence.url import parse_database_url
from taskview_tui import wiring

GROUP = "Loading"
_MOST = 200_000


async def measure_sqlite(folder: Path, tasks: int, runs: int) -> AsyncIterator[Result]:
    """Load into a new file."""
    rows = await asyncio.to_thread(make_load_rows, folder, min(tasks, _MOST))
    ours_file, bare_file = folder / "ours.db", folder / "bare.db"

    async def ours() -> None:
        ours_file.unlink(missing_ok=True)
        await asyncio.to_thread(wiring.load_files, str(ours_file), rows.files, lambda state: None)

    async def bare() -> None:
        bare_file.unlink(missing_ok=True)
        await asyncio.to_thread(_fill_sqlite, bare_file, ours_file, rows)

    ours_ms, bare_ms = await in_turns(min(runs, 3), ours, bare, warm=False)
    assert _counted(ours_file) == _counted(bare_file) == rows.tasks
    engine = "SQLite " + sqlite3.sqlite_version
    yield _result(engine, rows.tasks, ours_ms, bare_ms)
    yield await loading_memory.measure_sqlite(rows, folder, engine)


def _fill_sqlite(path: Path, like: Path, rows: LoadRows) -> None:
    """Make tables, rows, then indexes, as fast as the driver can; on the disk when it is done."""
    with sqlite3.connect(like) as model:
        made = model.execute(
            "SELECT type, sql FROM sqlite_master WHERE sql IS NOT NULL AND name IN ('tasks',"
            " 'conversations') OR type = 'index' AND sql IS NOT NULL ORDER BY type DESC"
        ).fetchall()
    model.close()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -65536")
    for kind, statement in made:
        if kind == "table":
            connection.execute(statement)
    connection.execute("BEGIN")
    for table, columns in COLUMNS.items():
        places = ", ".join("?" * len(columns))
        connection.executemany(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", rows.ready[table]
        )
    connection.execute("COMMIT")
    for kind, statement in made:
        if kind == "index":
            connection.execute(statement)
    connection.close()
    with path.open("rb+") as handle:
        os.fsync(handle.fileno())


def _counted(path: Path) -> int:
    with sqlite3.connect(path) as connection:
        count: int = connection.execute("SELECT count(*) FROM tasks").fetchone()[0]
    connection.close()
    return count


async def measure_postgres(
    server: str, folder: Path, tasks: int, runs: int
) -> AsyncIterator[Result]:
    """Load into a new database."""
    rows = await asyncio.to_thread(make_load_rows, folder, min(tasks, _MOST))
    ready = {table: rows_for_postgres(table, each) for table, each in rows.ready.items()}
    administrator = await asyncpg.connect(server)
    names = [f"taskview_benchmark_load_{who}_{os.getpid()}" for who in ("ours", "bare")]
    urls = [urlunsplit(urlsplit(server)._replace(path=f"/{name}")) for name in names]

    async def ours() -> None:
        url = urls[0]
        await asyncio.to_thread(wiring.load_files, url, rows.files, lambda state: None)

    async def bare() -> None:
        connection = await asyncpg.connect(urls[1])
        async with connection.transaction():
            for table, columns in COLUMNS.items():
                await connection.copy_records_to_table(
                    table, records=ready[table], columns=list(columns)
                )
        # The same indexes, from what the models say.
        await taskview_migrations.upgrade(parse_database_url(urls[1]), lambda line: None)
        await connection.execute("ANALYZE tasks")
        await connection.close()

    times: list[list[float]] = [[], []]
    try:
        for _ in range(min(runs, 3)):
            for name in names:
                await administrator.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
                await administrator.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
            await taskview_migrations.upgrade(parse_database_url(urls[0]), lambda line: None)
            await taskview_migrations.upgrade(
                parse_database_url(urls[1]), lambda line: None, "taskview_0001"
            )
            for taken, action in zip(times, (ours, bare), strict=True):
                taken += await in_turns(1, action, warm=False)
    finally:
        for name in names:
            await administrator.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        version = administrator.get_server_version().major
        await administrator.close()
    ours_ms, bare_ms = (sorted(taken)[len(taken) // 2] for taken in times)
    yield _result(f"PostgreSQL {version}", rows.tasks, ours_ms, bare_ms)


def _result(engine: str, tasks: int, ours_ms: float, bare_ms: float) -> Result:
    return Result(
        group=GROUP,
        what=f"loading {tasks:,} tasks, indexes at the end",
        engine=engine,
        ours=tasks / ours_ms * 1000,
        other=tasks / bare_ms * 1000,
        against=f"{BARE}, rows ready made",
        unit="rows/s",
        bar=at_least_times(0.6),
        note="ours reads and checks the JSON of the files too",
    )
