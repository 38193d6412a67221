"""Pages, counts and orders of rows in memory, as a browser gives them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from taskview_core.entities import (
    ConversationRow,
    Count,
    FacetValue,
    TaskRow,
    TaskStatus,
)
from taskview_core.query.page import Page
from taskview_core.query.request import Cursor, PageRequest, Place
from taskview_core.query.sort import Sort

R = TypeVar("R", TaskRow, ConversationRow)


def capped(number: int, cap: int | None) -> Count:
    """Count up to a cap."""
    return Count(number) if cap is None or number <= cap else Count(cap, exact=False)


def facets_of(values: Iterable[str]) -> tuple[FacetValue, ...]:
    """Count each value, the most frequent first."""
    numbers: dict[str, int] = {}
    for value in values:
        numbers[value] = numbers.get(value, 0) + 1
    ordered = sorted(numbers.items(), key=lambda item: (-item[1], item[0]))
    return tuple(FacetValue(value, Count(number)) for value, number in ordered)


_ATTRIBUTES = {
    "agent": "agent_id",
    "status": "status",
    "duration": "duration",
    "title": "title",
    "user": "user_id",
}


def sort_key(row: TaskRow | ConversationRow, sort: Sort) -> Any:
    """Give what a row is sorted by."""
    value = getattr(row, _ATTRIBUTES.get(sort.key, f"{sort.key}_at"))
    if isinstance(value, TaskStatus):
        return value.value
    return value.total_seconds() if isinstance(value, timedelta) else value


def in_order(rows: list[R], sort: Sort) -> list[R]:
    """Sort rows, those without a value last."""
    present = [row for row in rows if sort_key(row, sort) is not None]
    absent = [row for row in rows if sort_key(row, sort) is None]
    present.sort(key=lambda row: (sort_key(row, sort), str(row.id)), reverse=sort.descending)
    absent.sort(key=lambda row: str(row.id), reverse=sort.descending)
    return [*present, *absent]


def page_of(rows: list[R], request: PageRequest) -> Page[R]:
    """Page by the place of the cursor's row, which tests do not take away."""
    ordered = in_order(rows, request.sort)
    cursor = request.cursor or Cursor(Place.FIRST, request.sort)
    size = request.page_size
    start = 0
    ids = [str(row.id) for row in ordered]
    if cursor.place is Place.AFTER:
        start = ids.index(str(cursor.key[-1])) + 1
    elif cursor.place is Place.BEFORE:
        start = max(ids.index(str(cursor.key[-1])) - size, 0)
        size = min(size, ids.index(str(cursor.key[-1])))
    elif cursor.place is Place.LAST:
        start = max(len(ordered) - size, 0)
    elif cursor.place is Place.FROM:
        start = first_from(ordered, request.sort, datetime.fromisoformat(str(cursor.key[0])))
    shown = tuple(ordered[start : start + size])

    def at(place: Place, row: R | None = None) -> Cursor:
        return Cursor(place, request.sort, (str(row.id),) if row is not None else ())

    end = start + len(shown)
    return Page(
        shown,
        request,
        at(Place.AFTER, shown[-1]) if shown and end < len(ordered) else None,
        at(Place.BEFORE, ordered[start]) if start and shown else at(Place.LAST) if start else None,
        at(Place.FIRST),
        at(Place.LAST),
        offset=offset_of(cursor, start, len(shown)),
    )


def offset_of(cursor: Cursor, start: int, rows: int) -> int | None:
    """Tell the place where a real database would: not of what is read from the end."""
    if cursor.place is Place.BEFORE:
        return None if cursor.offset is None else cursor.offset - rows
    return start if cursor.place in {Place.FIRST, Place.AFTER} else None


def first_from(ordered: list[R], sort: Sort, moment: datetime) -> int:
    for at, row in enumerate(ordered):
        key = sort_key(row, sort)
        if key is None or (key <= moment if sort.descending else key >= moment):
            return at
    return len(ordered)
