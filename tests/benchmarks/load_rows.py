"""Rows to load: the demo's as NDJSON for us, and ready to be bound for the bare drivers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from taskview_core.demo import generate
from taskview_core.persistence.bulk import COLUMNS

_IDS = ("id", "conversation_id", "parent_task_id")
_JSON = ("input", "output", "metadata")


@dataclass(frozen=True)
class LoadRows:
    """Files for `taskview load`, and the same rows by table as SQLite's driver binds them."""

    files: tuple[Path, ...]
    ready: dict[str, list[tuple[Any, ...]]]

    @property
    def tasks(self) -> int:
        """How many tasks there are."""
        return len(self.ready["tasks"])


def make_load_rows(folder: Path, tasks: int) -> LoadRows:
    """Write the files, and keep the rows in memory."""
    ready: dict[str, list[tuple[Any, ...]]] = {table: [] for table in COLUMNS}
    files = {table: folder / f"{table}.ndjson" for table in COLUMNS}
    with files["conversations"].open("w") as conversations, files["tasks"].open("w") as lines:
        for conversation, rows in generate(tasks):
            conversations.write(_line("conversations", conversation))
            ready["conversations"].append(tuple(_bound(conversation)))
            for row in rows:
                lines.write(_line("tasks", row))
                ready["tasks"].append(tuple(_bound(row)))
    return LoadRows(tuple(files.values()), ready)


def _line(table: str, row: tuple[Any, ...]) -> str:
    members = (
        f'"{name}": {_text(name, value)}' for name, value in zip(COLUMNS[table], row, strict=True)
    )
    return "{" + ", ".join(members) + "}\n"


def _text(name: str, value: Any) -> str:
    if value is None:
        return "null"
    if name in _IDS:
        return f'"{UUID(hex=value)}"'
    if name in _JSON:
        return str(value)
    if isinstance(value, datetime):
        return f'"{value:%Y-%m-%dT%H:%M:%S.%fZ}"'
    return json.dumps(value)


def _bound(row: tuple[Any, ...]) -> Iterator[Any]:
    for value in row:
        yield (
            f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"
            if isinstance(value, datetime)
            else value
        )
