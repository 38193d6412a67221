"""Makes queries of a database take for ever, and quick again, while a program has it open."""

from __future__ import annotations

import asyncpg

from support.foreign import execute_sqlite

_ENDLESS_SQLITE = (
    "(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 100000000000)"
    " SELECT max(n) FROM c) > 0"
)
_ENDLESS_POSTGRES = {
    "sleeping": "(SELECT pg_sleep(600)) IS NOT NULL",
    "counting": "(SELECT count(*) FROM generate_series(1, 1000000) a,"
    " generate_series(1, 1000000) b) > 0",
}


async def make_endless(url: str, kind: str = "sleeping") -> None:
    """Put a view in the place of the tasks: every query of it would take for ever."""
    if url.startswith("sqlite"):
        execute_sqlite(url, "ALTER TABLE tasks RENAME TO stored")
        execute_sqlite(url, f"CREATE VIEW tasks AS SELECT * FROM stored WHERE {_ENDLESS_SQLITE}")
        return
    connection = await asyncpg.connect(url)
    await connection.execute("ALTER TABLE tasks RENAME TO stored")
    await connection.execute(
        f"CREATE VIEW tasks AS SELECT * FROM stored WHERE {_ENDLESS_POSTGRES[kind]}"
    )
    await connection.close()


async def make_plain_view(url: str) -> None:
    """Put a view in the place of the tasks that gives them as they are."""
    statements = ("ALTER TABLE tasks RENAME TO stored", "CREATE VIEW tasks AS SELECT * FROM stored")
    if url.startswith("sqlite"):
        for statement in statements:
            execute_sqlite(url, statement)
        return
    connection = await asyncpg.connect(url)
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


async def make_quick(url: str) -> None:
    """Put the tasks back in their place."""
    if url.startswith("sqlite"):
        execute_sqlite(url, "DROP VIEW tasks")
        execute_sqlite(url, "ALTER TABLE stored RENAME TO tasks")
        return
    connection = await asyncpg.connect(url)
    await connection.execute("DROP VIEW tasks")
    await connection.execute("ALTER TABLE stored RENAME TO tasks")
    await connection.close()


async def running_statements(url: str) -> list[str]:
    """Give the statements on tasks that a server is at work on."""
    if url.startswith("sqlite"):
        return []
    connection = await asyncpg.connect(url)
    found = await connection.fetch(
        "SELECT query FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND state <> 'idle' AND query LIKE '%tasks%'"
    )
    await connection.close()
    return [row["query"] for row in found]
