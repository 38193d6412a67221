"""The databases that are measured: made by `taskview demo`, kept between runs."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

import taskview_migrations
from benchmarks.big_trees import trees_for, wide_tree_for, write_trees
from benchmarks.rows_of_file import rows_for_postgres
from support.postgres import OwnServer, start_own_server
from taskview_core.persistence.bulk import COLUMNS
from taskview_core.persistence.url import parse_database_url

COMMAND = Path(sys.executable).parent / "taskview"
UNTIL = ("--until", "2026-06-30T12:00:00Z")
"""Each run measures the same rows."""
_TREES = 2
"""Another number where other trees are put in: they are added to what was kept from before."""


def say(words: str) -> None:
    """Tell on standard error what goes on."""
    print(words, file=sys.stderr, flush=True)


def sqlite_file(folder: Path, tasks: int) -> Path:
    """Give the demo of so many tasks with the large trees in it, made now where it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"demo-{tasks}-{version('taskview')}.db"
    marks = folder / f"{path.name}.trees-{_TREES}"
    if not path.exists():
        say(f"making {tasks:,} tasks")
        part = path.with_name(f"{path.name}.new")
        part.unlink(missing_ok=True)
        subprocess.run(
            [COMMAND, "demo", *UNTIL, "--tasks", str(tasks), "--path", part],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        part.rename(path)
        marks.unlink(missing_ok=True)
    if not marks.exists():
        say("adding the large trees")
        lines = folder / f"{path.name}.ndjson"
        write_trees((*trees_for(tasks), wide_tree_for(tasks)), lines)
        subprocess.run([COMMAND, "db", "upgrade", path], check=True)
        subprocess.run([COMMAND, "load", path, lines], check=True)
        lines.unlink()
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA optimize")
        marks.touch()
    return path


@contextmanager
def postgres_server(url: str | None) -> Iterator[str]:
    """Give the URL of a server: the given one, or one that is started and goes at the end."""
    if url is not None:
        yield url
        return
    server: OwnServer = start_own_server()
    try:
        yield server.url()
    finally:
        server.stop()


async def postgres_database(server: str, file: Path, tasks: int) -> str:
    """Give the URL of a database with the rows of the file, copied now where they are not there."""
    name = f"taskview_benchmark_{tasks}_{version('taskview').replace('.', '_')}_{_TREES}"
    url = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    administrator = await asyncpg.connect(server)
    try:
        known = "SELECT 1 FROM pg_database WHERE datname = $1"
        if await administrator.fetch(known, name):
            await _upgrade(url, "head")
            return url
        say(f"copying {tasks:,} tasks to Postgres")
        new = f"{name}_new"
        await administrator.execute(f'DROP DATABASE IF EXISTS "{new}"')
        await administrator.execute(f'CREATE DATABASE "{new}" TEMPLATE template0')
        await _fill(urlunsplit(urlsplit(server)._replace(path=f"/{new}")), file)
        await administrator.execute(f'ALTER DATABASE "{new}" RENAME TO "{name}"')
    finally:
        await administrator.close()
    return url


async def _fill(url: str, file: Path) -> None:
    await _upgrade(url, "taskview_0001")
    source = sqlite3.connect(file)
    connection = await asyncpg.connect(url)
    try:
        for table, columns in COLUMNS.items():
            rows = source.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY rowid")
            # A parent may come after its child: the keys are put off to the end of the copy.
            await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
            while some := rows.fetchmany(20_000):
                await connection.copy_records_to_table(
                    table, records=rows_for_postgres(table, some), columns=list(columns)
                )
            await connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")
    finally:
        await connection.close()
        source.close()
    await _upgrade(url, "head")
    connection = await asyncpg.connect(url)
    await connection.execute("VACUUM (ANALYZE)")
    await connection.close()


async def _upgrade(url: str, revision: str) -> None:
    await taskview_migrations.upgrade(parse_database_url(url), lambda line: None, revision)
