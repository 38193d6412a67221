"""The ground under the other tests: fresh databases, and servers that can be stopped."""

from __future__ import annotations

from pathlib import Path

import asyncpg
import pytest

from support.databases import DatabaseMaker, run
from support.postgres import OwnServer, start_own_server
from support.postgres_programs import Programs, find_programs
from taskview_core.persistence.engine import create_engine


async def _names(url: str) -> set[str]:
    engine = create_engine(url)
    async with engine.connect() as connection:
        tables = (
            "SELECT name FROM sqlite_master WHERE type = 'table'"
            if url.startswith("sqlite")
            else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        )
        found = {str(row[0]) for row in await connection.exec_driver_sql(tables)}
    await engine.dispose()
    return found


async def test_a_database_is_empty(database_url: str) -> None:
    assert await _names(database_url) == set()


async def test_a_migrated_database_has_the_tables(migrated_url: str) -> None:
    assert await _names(migrated_url) >= {"tasks", "conversations"}


def test_copies_of_a_template_are_apart(engine_label: str, databases: DatabaseMaker) -> None:
    first, second = databases.migrated(engine_label), databases.migrated(engine_label)

    async def drop_tasks() -> None:
        engine = create_engine(first)
        async with engine.begin() as connection:
            await connection.exec_driver_sql("DROP TABLE tasks")
        await engine.dispose()

    run(drop_tasks())
    assert "tasks" not in run(_names(first))
    assert "tasks" in run(_names(second))
    databases.drop(first)
    databases.drop(second)


async def test_the_version_is_the_one_in_the_name(
    postgres_url: str, postgres_server: object
) -> None:
    connection = await asyncpg.connect(postgres_url)
    version = connection.get_server_version()
    await connection.close()
    if isinstance(postgres_server, OwnServer):
        assert postgres_server.label == f"postgres{version.major}"


async def test_a_server_of_ones_own_stops_and_starts_again() -> None:
    server = start_own_server()
    try:
        url = server.url()
        await (await asyncpg.connect(url)).close()
        server.halt()
        with pytest.raises(OSError, match=r"refused|Connect call failed"):
            await asyncpg.connect(url)
        server.resume()
        connection = await asyncpg.connect(server.socket_url())
        assert await connection.fetchval("SELECT 1") == 1
        await connection.close()
    finally:
        server.stop()


def test_a_wrong_password_is_refused() -> None:
    server = start_own_server()
    try:
        wrong = server.url().replace(server.url().split(":")[2].split("@")[0], "wrong")
        with pytest.raises(asyncpg.InvalidPasswordError):
            run(asyncpg.connect(wrong))
    finally:
        server.stop()


@pytest.mark.long
def test_a_private_environment_is_copied(tmp_path: Path) -> None:
    """Where root's environment is private, the server's user cannot read the programs."""
    wheel = next(each for each in find_programs() if each.parts)
    private = tmp_path / "private"
    private.mkdir()
    inside = wheel.copied_to(private)
    hidden = Programs(inside.label, inside.bin, tuple(private / part.name for part in wheel.parts))
    private.chmod(0o700)
    server = OwnServer(hidden)
    try:
        run(_say_one(server.url()))
    finally:
        server.stop()


async def _say_one(url: str) -> None:
    connection = await asyncpg.connect(url)
    assert await connection.fetchval("SELECT 1") == 1
    await connection.close()
