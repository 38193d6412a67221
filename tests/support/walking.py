"""Walks through all pages of a list, as a person would with `]` and `[`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from taskview_core.query.page import Page
from taskview_core.query.request import Cursor, PageRequest

T = TypeVar("T")

Search = Callable[[PageRequest], Awaitable[Page[T]]]


@dataclass(frozen=True)
class Walk(Generic[T]):
    """The pages met, in the order of the list (also where it was walked backwards)."""

    pages: tuple[Page[T], ...]

    @property
    def rows(self) -> list[T]:
        """All rows, in the order of the list."""
        return [row for page in self.pages for row in page.rows]


async def walk_forwards(search: Search[T], request: PageRequest, at_most: int = 10_000) -> Walk[T]:
    """Go from the first page by `next` until there is none."""
    pages: list[Page[T]] = []
    cursor: Cursor | None = None
    while len(pages) < at_most:
        page = await search(PageRequest(request.page_size, request.sort, cursor))
        check(page)
        assert page.has_previous == bool(pages)
        pages.append(page)
        if page.next is None:
            return Walk(tuple(pages))
        cursor = as_text_and_back(page.next)
    raise AssertionError(f"more than {at_most} pages: paging goes round in circles")


async def walk_backwards(search: Search[T], request: PageRequest, at_most: int = 10_000) -> Walk[T]:
    """Go from the last page by `previous` until there is none."""
    start = await search(PageRequest(request.page_size, request.sort))
    pages: list[Page[T]] = []
    cursor = as_text_and_back(start.last)
    while len(pages) < at_most:
        page = await search(PageRequest(request.page_size, request.sort, cursor))
        check(page)
        assert page.has_next == bool(pages)
        pages.append(page)
        if page.previous is None:
            return Walk(tuple(reversed(pages)))
        cursor = as_text_and_back(page.previous)
    raise AssertionError(f"more than {at_most} pages: paging goes round in circles")


def check(page: Page[T]) -> None:
    """Hold what every page has to keep to."""
    assert len(page.rows) <= page.request.page_size
    assert page.partial is None


def as_text_and_back(cursor: Cursor) -> Cursor:
    """Send a cursor through its text form, as the command line does."""
    decoded = Cursor.decode(cursor.encode())
    assert decoded == cursor
    return decoded
