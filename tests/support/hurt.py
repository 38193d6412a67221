"""For tests that hurt a server: rows to look at, who is connected, locks, files to load."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from support.cli_process import Terminal
from support.databases import run
from support.loads import conversation, task, write_lines
from support.stored import StoredTask, insert

Opener = Callable[..., Terminal]
"""Opens the program on a terminal."""

ROWS = 120
_OTHERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)


def fill(url: str) -> None:
    """Put tasks into a database: `row 0` to `row 119`, the newest last."""
    tasks = [StoredTask.numbered(n, input=f'"row {n}"', status="failed") for n in range(ROWS)]
    insert(url, tasks)


def connections(url: str) -> int:
    """Count the connections that others have to a database."""

    async def count() -> int:
        connection = await asyncpg.connect(url)
        try:
            return int(await connection.fetchval(_OTHERS))
        finally:
            await connection.close()

    return run(count())


def execute(url: str, *statements: str) -> None:
    """Run statements as the server's owner."""

    async def all_of_them() -> None:
        connection = await asyncpg.connect(url)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    run(all_of_them())


@contextmanager
def locked(url: str) -> Iterator[Callable[[], bool]]:
    """Hold a lock on the tasks; give what says whether somebody waits for it on the server."""
    with asyncio.Runner() as runner:
        holder = runner.run(asyncpg.connect(url))
        watcher = runner.run(asyncpg.connect(url))
        runner.run(holder.execute("BEGIN; LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE"))
        waits = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        try:
            yield lambda: bool(runner.run(watcher.fetchval(waits)))
        finally:
            runner.run(holder.close())
            runner.run(watcher.close())


def rows_to_load(folder: Path, count: int = 5) -> Path:
    """Write a file with tasks of some 500 bytes each, which `taskview load` takes."""
    rows = (task(n, input={"n": n, "text": "x" * 200}) for n in range(count))
    return write_lines(folder / "rows.ndjson", [conversation(), *rows])
