"""For tests of loading: NDJSON files, and what a database holds, by the bare drivers."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from taskview_core.persistence.bulk import COLUMNS
from taskview_core.persistence.loading import LoadProgress, LoadReport, load_files
from taskview_core.persistence.url import parse_database_url
from taskview_migrations import make_schema

CONVERSATION = "c0000000-0000-4000-8000-000000000001"
AT = "2026-01-31T10:00:00.000000Z"

Dump = dict[str, dict[str, dict[str, Any]]]


def ident(value: int) -> str:
    """Give a UUID by its number."""
    return str(UUID(int=(0xA << 124) | (0x4 << 76) | (0x8 << 60) | value))


def task(value: int, **columns: Any) -> dict[str, Any]:
    """Give a task's row with every column, as a file has it."""
    row: dict[str, Any] = {
        "id": ident(value),
        "conversation_id": CONVERSATION,
        "parent_task_id": None,
        "agent_id": "planner",
        "status": "completed",
        "input": {"n": value},
        "output": None,
        "error": None,
        "metadata": None,
        "created_at": AT,
        "started_at": None,
        "completed_at": None,
        "updated_at": AT,
    }
    return row | columns


def conversation(**columns: Any) -> dict[str, Any]:
    """Give a conversation's row with every column."""
    row: dict[str, Any] = {
        "id": CONVERSATION,
        "user_id": "ada",
        "title": "a title",
        "metadata": None,
        "created_at": AT,
        "updated_at": AT,
    }
    return row | columns


def without(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Give a row that lacks some columns."""
    return {name: value for name, value in row.items() if name not in names}


def write_lines(path: Path, rows: Iterable[Mapping[str, Any] | str]) -> Path:
    """Write rows, or lines as they are, into a file."""
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


async def load(url: str, *files: Path) -> LoadReport:
    """Load files, as the command line does."""
    return await load_files(parse_database_url(url), files, lambda step: None, make_schema)


async def stop_at_indexes(url: str, file: Path) -> None:
    """Load a file, and stop it as soon as it is said that the indexes are being made."""
    reached: list[str] = []

    def stop(state: LoadProgress) -> None:
        if state.step == "indexes":
            reached.append(state.step)
            running.cancel()

    running = asyncio.ensure_future(load_files(parse_database_url(url), [file], stop, make_schema))
    with pytest.raises(asyncio.CancelledError):
        await running
    assert reached == ["indexes"]


async def dump(url: str) -> Dump:
    """Give all rows by table and id: payloads as their text, times as ISO 8601 in UTC."""
    return {table: await _dump_table(url, table) for table in COLUMNS}


async def _dump_table(url: str, table: str) -> dict[str, dict[str, Any]]:
    names = COLUMNS[table]
    if url.startswith("postgresql"):
        parts = [f"{name}::text" if name in _PAYLOADS else name for name in names]
        connection = await asyncpg.connect(url)
        rows = [
            tuple(row) for row in await connection.fetch(f"SELECT {', '.join(parts)} FROM {table}")
        ]
        await connection.close()
    else:
        parts = [f"CAST({name} AS TEXT)" if name in _PAYLOADS else name for name in names]
        database = sqlite3.connect(url.removeprefix("sqlite:///"))
        rows = database.execute(f"SELECT {', '.join(parts)} FROM {table}").fetchall()
        database.close()
    found = [
        {name: _plain(name, value) for name, value in zip(names, row, strict=True)} for row in rows
    ]
    by_id = {row["id"]: row for row in found}
    assert len(by_id) == len(found), "an id is there twice"
    return by_id


_PAYLOADS = ("input", "output", "metadata")


def _plain(name: str, value: Any) -> Any:
    if value is None or name in _PAYLOADS:
        return value
    if name in {"id", "conversation_id", "parent_task_id"}:
        return str(UUID(str(value)))
    if name.endswith("_at"):
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return value
