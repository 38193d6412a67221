"""Finds the tasks that hold a value: those in which its text is found, looked at one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from taskview_core.compare.whole_value import holds_value
from taskview_core.entities import Ident, TaskContents, TaskRow
from taskview_core.interfaces import ITaskBrowser
from taskview_core.query.page import Page, Partial
from taskview_core.query.request import PageRequest
from taskview_core.query.sort import Sort
from taskview_core.query.task_filter import TaskFilter
from taskview_tui.render.holding import Holding

OLDEST_FIRST = Sort("created")
_A_SEARCH = 200
"""Tasks in which the text is found that are searched for at once where a page is not full."""
_A_READ = 50
"""Tasks of which payloads are read at once: one payload may be a megabyte."""


class HolderSearch:
    """What is known of the tasks that were looked at is kept; those that go on are read anew."""

    def __init__(self, value: str) -> None:
        self._value = value
        self._parts: dict[Ident, Holding | None] = {}
        self._reading = asyncio.Lock()

    def forget(self) -> None:
        """Look at all tasks anew."""
        self._parts.clear()

    def part_of(self, row: TaskRow) -> Holding | None:
        """Say where a task holds the value; None where it does not, or was not looked at."""
        return self._parts.get(row.id)

    def holders(self, rows: Iterable[TaskRow]) -> tuple[TaskRow, ...]:
        """Give those of the tasks that were looked at which hold the value."""
        return tuple(row for row in rows if self._parts.get(row.id) is not None)

    async def page(
        self,
        browser: ITaskBrowser,
        task_filter: TaskFilter,
        request: PageRequest,
        heard: Callable[[Page[TaskRow]], None],
    ) -> Page[TaskRow]:
        """Give a page of tasks that hold the value, of those that the filter lets through.

        It may have more rows than were asked for. `heard` is told how far it has come.
        """
        backward = request.reads_backward
        first: Page[TaskRow] | None = None
        rows: tuple[TaskRow, ...] = ()
        read = 0
        asked = request

        def whole(found: Page[TaskRow], partial: Partial | None) -> Page[TaskRow]:
            some = self.holders(found.rows)
            # What tells its place in the list counts all that the filter finds; the screen knows
            # better, by those that it has shown.
            if backward:
                ahead = found.previous and found.previous._replace(offset=None)
                told = replace(first or found, rows=some + rows, previous=ahead, offset=None)
            else:
                ahead = found.next and found.next._replace(offset=None)
                offset = None if request.cursor is None else request.cursor.offset
                told = replace(first or found, rows=rows + some, next=ahead, offset=offset)
            return replace(told, partial=partial)

        while True:
            found = await browser.search_tasks(
                task_filter, asked, heard=lambda found: heard(whole(found, found.partial))
            )
            await self._look_at(browser, found.rows)
            joined = whole(found, found.partial)
            beyond = found.previous if backward else found.next
            if beyond is None or found.partial or len(joined.rows) >= request.page_size:
                return joined
            read += len(found.rows)
            last = found.rows[0 if backward else -1] if found.rows else None
            by_time = last is not None and request.sort.key == "created"
            searched_to = last.created_at if last is not None and by_time else None
            heard(whole(found, Partial("", searched_to, read)))
            first, rows = first or found, joined.rows
            asked = replace(request, page_size=max(request.page_size, _A_SEARCH), cursor=beyond)

    async def oldest(
        self, browser: ITaskBrowser, task_filter: TaskFilter, most: int | None
    ) -> tuple[Sequence[TaskRow], bool]:
        """Give up to so many tasks that hold the value, the oldest, and whether those are all."""
        rows: list[TaskRow] = []
        request: PageRequest | None = PageRequest(_A_SEARCH, OLDEST_FIRST)
        while request is not None:
            page = await browser.search_tasks(task_filter, request)
            await self._look_at(browser, page.rows)
            rows += self.holders(page.rows)
            if most is not None and len(rows) > most:
                return rows[:most], False
            request = None if page.next is None else replace(request, cursor=page.next)
        return rows, True

    async def _look_at(self, browser: ITaskBrowser, rows: Sequence[TaskRow]) -> None:
        # One after the other: so whoever comes second finds what the first has read.
        async with self._reading:
            unknown = [
                row.id for row in rows if row.id not in self._parts or not row.status.is_final
            ]
            for begin in range(0, len(unknown), _A_READ):
                found = await browser.get_contents(unknown[begin : begin + _A_READ])
                self._parts |= await asyncio.to_thread(_parts_of, found, self._value)


def _parts_of(found: Mapping[Ident, TaskContents], value: str) -> dict[Ident, Holding | None]:
    return {ident: _part_of(contents, value) for ident, contents in found.items()}


def _part_of(task: TaskContents, value: str) -> Holding | None:
    given, gave = holds_value(task.input.text, value), holds_value(task.output.text, value)
    if given:
        return Holding.PASSED if gave else Holding.GIVEN
    return Holding.GAVE if gave else None
