"""The state of a list as frozen values: what was asked for, and what is shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from taskview_core.entities import Count, Ident
from taskview_core.query.request import Cursor, PageRequest
from taskview_core.query.sort import Sort

if TYPE_CHECKING:
    from taskview_core.query.page import Page

F = TypeVar("F")
R = TypeVar("R")

PAGE_SIZE = 50
"""Rows on a page, at least."""


class Ask(NamedTuple, Generic[F]):
    """One request for a page. Each is one of its own: they are compared by `is`.

    After it has come, the cursor goes to the row `keep` if that is there, else to the row
    number `at`.
    """

    filter: F
    page: PageRequest
    keep: Ident | None = None
    at: int = 0
    follow: bool = False
    """Whether to look for the row `keep` where it is now, if it has left the page."""

    def anew(self) -> Ask[F]:
        """Give another request for the same."""
        return self._replace()

    def is_like(self, other: Ask[F]) -> bool:
        """Whether both ask for the same page of the same list."""
        return (self.filter, self.page) == (other.filter, other.page)

    def with_filter(self, task_filter: F, keep: Ident | None = None) -> Ask[F]:
        """Ask for the first page under another filter."""
        page = replace(self.page, cursor=None)
        return self._replace(filter=task_filter, page=page, keep=keep, at=0, follow=False)

    def with_cursor(self, cursor: Cursor | None, at: int = 0) -> Ask[F]:
        """Ask for another page of the same list."""
        page = replace(self.page, cursor=cursor)
        return self._replace(page=page, keep=None, at=at, follow=False)

    def with_sort(self, sort: Sort, keep: Ident | None = None) -> Ask[F]:
        """Ask for the first page in another order."""
        page = replace(self.page, sort=sort, cursor=None)
        return self._replace(page=page, keep=keep, at=0, follow=False)

    def again(self, keep: Ident | None, at: int, *, follow: bool = False) -> Ask[F]:
        """Ask for the same page once more."""
        return self._replace(keep=keep, at=at, follow=follow)


class Shown(NamedTuple, Generic[F, R]):
    """The page on the screen, what had been asked for it, and the seconds that it took."""

    ask: Ask[F]
    page: Page[R]
    took: float


class Searching(NamedTuple, Generic[R]):
    """A search that goes on. `page` is what it has found so far; None where it told nothing yet."""

    page: Page[R] | None = None


class Counting(NamedTuple, Generic[F]):
    """How many rows a filter lets through: known, being counted, or not to be found out.

    `is_old` says that `total` is from before a refresh; `exact` that all are to be counted.
    """

    filter: F
    total: Count | None = None
    running: bool = False
    fault: str = ""
    is_old: bool = False
    exact: bool = False


def direction_for(key: str) -> bool:
    """Whether a list first goes down when it is put in order of a key: times and lengths do."""
    return key not in {"agent", "status", "title", "user"}


def next_sort(current: Sort, key: str) -> Sort:
    """Give the order after a key was chosen: the same key again reverses it."""
    return current.reversed() if current.key == key else Sort(key, direction_for(key))


def known_count(page: Page[R]) -> Count | None:
    """Give the number of rows of the whole list where the page alone tells it."""
    if page.partial is not None or page.has_next:
        return None
    if not page.has_previous:
        return Count(len(page.rows))
    return None if page.offset is None else Count(page.offset + len(page.rows))


def known_offset(page: Page[R], count: Count | None) -> int | None:
    """Give the number of rows before the page where that is known, if only by the count."""
    if page.offset is not None:
        return page.offset
    if not page.has_previous and page.partial is None:
        return 0
    if page.has_next or page.partial is not None or count is None or not count.exact:
        return None
    return max(count.value - len(page.rows), 0)


def cursor_beside(page: Page[R], count: Count | None, *, forward: bool) -> Cursor | None:
    """Give the cursor of the next or previous page, with what is known of its place in the list."""
    cursor = page.next if forward else page.previous
    before = known_offset(page, count)
    if cursor is None or not cursor.key or page.partial is not None:
        return cursor
    if cursor.offset is not None or before is None:
        return cursor
    return cursor._replace(offset=before + len(page.rows) if forward else before)


def first_ask(everything: F, sort: Sort) -> Ask[F]:
    """Give the request that a list begins with."""
    return Ask(everything, PageRequest(PAGE_SIZE, sort))
