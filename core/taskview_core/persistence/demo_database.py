"""The demo's rows in a new SQLite file, which appears when it is complete."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from taskview_core.demo import CLOCK, DemoConversation, DemoTask, generate
from taskview_core.persistence.bulk import BulkRow, BulkWriter
from taskview_core.persistence.bulk_open import bulk_writer
from taskview_core.persistence.database_url import DatabaseUrl
from taskview_core.persistence.fresh import SchemaMaker, fresh_file

_TASKS_AT_ONCE = 2_000


async def make_demo(
    path: Path,
    tasks: int,
    seed: int,
    progress: Callable[[int], None],
    make_schema: SchemaMaker,
    until: datetime = CLOCK,
) -> None:
    """Make a database of `tasks` tasks; the same number, seed and end give the same rows.

    `progress` is told how many tasks are written. Raises CannotConnectError where the file
    exists already or cannot be made.
    """
    url = DatabaseUrl("sqlite", str(path), str(path), path)
    with fresh_file(url) as part:
        await make_schema(part, "tables")
        async with bulk_writer(part, fresh=True) as writer:
            await _fill(writer, generate(tasks, seed, until), progress)
        await make_schema(part, "indexes")


async def _fill(
    writer: BulkWriter,
    stream: Iterator[tuple[DemoConversation, list[DemoTask]]],
    progress: Callable[[int], None],
) -> None:
    written = 0
    while batch := await asyncio.to_thread(_next_batch, writer, stream):
        conversations, tasks = batch
        await writer.write_conversations(conversations)
        await writer.write_tasks(tasks, ())
        written += len(tasks)
        progress(written)


def _next_batch(
    writer: BulkWriter, stream: Iterator[tuple[DemoConversation, list[DemoTask]]]
) -> tuple[list[BulkRow], list[BulkRow]] | None:
    conversations: list[BulkRow] = []
    tasks: list[BulkRow] = []
    for conversation, rows in stream:
        conversations.append(BulkRow(_values(writer, conversation, (3,))))
        tasks += [BulkRow(_values(writer, row, (5, 6, 8))) for row in rows]
        if len(tasks) >= _TASKS_AT_ONCE:
            break
    return (conversations, tasks) if conversations else None


def _values(writer: BulkWriter, row: tuple[Any, ...], payloads: tuple[int, ...]) -> list[Any]:
    """Give a row's values in the engine's form; `payloads` are the places of its JSON texts."""
    values = [writer.forms.moment(value) if isinstance(value, datetime) else value for value in row]
    for index in payloads:
        if values[index] is not None:
            values[index] = writer.forms.payload(values[index])
    return values
