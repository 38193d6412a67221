"""Databases as others make them: from the guide's own plain models, or by hand.

No `alembic_version`, no index but the one on the status, and SQLAlchemy's own types.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    ForeignKey,
    MetaData,
    String,
    Table,
    Text,
    Uuid,
    create_engine,
    insert,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.types import TypeEngine

from support.databases import run

_PLAIN_JSON: TypeEngine[Any] = JSON()
BINARY_JSON: TypeEngine[Any] = JSONB()


def guide_models(json: TypeEngine[Any] = _PLAIN_JSON, *, loose: bool = False) -> MetaData:
    """Give the guide's tables; `loose` ones take NULL where the guide's do not."""
    metadata = MetaData()
    Table(
        "conversations",
        metadata,
        Column("id", Uuid(), primary_key=True),
        Column("user_id", String(255), nullable=loose),
        Column("title", String(500), nullable=True),
        Column("metadata", json, nullable=True),
        Column("created_at", DateTime(timezone=True), nullable=loose),
        Column("updated_at", DateTime(timezone=True), nullable=loose),
    )
    Table(
        "tasks",
        metadata,
        Column("id", Uuid(), primary_key=True),
        Column(
            "conversation_id",
            ForeignKey("conversations.id", ondelete="CASCADE"),
            nullable=loose,
        ),
        Column("parent_task_id", ForeignKey("tasks.id", ondelete="SET NULL"), nullable=True),
        Column("agent_id", String(255), nullable=loose),
        Column("status", String(50), nullable=loose, index=True),
        Column("input", json, nullable=True),
        Column("output", json, nullable=True),
        Column("error", Text(), nullable=True),
        Column("metadata", json, nullable=True),
        Column("created_at", DateTime(timezone=True), nullable=loose),
        Column("started_at", DateTime(timezone=True), nullable=True),
        Column("completed_at", DateTime(timezone=True), nullable=True),
        Column("updated_at", DateTime(timezone=True), nullable=loose),
    )
    return metadata


def make_guide_database(
    url: str,
    rows: Mapping[str, Sequence[Mapping[str, Any]]],
    json: TypeEngine[Any] = _PLAIN_JSON,
    *,
    loose: bool = False,
) -> None:
    """Make the guide's tables in an empty database and write rows with its types.

    `rows` are Python values by the names of their columns, under the names of their tables.
    """
    metadata = guide_models(json, loose=loose)

    def fill(connection: Any) -> None:
        metadata.create_all(connection)
        for table in metadata.sorted_tables:
            if rows.get(table.name):
                names = {name for row in rows[table.name] for name in row}
                whole = [{name: row.get(name) for name in names} for row in rows[table.name]]
                connection.execute(insert(table), whole)

    if url.startswith("sqlite"):
        engine = create_engine(url)
        with engine.begin() as connection:
            fill(connection)
        engine.dispose()
    else:
        run(_fill_postgres(url, fill))


async def _fill_postgres(url: str, fill: Callable[[Any], None]) -> None:
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://"))
    async with engine.begin() as connection:
        await connection.run_sync(fill)
    await engine.dispose()


def execute_sqlite(url: str, statement: str, parameters: Sequence[Any] = ()) -> None:
    """Run one statement on a SQLite database, as another program would."""
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    with connection:
        connection.execute(statement, parameters)
    connection.close()


_INDIA = timezone(timedelta(hours=5, minutes=30))


def _plain(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


TIME_FORMS: dict[str, Callable[[datetime], str | int | float]] = {
    "orm": lambda at: _plain(at).isoformat(sep=" ", timespec="microseconds"),
    "seconds": lambda at: _plain(at).isoformat(sep=" ", timespec="seconds"),
    "milliseconds": lambda at: _plain(at).isoformat(sep=" ", timespec="milliseconds"),
    "T": lambda at: _plain(at).isoformat(timespec="microseconds"),
    "T_as_short_as_can_be": lambda at: _plain(at).isoformat(),
    "Z": lambda at: _plain(at).isoformat(timespec="microseconds") + "Z",
    "Z_as_short_as_can_be": lambda at: _plain(at).isoformat() + "Z",
    "space_and_Z": lambda at: _plain(at).isoformat(sep=" ", timespec="milliseconds") + "Z",
    "+00:00": lambda at: at.astimezone(UTC).isoformat(),
    "+05:30": lambda at: at.astimezone(_INDIA).isoformat(sep=" "),
    "epoch": lambda at: int(at.timestamp()),
    "epoch_with_fraction": lambda at: at.timestamp(),
    "epoch_milliseconds": lambda at: round(at.timestamp() * 1000),
    "epoch_microseconds": lambda at: round(at.timestamp() * 1_000_000),
}
"""The ways in which programs write times into SQLite, by name."""

KEEPS_MICROSECONDS = frozenset(
    {
        "orm",
        "T",
        "T_as_short_as_can_be",
        "Z",
        "Z_as_short_as_can_be",
        "+00:00",
        "+05:30",
        "epoch_microseconds",
    }
)
"""The forms in which a time comes back to the microsecond."""

SORTS_AS_TIME = frozenset(TIME_FORMS) - {"Z_as_short_as_can_be", "+00:00"}
"""The forms whose stored values are in the order of the times, where all are of one form."""
