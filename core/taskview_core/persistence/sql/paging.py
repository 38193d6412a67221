"""Makes pages: n + 1 rows tell whether there is more, and one row back whether there was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from taskview_core.errors import UsageError
from taskview_core.persistence.sql.expressions import Bounds
from taskview_core.persistence.sql.order import Order
from taskview_core.persistence.sql.source import Source
from taskview_core.persistence.sql.walk import Start, first_key, key_of, walk
from taskview_core.query.page import Cursor, KeyValue, Page, PageRequest, Partial, Place

T = TypeVar("T")


@dataclass
class PageSearch(Generic[T]):
    """One page in the making. `found` grows while it is looked for, so that it can be shown."""

    source: Source[T]
    request: PageRequest
    found: list[Any] = field(default_factory=list)
    complete: bool = False

    def __post_init__(self) -> None:
        self._order: Order = self.source.order(self.request.sort)
        self._cursor = self.request.cursor or Cursor(Place.FIRST, self.request.sort, (), 0)
        self._backward = self._cursor.place in {Place.BEFORE, Place.LAST}
        self._more_behind = False
        self._beyond_all = False
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
        return Start(key)

    async def _enter(self, session: AsyncSession) -> None:
        """Find the first row at or beyond the time that the cursor names, whatever its filter.

        The row is looked for, and not the time, for the form in which times are stored is known
        to the row alone.
        """
        moment = self._moment(self._cursor.key)
        down = self.request.sort.descending
        bounds = Bounds(high=moment) if down else Bounds(low=moment)
        within = self.source.engine.time_within(self._order.first, bounds)
        found = await first_key(session, self.source, self._order, within)
        self._start = None if found is None else Start(found, inclusive=True)
        self._beyond_all = found is None

    def _moment(self, key: tuple[KeyValue, ...]) -> datetime:
        if self.request.sort.key not in {"created", "started", "completed", "updated"}:
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

    async def run(self, session: AsyncSession) -> Page[T]:
        """Look for the page."""
        try:
            if self._cursor.place is Place.FROM:
                await self._enter(session)
            async for row in walk(
                session,
                self.source,
                self._order,
                want=0 if self._beyond_all else self.request.page_size + 1,
                backward=self._backward,
                start=self._start,
            ):
                self.found.append(row)
            if self._start is not None or self._beyond_all:
                start = self._start
                back = None if start is None else Start(start.key, inclusive=not start.inclusive)
                async for _ in walk(
                    session,
                    self.source,
                    self._order,
                    want=1,
                    backward=not self._backward,
                    start=back,
                    columns=False,
                ):
                    self._more_behind = True
        except ValueError as error:
            raise UsageError(
                "this cursor holds a value that its column cannot have",
                "take it from a page of the same list",
            ) from error
        return self.page()

    def page(self, partial: Partial | None = None) -> Page[T]:
        """Make the page of what was found; `partial` says why there may be more."""
        size = self.request.page_size
        more_ahead = len(self.found) > size
        rows = self.found[:size]
        if self._backward:
            rows = rows[::-1]
        more_after = self._more_behind if self._backward else more_ahead
        more_before = more_ahead if self._backward else self._more_behind
        if partial is not None and rows:
            more_after, more_before = (
                more_after or not self._backward,
                more_before or self._backward,
            )
        offset = self._offset(len(rows), more_before)
        sort = self.request.sort
        first = Cursor(Place.FIRST, sort, (), 0)
        last = Cursor(Place.LAST, sort)
        return Page(
            rows=tuple(self.source.map(row) for row in rows),
            request=self.request,
            next=self._neighbour(Place.AFTER, rows, offset, first) if more_after else None,
            previous=self._neighbour(Place.BEFORE, rows, offset, last) if more_before else None,
            first=first,
            last=last,
            offset=offset,
            partial=partial,
        )

    def _neighbour(
        self, place: Place, rows: Sequence[Any], offset: int | None, otherwise: Cursor
    ) -> Cursor:
        """Give the cursor beyond this page's edge; of an empty page, the end of the list there."""
        if not rows:
            return otherwise
        after = place is Place.AFTER
        key: tuple[KeyValue, ...] = key_of(self.source, self._order, rows[-1 if after else 0])
        beyond = None if offset is None else offset + len(rows) if after else offset
        return Cursor(place, self.request.sort, key, beyond)

    def _offset(self, rows: int, more_before: bool) -> int | None:
        if not more_before:
            return 0
        known = self._cursor.offset
        if known is not None and self._cursor.place is Place.BEFORE:
            known -= rows
        return known if known is not None and known > 0 else None
