"""One page of a list, and why it may not be complete."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from taskview_core.query.request import Cursor, PageRequest

T = TypeVar("T")


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
    in_order: bool = True
    """Whether the others are the first ones of the list. Where no index leads to the rows in its
    order, some may come before them still."""


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
