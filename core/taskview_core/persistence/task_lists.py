"""Reads lists of tasks, and their numbers, by whichever way is the shortest.

1. Where an index leads to the rows in their order, one statement has a page or a capped count.
2. Where rows have to be looked at, one statement may try for a moment. If it does not have the page
   by then, the list is read in windows: hits show as they come, and each statement is short.
3. Where only Python can decide, as of words, it is read in windows from the beginning.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import ColumnElement

from taskview_core.entities import Count, Facets, FacetValue, TaskRow
from taskview_core.errors import QueryTimeoutError, UnsupportedError
from taskview_core.persistence.asking import Asker
from taskview_core.persistence.running import Session, Work, stopped_after
from taskview_core.persistence.sql.conditions import looks_at_rows, told_by_value
from taskview_core.persistence.sql.counts import (
    FACET_COLUMNS,
    LOOKED_AT,
    count_facets,
    count_of,
    count_rows,
    exact_values,
    facets_of,
)
from taskview_core.persistence.sql.estimates import estimated
from taskview_core.persistence.sql.paging import PageSearch
from taskview_core.persistence.sql.profile import Profile, profile_of
from taskview_core.persistence.sql.reads import EachAlone, InSession, Reads
from taskview_core.persistence.sql.recent_sources import RecentSources
from taskview_core.persistence.sql.scanned import (
    by_ways,
    can_be_scanned,
    quick_seconds,
    scanned,
)
from taskview_core.persistence.sql.source import Few, Source, task_source
from taskview_core.persistence.sql.spread import titles_of
from taskview_core.persistence.sql.tallies import Tally, tallies
from taskview_core.persistence.sql.windows import OrderNotIndexedError
from taskview_core.persistence.text_index.lookup import TextIndex
from taskview_core.query.page import Page
from taskview_core.query.request import PageRequest
from taskview_core.query.sort import NEWEST_FIRST
from taskview_core.query.stuck import RunLimits
from taskview_core.query.task_filter import TaskFilter
from taskview_core.query.terms import TextTerm, asks_for_stuck

T = TypeVar("T")

_MOMENT = 0.4
"""Seconds that a count which nobody asked for may take: enough for millions of rows."""
_NARROW = frozenset({"tasks.status", "tasks.agent_id"})


class TaskLists:
    """Reads the lists of one database, which is `served` or a file.

    `clock` is what relative times in filters are resolved against; `run_limits` says how long the
    runs of an agent take; `text_index` knows which tasks may hold a text.
    """

    def __init__(
        self,
        asker: Asker,
        label: str,
        *,
        served: bool,
        clock: Callable[[], datetime],
        run_limits: Callable[[], Awaitable[RunLimits]],
        text_index: TextIndex | None,
    ) -> None:
        self._asker = asker
        self._label = label
        self._quick = quick_seconds(served)
        self._clock = clock
        self._run_limits = run_limits
        self._text_index = text_index
        self._recent = RecentSources()
        self._pieces = EachAlone(self._piece)

    async def page(
        self,
        task_filter: TaskFilter,
        request: PageRequest,
        heard: Callable[[Page[TaskRow]], None] | None,
    ) -> Page[TaskRow]:
        """See ITaskBrowser. Where time runs out, what has been found is a partial page."""
        search: PageSearch[TaskRow] | None = None
        limits = await self._limits_for(task_filter)

        async def work(session: Session) -> Page[TaskRow] | None:
            nonlocal search
            source = await self._source(session, task_filter, limits)
            search = PageSearch(source, request, heard)
            return await search.run(InSession(session)) if source.judge is None else None

        try:
            found = await self._tried(work, task_filter)
            if search is None:  # Its moment was over before it had begun.
                search = PageSearch(await self._made(task_filter, limits), request, heard)
            if found is None and not can_be_scanned(search.source, request):
                found = await self._asker.ask(work)
            if found is None:
                search = PageSearch(scanned(search.source), request, heard)
                async with stopped_after(None if heard else self._asker.seconds):
                    found = await search.run(self._pieces)
            return await self._titled(search.source, found)
        except QueryTimeoutError as error:
            if search is None or not search.has_come_further:
                raise
            return search.so_far(f"{error.title}: there may be more")

    async def _tried(self, work: Work[T | None], task_filter: TaskFilter) -> T | None:
        """Do what one statement does: at its leisure where indexes lead it, else in a moment."""
        if not looks_at_rows(task_filter.terms):
            return await self._asker.ask(work)
        with suppress(QueryTimeoutError):
            return await self._asker.ask(work, seconds=self._quick)
        return None

    async def _titled(self, source: Source[TaskRow], page: Page[TaskRow]) -> Page[TaskRow]:
        """Give a page with the titles of conversations, where they do not come with its rows."""
        if not source.titles_apart or not page.rows:
            return page
        rows = await self._asker.ask(lambda session: titles_of(session, source.engine, page.rows))
        return replace(page, rows=tuple(rows))

    async def count(
        self, task_filter: TaskFilter, cap: int | None, heard: Callable[[Count], None] | None
    ) -> Count:
        """See ITaskBrowser."""
        limits = await self._limits_for(task_filter)

        async def count(source: Source[TaskRow], session: Session) -> Count:
            return await count_rows(session, source, cap)

        async def work(session: Session) -> Count:
            return await count(await self._source(session, task_filter, limits), session)

        if heard is None or not looks_at_rows(task_filter.terms):
            return await self._asker.ask(work, long=cap is None)
        source = await self._made(task_filter, limits)
        return await self._growing(
            source, (), cap, lambda tally: count_of(tally, cap), heard, count, long=cap is None
        )

    async def count_quickly(self, task_filter: TaskFilter) -> Count | None:
        """See ITaskBrowser."""

        async def work(session: Session) -> Count | None:
            profile = await self._profile(session)
            source = await self._source(session, task_filter, RunLimits())
            if not source.narrow or not profile.leading >= _NARROW:
                return None
            return await count_rows(session, source, None)

        async def estimate(session: Session) -> Count | None:
            profile = await self._profile(session)
            source = await self._source(session, task_filter, RunLimits())
            return await estimated(session, profile, source)

        for each in (work, estimate):
            with suppress(QueryTimeoutError):  # The next way, or none, may tell in a moment.
                count = await self._asker.ask(each, seconds=_MOMENT)
                if count is not None:
                    return count
        return None

    async def facets(
        self, task_filter: TaskFilter, heard: Callable[[Facets], None] | None
    ) -> Facets:
        """See ITaskBrowser."""
        limits = await self._limits_for(task_filter)

        async def count(source: Source[TaskRow], session: Session) -> Facets:
            return await count_facets(session, source, await self._profile(session))

        async def work(session: Session) -> Facets:
            return await count(await self._source(session, task_filter, limits), session)

        async def simply(session: Session) -> Facets:
            bare = replace(await self._profile(session), leading=frozenset())
            return await count_facets(
                session, await self._source(session, task_filter, limits), bare
            )

        try:
            if heard is None:
                return await self._asker.ask(work)
            if not looks_at_rows(task_filter.terms):
                found = await self._asker.ask(work)
                heard(found)
                told = found.is_exact or not told_by_value(task_filter.terms)
                return found if told else await self._exact_facets(task_filter, found)
            source = await self._made(task_filter, limits)
            return await self._growing(source, FACET_COLUMNS, LOOKED_AT, facets_of, heard, count)
        except UnsupportedError:
            # Citus steps through no index from value to value: some rows tell as much as they do.
            return await self._asker.ask(simply)

    async def _exact_facets(self, task_filter: TaskFilter, found: Facets) -> Facets:
        """Count on beyond the cap, where narrow indexes tell all in a moment."""

        async def values(
            column: ColumnElement[Any], session: Session
        ) -> tuple[FacetValue, ...] | None:
            source = await self._source(session, task_filter, RunLimits())
            return await exact_values(session, source, await self._profile(session), column)

        told: list[tuple[FacetValue, ...]] = []
        complete = True
        for column, capped in zip(FACET_COLUMNS, (found.statuses, found.agents), strict=True):
            exact = None
            with suppress(QueryTimeoutError):
                exact = await self._asker.ask(partial(values, column), seconds=_MOMENT)
            told.append(capped if exact is None else exact)
            complete = complete and exact is not None
        statuses, agents = told
        return Facets(statuses, agents, found.complete or complete)

    async def _growing(
        self,
        source: Source[TaskRow],
        by: Sequence[ColumnElement[Any]],
        most: int | None,
        made: Callable[[Tally], T],
        heard: Callable[[T], None],
        count: Callable[[Source[TaskRow], Session], Awaitable[T]],
        *,
        long: bool = False,
    ) -> T:
        """Give numbers window by window, unless one statement `count`s them in a moment.

        Where time runs out, what has been counted is what there is, at least.
        """
        found: T | None = None
        order = source.order(NEWEST_FIRST)
        ways = (source, by_ways(source)) if source.judge is None else ()
        at_once = [way for way in ways if way is not None]

        def watch(tally: Tally) -> None:
            nonlocal found
            found = made(tally)
            heard(found)

        async def growing() -> T | None:
            async for tally in tallies(self._pieces, source, order, by, most, watch):
                watch(tally)
                while at_once and not tally.complete:
                    with suppress(QueryTimeoutError):
                        work = partial(count, at_once.pop(0))
                        return await self._asker.ask(work, seconds=self._quick)
            return found

        try:
            async with stopped_after(self._asker.limit(long=long)):
                try:
                    found = await growing()
                except OrderNotIndexedError:
                    found = await self._asker.ask(partial(count, source), long=long)
        except QueryTimeoutError:
            if found is None:
                raise
        assert found is not None, "the last tally, if no other, is there"
        return found

    async def _limits_for(self, task_filter: TaskFilter) -> RunLimits:
        """Give the limits where a filter needs them."""
        return await self._run_limits() if asks_for_stuck(task_filter.terms) else RunLimits()

    async def _made(self, task_filter: TaskFilter, limits: RunLimits) -> Source[TaskRow]:
        return await self._asker.ask(lambda session: self._source(session, task_filter, limits))

    async def _source(
        self, session: Session, task_filter: TaskFilter, limits: RunLimits
    ) -> Source[TaskRow]:
        profile = await self._profile(session)
        index = self._text_index
        terms = [term for term in task_filter.terms if isinstance(term, TextTerm)]

        async def candidates(reads: Reads, some: bool) -> Few | None:
            return None if index is None else await index.candidates(reads, terms, some=some)

        ask = candidates if terms else None
        return await task_source(
            session, profile, task_filter, self._clock(), ask, self._recent, limits
        )

    async def _profile(self, session: Session) -> Profile:
        return await profile_of(session, self._label)

    async def _piece(self, work: Work[T], seconds: float | None) -> T:
        return await self._asker.ask(work, seconds=seconds)
