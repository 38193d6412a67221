"""Which page of a list is wanted, and the places from which to go on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, TypeAlias

from taskview_core.errors import UsageError
from taskview_core.query.sort import (
    CONVERSATION_SORT_KEYS,
    NEWEST_FIRST,
    TASK_SORT_KEYS,
    Sort,
)

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


class Cursor(NamedTuple):
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
        import base64
        import json

        body = [self.place.value, str(self.sort), list(self.key), self.offset]
        text = json.dumps(body, separators=(",", ":"))
        return "c" + base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> Cursor:
        """Read what `encode` made; raise UsageError for anything else."""
        import base64
        import json

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
        except (ValueError, TypeError, RecursionError, UsageError) as error:
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
