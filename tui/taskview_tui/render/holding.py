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
    HOLDS = "holds it"
    """It is in its error, or where is not known."""


def holdings(
    given: Iterable[TaskRow], gave: Iterable[TaskRow], others: Iterable[TaskRow] = ()
) -> Mapping[Ident, Holding]:
    """Tell those that hold it in their inputs, in their outputs, and somewhere, apart."""
    inputs = {row.id: row for row in given}
    outputs = {row.id: row for row in gave}
    found = {row.id: Holding.HOLDS for row in others}
    found.update(dict.fromkeys(outputs, Holding.GAVE))
    for ident in inputs:
        found[ident] = Holding.PASSED if ident in outputs else Holding.GIVEN
    times = [(_made(row), 0, str(row.id), row.id) for row in inputs.values()]
    times += [(row.completed_at or _LATEST, 1, str(row.id), row.id) for row in outputs.values()]
    if times:
        found[min(times)[-1]] = Holding.BROUGHT
    return found


def _made(row: TaskRow) -> datetime:
    return row.created_at or row.started_at or _LATEST
