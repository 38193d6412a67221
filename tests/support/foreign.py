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
from support.stored import CONVERSATION, START, number
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.query.request import PageRequest
from taskview_core.query.sort import Sort
from taskview_core.query.task_filter import TaskFilter

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


def guide_rows_by_orm() -> dict[str, list[dict[str, Any]]]:
    """Give what a program with the guide's models writes, by its ORM."""
    conversation = {"id": CONVERSATION, "user_id": "ada", "created_at": START, "updated_at": START}
    tasks = [
        {
            "id": number(index),
            "conversation_id": CONVERSATION,
            "agent_id": ["planner", "tool:Bash", "Ärzte"][index % 3],
            "status": ["completed", "failed", "paused", ""][index % 4],
            "input": [{"prompt": f"Überprüfung {index}"}, ["list"], "text", 12, None, {}][
                index % 6
            ],
            "output": {"ok": True} if index % 2 else None,
            "error": "TypeError: Ωmega" if index % 4 == 1 else None,
            "metadata": {"attempt": index, "a": {"b": [1, 2]}},
            "created_at": START + timedelta(seconds=index // 10),
            "started_at": START + timedelta(seconds=index // 10) if index % 2 else None,
            "completed_at": START + timedelta(minutes=index) if index % 4 == 1 else None,
            "updated_at": START,
        }
        for index in range(100)
    ]
    for index in range(1, 100):
        tasks[index]["parent_task_id"] = number((index - 1) // 3)
    tasks[0]["parent_task_id"] = None
    return {"conversations": [conversation], "tasks": tasks}


async def everything(browser: DatabaseBrowser, text: str = "") -> list[int]:
    """Give the numbers of all tasks that a filter finds, which a count has to agree with."""
    page = await browser.search_tasks(TaskFilter.parse(text), PageRequest(500, Sort("created")))
    count = await browser.count_tasks(TaskFilter.parse(text))
    assert (count.value, count.exact) == (len(page.rows), True)
    return sorted(int(str(row.id)[-8:], 16) for row in page.rows)
