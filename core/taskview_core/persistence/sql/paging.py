"""Makes pages: n + 1 rows tell whether there is more, and one row back whether there was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from taskview_core.errors import UsageError
from taskview_core.persistence.sql.expressions import Bounds
from taskview_core.persistence.sql.order import Order
from taskview_core.persistence.sql.places import Key, Reached, Start, key_of
from taskview_core.persistence.sql.reads import Reads
from taskview_core.persistence.sql.source import Source
from taskview_core.persistence.sql.statements import Marks
from taskview_core.persistence.sql.walk import first_key, marks_of, walk
from taskview_core.persistence.stored_time import read_time
from taskview_core.query.page import Page, Partial
from taskview_core.query.request import Cursor, KeyValue, PageRequest, Place

T = TypeVar("T")

_TIMES = frozenset({"created", "started", "completed", "updated"})


@dataclass
class PageSearch(Generic[T]):
    """One page in the making. `found` grows while it is looked for, so that it can be shown.

    `heard` is given the page as found so far whenever a search for text has come further, and with
    it the rows beyond that a text index knows.
    """

    source: Source[T]
    request: PageRequest
    heard: Callable[[Page[T]], None] | None = None
    found: list[Any] = field(default_factory=list)
    complete: bool = False

    def __post_init__(self) -> None:
        self._order: Order = self.source.order(self.request.sort)
        self._cursor = self.request.cursor or Cursor(Place.FIRST, self.request.sort, (), 0)
        self._backward = self.request.reads_backward
        self._more_behind = False
        self._beyond_all = False
        self._looked_behind = False
        self._found_since = False
        self._reached: Reached | None = None
        self._looked_at = 0
        """How many rows have been, of those that come in another order than the list's."""
        self._hints: Sequence[Any] = ()
        self._marks: Marks | None = None
        self._start = self._start_of_cursor()

    def _start_of_cursor(self) -> Start | None:
        place, key = self._cursor.place, self._cursor.key
        if place in {Place.FIRST, Place.LAST}:
            return None
        if place is Place.FROM:
            self._moment(key)  # Said now if it is none; where it leads is looked up in run().
            return None
        if len(key) != len(self._order.columns) or key[-1] is None:
            raise UsageError(
                "this cursor does not fit the order", "take it from a page of the same list"
            )
        try:
            self._marks = marks_of(self.source, self._order, key)
        except (ValueError, OverflowError) as error:
            raise UsageError(
                "this cursor holds a value that its column cannot have",
                "take it from a page of the same list",
            ) from error
        return Start(key)

    async def _enter(self, reads: Reads) -> None:
        """Find the first row at or beyond the time that the cursor names, whatever its filter.

        The row is looked for, and not the time, for the form in which times are stored is known
        to the row alone.
        """
        moment = self._moment(self._cursor.key)
        down = self.request.sort.descending
        bounds = Bounds(high=moment) if down else Bounds(low=moment)
        within = self.source.engine.time_within(self._order.first, bounds)
        found = await first_key(reads, self.source, self._order, within)
        self._start = None if found is None else Start(found, inclusive=True)
        self._beyond_all = found is None

    def _moment(self, key: tuple[KeyValue, ...]) -> datetime:
        if self.request.sort.key not in _TIMES:
            raise UsageError(
                f"the order {self.request.sort} has no times to go to", "sort by a time first"
            )
        try:
            (text,) = key
            moment = datetime.fromisoformat(str(text))
        except ValueError:
            raise UsageError("this cursor holds no time", "use ISO 8601") from None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return moment

    async def run(self, reads: Reads) -> Page[T]:
        """Look for the page."""
        if self._cursor.place is Place.FROM:
            await self._enter(reads)
        start = self._start
        back = None if start is None else Start(start.key, inclusive=not start.inclusive)
        # Whether there is more on the other side comes along with the rows: one round trip less.
        behind = back if self.source.judge is None else None
        async for row in walk(
            reads,
            self.source,
            self._order,
            want=0 if self._beyond_all else self.request.page_size + 1,
            backward=self._backward,
            start=start,
            watch=self._watch,
            hint=None if self.heard is None else self._hinted,
            behind=behind,
            marks=self._marks,
            gathered=self._gathered,
        ):
            self.found.append(row)
            self._found_since = True
        if behind is not None and self.found:
            self._more_behind = bool(self.found[0].told)
        elif self._looked_at and self._cursor.place in {Place.AFTER, Place.BEFORE}:
            # All would be looked through once more for the row that the cursor was taken from.
            self._more_behind = True
        elif start is not None or self._beyond_all:
            async for _ in walk(
                reads,
                self.source,
                self._order,
                want=1,
                backward=not self._backward,
                start=back,
                columns=False,
            ):
                self._more_behind = True
        self._looked_behind = True
        return self.page()

    def _watch(self, reached: Reached) -> None:
        self._reached, self._found_since = reached, False
        self._tell()

    def _gathered(self, first: Sequence[Any], looked_at: int) -> None:
        """Show the first rows of those that were looked at: there may be some before them."""
        self._looked_at = looked_at
        if self.heard is not None:
            rows = self.source.map([*self.found, *first][: self.request.page_size])
            page = self.so_far("the search goes on")
            assert page.partial is not None, "it goes on"
            self.heard(
                replace(
                    page,
                    rows=tuple(rows[::-1] if self._backward else rows),
                    partial=replace(page.partial, in_order=False),
                )
            )

    def _hinted(self, rows: Sequence[Any]) -> None:
        self._hints = [*self._hints, *rows]  # of the next part of the list
        if rows:
            self._tell()

    def _tell(self) -> None:
        if self.heard is not None:
            self.heard(self._with_hints(self.so_far("the search goes on")))

    def _with_hints(self, page: Page[T]) -> Page[T]:
        """Show also the rows that a text index knows beyond what has been searched.

        The page's cursors know nothing of them: whoever goes on meets them again.
        """
        found = {key_of(self.source, self._order, row) for row in self.found}
        keys = [key_of(self.source, self._order, row) for row in self._hints]
        # One that has not been found before one that has, has changed since.
        met = max((at for at, key in enumerate(keys, 1) if key in found), default=0)
        beyond = self._hints[met:][: self.request.page_size - len(page.rows)]
        if page.partial is None or not beyond:
            return page
        rows = tuple(self.source.map(beyond[::-1] if self._backward else beyond))
        return replace(
            page,
            rows=rows + page.rows if self._backward else page.rows + rows,
            partial=replace(page.partial, hinted=len(rows)),
        )

    @property
    def has_come_further(self) -> bool:
        """Whether there is anything to go on from: rows, or a place up to which there are none."""
        return bool(self.found) or self._reached is not None

    def so_far(self, reason: str) -> Page[T]:
        """Make the page of what was found by now; `reason` says why there may be more."""
        reached, key = self._reached, self.request.sort.key
        if reached is None:
            return self.page(Partial(reason, None, self._looked_at))
        to = read_time(reached.key[0]) if key in _TIMES else None
        return self.page(Partial(reason, to, reached.rows))

    def page(self, partial: Partial | None = None) -> Page[T]:
        """Make the page of what was found; it is the whole page where `partial` is None."""
        size = self.request.page_size
        more_ahead = len(self.found) > size or partial is not None
        rows = self.found[:size]
        more_behind = self._more_behind
        if not self._looked_behind:
            more_behind = self._start is not None or self._beyond_all
        # A search that is not over goes on from where it has come to.
        edge = None
        if partial is not None and self._reached is not None and len(self.found) <= size:
            # What was found since lies further on than the search had come when it last told.
            edge = None if self._found_since else self._reached.key
        if self._backward:
            rows = rows[::-1]
        more_after, more_before = (
            (more_behind, more_ahead) if self._backward else (more_ahead, more_behind)
        )
        offset = self._offset(len(rows), more_before)
        sort = self.request.sort
        first = Cursor(Place.FIRST, sort, (), 0)
        last = Cursor(Place.LAST, sort)
        after = None if self._backward else edge
        before = edge if self._backward else None
        begin, end = self._otherwise(first, last, partial)
        return Page(
            rows=tuple(self.source.map(rows)),
            request=self.request,
            next=self._after(rows, after, offset, begin) if more_after else None,
            previous=self._before(rows, before, offset, end) if more_before else None,
            first=first,
            last=last,
            offset=offset,
            partial=partial,
            assumes_limits=self.source.assumes_limits,
        )

    def _otherwise(
        self, first: Cursor, last: Cursor, partial: Partial | None
    ) -> tuple[Cursor, Cursor]:
        """Give where a page without rows leads on to, and back to: the ends of the list.

        One that is not searched to its end leads to itself, and back to before its own cursor.
        """
        if partial is None or self._start is None:
            return first, last
        sort, key, again = self.request.sort, self._start.key, self.request.cursor
        if self._backward:
            return Cursor(Place.AFTER, sort, key), again or last
        return again or first, Cursor(Place.BEFORE, sort, key)

    def _after(
        self, rows: Sequence[Any], edge: Key | None, offset: int | None, otherwise: Cursor
    ) -> Cursor:
        """Give the cursor beyond an edge or the page's; of an empty page, the start of the list."""
        key = key_of(self.source, self._order, rows[-1]) if edge is None and rows else edge
        if key is None:
            return otherwise
        beyond = None if offset is None else offset + len(rows)
        return Cursor(Place.AFTER, self.request.sort, key, beyond)

    def _before(
        self, rows: Sequence[Any], edge: Key | None, offset: int | None, otherwise: Cursor
    ) -> Cursor:
        """Give the cursor before an edge or the page's; of an empty page, the end of the list."""
        key = key_of(self.source, self._order, rows[0]) if edge is None and rows else edge
        return otherwise if key is None else Cursor(Place.BEFORE, self.request.sort, key, offset)

    def _offset(self, rows: int, more_before: bool) -> int | None:
        if not more_before:
            return 0
        known = self._cursor.offset
        if known is not None and self._cursor.place is Place.BEFORE:
            known -= rows
        return known if known is not None and known > 0 else None
