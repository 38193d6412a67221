"""Rows of a SQLite file in the form in which the driver of Postgres takes them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from taskview_core.persistence.bulk import COLUMNS

_TIMES = ("created_at", "started_at", "completed_at", "updated_at")


def rows_for_postgres(table: str, rows: Iterable[tuple[Any, ...]]) -> list[list[Any]]:
    """Give rows with aware times, and JSON as text."""
    times = [index for index, name in enumerate(COLUMNS[table]) if name in _TIMES]
    made = []
    for row in rows:
        values = [each.decode() if isinstance(each, bytes) else each for each in row]
        for index in times:
            if values[index] is not None:
                values[index] = datetime.fromisoformat(values[index]).replace(tzinfo=UTC)
        made.append(values)
    return made
