"""One page of a list, what was asked to get it, and the places from which to go on."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Generic, TypeAlias, TypeVar

from taskview_core.errors import UsageError
from taskview_core.query.sort import (
    CONVERSATION_SORT_KEYS,
    NEWEST_FIRST,
    TASK_SORT_KEYS,
    Sort,
)

T = TypeVar("T")

KeyValue: TypeAlias = str | int | float | None
"""A sort value exactly as stored: on SQLite the text of a timestamp, not its meaning."""


class Place(Enum):
    """Where a page lies, seen from its cursor."""

    FIRST = "first"
    AFTER = "after"
    BEFORE = "before"
    LAST = "last"
    FROM = "from"
    """Starting with the first row at or beyond the key, which is an ISO 8601 time in UTC."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in one order of rows. It names key values and no row, so rows may come and go.

    `key` holds the sort values of the row beside the page, its id last, as stored. `offset` is
    the number of rows before the page where it is known.
    """

    place: Place
    sort: Sort
    key: tuple[KeyValue, ...] = ()
    offset: int | None = None

    def encode(self) -> str:
        """Give the cursor as a word of letters, digits, `-` and `_` that begins with `c`."""
        body = [self.place.value, str(self.sort), list(self.key), self.offset]
        text = json.dumps(body, separators=(",", ":"))
        return "c" + base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> Cursor:
        """Read what `encode` made; raise UsageError for anything else."""
        try:
            if not text.startswith("c"):
                raise ValueError(text)
            padded = text[1:] + "=" * (-len(text[1:]) % 4)
            body = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
            place, sort, key, offset = body
            if not isinstance(sort, str) or not isinstance(key, list):
                raise TypeError(body)
            if not all(value is None or isinstance(value, (str, int, float)) for value in key):
                raise TypeError(body)
            if not (offset is None or isinstance(offset, int)):
                raise TypeError(body)
            keys = (*TASK_SORT_KEYS, *CONVERSATION_SORT_KEYS)
            return cls(Place(place), Sort.parse(sort, keys), tuple(key), offset)
        except (ValueError, TypeError, RecursionError, binascii.Error, UsageError) as error:
            raise UsageError(
                "this is not a cursor",
                "take it whole from the next_cursor of an earlier page",
            ) from error


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page is wanted: how many rows at most, in which order, and from where."""

    page_size: int = 50
    sort: Sort = NEWEST_FIRST
    cursor: Cursor | None = None

    def __post_init__(self) -> None:
        if self.page_size < 1:
            raise UsageError("a page holds at least one row", f"not {self.page_size}")
        if self.cursor is not None and self.cursor.sort != self.sort:
            raise UsageError(
                f"this cursor belongs to the order {self.cursor.sort}, not {self.sort}",
                "use it with the sort it was made under",
            )

    @property
    def reads_backward(self) -> bool:
        """Whether the page is looked for from its end."""
        return self.cursor is not None and self.cursor.place in {Place.BEFORE, Place.LAST}


@dataclass(frozen=True, slots=True)
class Partial:
    """Why a page is not complete: the search goes on, or was stopped before it could be sure."""

    reason: str
    """A sentence for people, such as 'stopped after 15 s'."""
    searched_to: datetime | None = None
    """The time of the last row looked at, where the list is in the order of a time."""
    rows_read: int = 0
    """How many rows have been looked at, at least."""
    hinted: int = 0
    """How many rows of the page lie beyond: an index knows them, and may not know all."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """At most `page_size` rows in total order, and the cursors of the pages around them.

    `next` and `previous` are None exactly where there are no rows on that side; of a `partial`
    page, they lead on from where the search has come to, and there may be no rows. `first` and
    `last` always lead to the ends of the list.
    """

    rows: tuple[T, ...]
    request: PageRequest
    next: Cursor | None
    previous: Cursor | None
    first: Cursor
    last: Cursor
    offset: int | None = None
    """Rows before this page, where known."""
    partial: Partial | None = field(default=None)
    assumes_limits: bool = False
    """Whether it was asked for what is stuck, and not all agents' runs were looked at for it."""

    @property
    def has_next(self) -> bool:
        """Whether there are rows after the last of this page."""
        return self.next is not None

    @property
    def has_previous(self) -> bool:
        """Whether there are rows before the first of this page."""
        return self.previous is not None
