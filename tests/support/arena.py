"""A database that property tests fill anew for every example, and ask through the browser."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
from sqlalchemy import JSON

from support.databases import SQLITE
from support.foreign import BINARY_JSON, make_guide_database
from support.hurried import Hurry
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.query.evaluate import ConversationFacts, TaskFacts
from taskview_core.query.stuck import ENDED, run_limit

NOW = datetime(2026, 1, 3, 12, 30, tzinfo=UTC)
"""What relative times are before."""

T = TypeVar("T")

_TASK_COLUMNS = {
    "id": "uuid",
    "conversation_id": "uuid",
    "parent_task_id": "uuid",
    "agent_id": "text",
    "status": "text",
    "input": "json",
    "output": "json",
    "error": "text",
    "metadata": "json",
    "created_at": "timestamptz",
    "started_at": "timestamptz",
    "completed_at": "timestamptz",
    "updated_at": "timestamptz",
}
_CONVERSATION_COLUMNS = {
    "id": "uuid",
    "user_id": "text",
    "title": "text",
    "created_at": "timestamptz",
    "updated_at": "timestamptz",
}


class Arena:
    """The guide's tables, loose and without references; synchronous, with a loop of its own.

    Where they are `made` already, they are as somebody else wants them.
    """

    def __init__(
        self, url: str, label: str, *, binary_json: bool = False, made: bool = False
    ) -> None:
        if not made:
            make_guide_database(url, {}, BINARY_JSON if binary_json else JSON(), loose=True)
        self.binary_json = binary_json
        self.is_sqlite = label == SQLITE
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self.browser = DatabaseBrowser(url, clock=lambda: NOW, limits_kept=0.0)
        self._hurry = Hurry(self.browser, hurried=False)
        self.run(self.browser.connect())
        if self.is_sqlite:
            self._sqlite = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
            self._sqlite.execute("PRAGMA synchronous = OFF")
            # A browser looks at an empty database again, and at one with rows once.
            self._store_sqlite("tasks", _TASK_COLUMNS, [_FIRST])
            self.run(self.browser.connect())
        else:
            self._postgres = self.run(asyncpg.connect(url))
            self.run(self._postgres.execute("SET session_replication_role = replica"))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in the arena's loop."""
        return self._runner.run(work)

    def be_patient(self, patient: bool) -> None:
        """Give a statement the usual moment to have a page, or none."""
        self._hurry.hurried = not patient

    def close(self) -> None:
        """Hang up."""
        self.run(self.browser.close())
        if self.is_sqlite:
            self._sqlite.close()
        else:
            self.run(self._postgres.close())
        self._runner.close()

    def fill(
        self, tasks: Sequence[TaskFacts], conversations: Sequence[ConversationFacts] = ()
    ) -> list[TaskFacts]:
        """Replace all rows; give the facts as they are now, made to agree with each other.

        Ids are unique then, users and children are those of the other rows, and payloads are
        what the engine made of them.
        """
        users = {each.id: each.user_id for each in conversations}
        parents = {each.parent_task_id for each in tasks}
        agreed = [
            replace(
                task,
                user_id=users.get(task.conversation_id),
                has_conversation=task.conversation_id in users,
                has_children=task.id in parents,
                **({} if self.is_sqlite else self._storable(task)),
            )
            for task in {each.id: each for each in tasks}.values()
        ]
        agreed = related(agreed)
        whole = list({each.id: each for each in conversations}.values())
        if self.is_sqlite:
            self._store_sqlite("tasks", _TASK_COLUMNS, agreed)
            self._store_sqlite("conversations", _CONVERSATION_COLUMNS, whole)
            return agreed
        return self.run(self._store_postgres(agreed, whole))

    def _storable(self, task: TaskFacts) -> dict[str, str | None]:
        """Give payloads that Postgres takes."""
        return {
            name: _valid(getattr(task, name), binary=self.binary_json)
            for name in ("input", "output", "metadata")
        }

    def _store_sqlite(self, table: str, columns: dict[str, str], rows: Sequence[Any]) -> None:
        self._sqlite.execute("BEGIN IMMEDIATE")
        self._sqlite.execute(f"DELETE FROM {table}")
        self._sqlite.executemany(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
            [
                [_sqlite_value(getattr(row, name), kind) for name, kind in columns.items()]
                for row in rows
            ],
        )
        self._sqlite.execute("COMMIT")

    async def _store_postgres(
        self, tasks: Sequence[TaskFacts], conversations: Sequence[ConversationFacts]
    ) -> list[TaskFacts]:
        connection = self._postgres
        async with connection.transaction():
            for table, columns, rows in (
                ("tasks", _TASK_COLUMNS, tasks),
                ("conversations", _CONVERSATION_COLUMNS, conversations),
            ):
                await connection.execute(f"DELETE FROM {table}")
                # Sent as text: asyncpg takes the first and the last time there is for infinite.
                marks = ", ".join(
                    f"${n}::text::{kind}" for n, kind in enumerate(columns.values(), 1)
                )
                await connection.executemany(
                    f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})",
                    [[_postgres_value(getattr(row, name)) for name in columns] for row in rows],
                )
        stored = await connection.fetch(
            "SELECT id, input::text, output::text, metadata::text FROM tasks"
        )
        payloads = {UUID(int=row["id"].int): row for row in stored}
        return [
            replace(
                task,
                **{name: payloads[task.id][name] for name in ("input", "output", "metadata")},  # type: ignore[index]  # UUIDs
            )
            for task in tasks
        ]


_FIRST = TaskFacts(
    id=UUID(int=1), conversation_id=UUID(int=2), agent_id="a", status="b", created_at=NOW
)


def related(tasks: Sequence[TaskFacts]) -> list[TaskFacts]:
    """Give the tasks with what follows from the others; of each agent up to 1,000 have ended."""
    by_id = {task.id: task for task in tasks}
    parents = {task.parent_task_id for task in tasks}
    waiting = {task.parent_task_id for task in tasks if task.status not in ENDED}
    runs: dict[str, list[timedelta]] = {}
    for task in tasks:
        if task.status in ENDED and task.started_at and task.completed_at:
            runs.setdefault(task.agent_id or "", []).append(task.completed_at - task.started_at)
    found = []
    for task in tasks:
        parent = None if task.parent_task_id is None else by_id.get(task.parent_task_id)
        found.append(
            replace(
                task,
                has_children=task.id in parents,
                has_open_child=task.id in waiting,
                parent_exists=parent is not None,
                parent_status=None if parent is None else parent.status,
                run_limit=run_limit(runs.get(task.agent_id or "", [])),
            )
        )
    return found


def _valid(payload: str | None, *, binary: bool) -> str | None:
    """Give a payload, or where Postgres would not take it, a JSON string of it."""
    if payload is None:
        return None
    try:
        decoded = json.loads(payload)
    except (ValueError, RecursionError):
        return json.dumps(payload)
    again = json.dumps(decoded, ensure_ascii=False)
    lone = any("\ud800" <= character <= "\udfff" for character in again)
    return "{}" if binary and (lone or "\\u0000" in again) else payload


def _sqlite_value(value: Any, kind: str) -> Any:
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    if kind == "json" and value is not None and value.strip()[:1] in set("-0123456789"):
        return value.encode()
    return value


def _postgres_value(value: Any) -> str | None:
    return (
        value.isoformat() if isinstance(value, datetime) else None if value is None else str(value)
    )
