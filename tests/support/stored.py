"""Rows as tests put them into a database: by the bare drivers, past the code under test.

Foreign keys are not looked at, so that rows may be orphans, rings or in the wrong conversation.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from support.databases import run

START = datetime(2026, 1, 31, 10, 0, tzinfo=UTC)
"""When the rows of tests begin, unless they say otherwise."""

CONVERSATION = UUID("c0000000-0000-4000-8000-000000000001")
"""The conversation of rows that name none."""


def number(value: int) -> UUID:
    """Give the UUID whose digits end in this number; ids then sort as the numbers do."""
    return UUID(int=(0xA << 124) | (0x4 << 76) | (0x8 << 60) | value)


@dataclass(frozen=True, kw_only=True)
class StoredConversation:
    """A row of `conversations`; `metadata` is JSON text."""

    id: UUID = CONVERSATION
    user_id: str = "ada"
    title: str | None = "a conversation"
    metadata: str | None = None
    created_at: datetime = START
    updated_at: datetime = START


@dataclass(frozen=True, kw_only=True)
class StoredTask:
    """A row of `tasks`; `input`, `output` and `metadata` are JSON text as it is stored."""

    id: UUID
    conversation_id: UUID = CONVERSATION
    parent_task_id: UUID | None = None
    agent_id: str = "planner"
    status: str = "completed"
    input: str | None = None
    output: str | None = None
    error: str | None = None
    metadata: str | None = None
    created_at: datetime = START
    started_at: datetime | None = None
    completed_at: datetime | None = None
    updated_at: datetime = field(default=START)

    @classmethod
    def numbered(cls, value: int, **columns: Any) -> StoredTask:
        """Make a task whose id ends in a number, created as many seconds after START."""
        return cls(id=number(value), **{"created_at": START + timedelta(seconds=value), **columns})

    def with_parent(self, parent: int | UUID | None) -> StoredTask:
        """Give this row under another parent."""
        return replace(self, parent_task_id=number(parent) if isinstance(parent, int) else parent)


def json_text(value: Any) -> str:
    """Write JSON as most programs do, with escapes for all but ASCII."""
    return json.dumps(value)


def insert(
    url: str,
    tasks: Sequence[StoredTask] = (),
    conversations: Sequence[StoredConversation] = (StoredConversation(),),
) -> None:
    """Write rows into a database, quickly. For synchronous fixtures."""
    if url.startswith("sqlite"):
        _insert_sqlite(url, tasks, conversations)
    else:
        run(insert_postgres(url, tasks, conversations))


async def insert_async(
    url: str,
    tasks: Sequence[StoredTask] = (),
    conversations: Sequence[StoredConversation] = (StoredConversation(),),
) -> None:
    """Write rows into a database, quickly. For coroutines."""
    if url.startswith("sqlite"):
        _insert_sqlite(url, tasks, conversations)
    else:
        await insert_postgres(url, tasks, conversations)


def _insert_sqlite(
    url: str, tasks: Sequence[StoredTask], conversations: Sequence[StoredConversation]
) -> None:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    with connection:
        for table, kind, rows in (
            ("conversations", StoredConversation, conversations),
            ("tasks", StoredTask, tasks),
        ):
            names = _names(kind)
            statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({_marks(names)})"
            connection.executemany(statement, [_sqlite_values(row) for row in rows])
    connection.close()


def _sqlite_values(row: StoredTask | StoredConversation) -> list[Any]:
    values: list[Any] = []
    for name, value in vars(row).items():
        if isinstance(value, UUID):
            values.append(value.hex)
        elif isinstance(value, datetime):
            bare = value.astimezone(UTC).replace(tzinfo=None)
            values.append(bare.isoformat(sep=" ", timespec="microseconds"))
        elif name in {"input", "output", "metadata"} and str(value)[:1] in set("-0123456789"):
            values.append(str(value).encode())  # as taskview does: the column would round it
        else:
            values.append(value)
    return values


async def insert_postgres(
    url: str, tasks: Sequence[StoredTask], conversations: Sequence[StoredConversation]
) -> None:
    """Write rows into a Postgres database."""
    connection = await asyncpg.connect(url)
    async with connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        for table, kind, rows in (
            ("conversations", StoredConversation, conversations),
            ("tasks", StoredTask, tasks),
        ):
            await connection.copy_records_to_table(
                table, columns=_names(kind), records=[tuple(vars(row).values()) for row in rows]
            )
    await connection.close()


def _names(kind: type[StoredTask] | type[StoredConversation]) -> list[str]:
    return [each.name for each in fields(kind)]


def _marks(names: Sequence[str]) -> str:
    return ", ".join("?" * len(names))
