"""Adds to list rows what lists leave out: whole errors, and payloads where they are wanted."""

from __future__ import annotations

from collections.abc import Sequence

from taskview_core.entities import Ident, StoredJson, TaskDetail, TaskRow
from taskview_core.interfaces import ITaskBrowser

CHUNK = 100
"""Tasks of which payloads are read at once: one may be a megabyte."""

_NONE = StoredJson(None)


async def with_errors(browser: ITaskBrowser, rows: Sequence[TaskRow]) -> list[TaskDetail]:
    """Give the tasks with their whole errors; the payloads stay away (NULL)."""
    failed = [row.id for row in rows if row.error_start is not None]
    errors: dict[Ident, str | None] = {}
    for start in range(0, len(failed), CHUNK):
        found = await browser.get_tasks(failed[start : start + CHUNK])
        errors.update((task.row.id, task.error) for task in found)
    return [_bare(row, errors.get(row.id)) for row in rows]


def without_more(rows: Sequence[TaskRow]) -> list[TaskDetail]:
    """Give the tasks as the list has them, for what prints no error and no payload."""
    return [_bare(row, None) for row in rows]


def _bare(row: TaskRow, error: str | None) -> TaskDetail:
    return TaskDetail(row=row, input=_NONE, output=_NONE, error=error, metadata=_NONE)
