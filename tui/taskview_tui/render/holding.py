"""What tasks had to do with a value that is followed: who brought it in, and who passed it on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import Enum

from taskview_core.entities import Ident, TaskRow

_LATEST = datetime.max.replace(tzinfo=UTC)


class Holding(Enum):
    """What one task had to do with it; the value says so in words."""

    BROUGHT = "brought it in"
    """The first that had it: in its input when it was made, or in its output when it ended."""
    PASSED = "passed it on"
    """Its input and its output hold it."""
    GIVEN = "was given it"
    """Its input alone holds it."""
    GAVE = "gave it out"
    """Its output alone holds it."""


def holdings(rows: Iterable[tuple[TaskRow, Holding | None]]) -> Mapping[Ident, Holding]:
    """Tell who brought it in, of tasks with where they hold it; None for those that do not."""
    found: dict[Ident, Holding] = {}
    times: list[tuple[datetime, int, str, Ident]] = []
    for row, part in rows:
        if part is None:
            continue
        found[row.id] = part
        if part is not Holding.GAVE:
            times.append((_made(row), 0, str(row.id), row.id))
        if part is not Holding.GIVEN:
            times.append((row.completed_at or _LATEST, 1, str(row.id), row.id))
    if times:
        found[min(times)[-1]] = Holding.BROUGHT
    return found


def _made(row: TaskRow) -> datetime:
    return row.created_at or row.started_at or _LATEST
