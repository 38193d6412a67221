"""Reads lists piece by piece for which one statement would have to look at too many rows.

A filter that no index leads to in the list's order is decided by the database, row by row. Where
many rows fit, one statement has a page of them in a moment. Where few do, it would run for as long
as the table is big, and show nothing meanwhile: such a list is searched as one is for a word, see
`judged`, whose Python has nothing to decide here.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TypeVar

from sqlalchemy import and_, func, literal, select

from taskview_core.errors import QueryTimeoutError
from taskview_core.persistence.running import Session
from taskview_core.persistence.sql.conditions import Conditions, Seeks
from taskview_core.persistence.sql.reads import Reads
from taskview_core.persistence.sql.source import Few, Source
from taskview_core.persistence.sql.statements import Statements
from taskview_core.persistence.sql.windows import MOST_SECONDS, MOST_SECONDS_SERVED
from taskview_core.query.request import PageRequest

T = TypeVar("T")

_FEW = 2_000
"""So many rows are sorted at once, sooner than more windows are looked through."""


def quick_seconds(served: bool) -> float:
    """Give for how long one statement may try to have a whole page: as long as a window takes."""
    return MOST_SECONDS_SERVED if served else MOST_SECONDS


def can_be_scanned(source: Source[T], request: PageRequest) -> bool:
    """Say whether there is any order to read the list in, window by window."""
    in_order = request.sort.key in source.windowed or source.storage is not None
    return source.judge is not None or in_order


def by_ways(source: Source[T]) -> Source[T] | None:
    """Give the same list, to be come by in no order, by the ways that there are; None for none.

    Where they lead to many rows, these lie far apart.
    """
    if not source.where(Seeks()).ways:
        return None

    @lru_cache
    def where(seeks: Seeks) -> Conditions:
        asked = source.where(seeks)
        return replace(asked, others=(*asked.ways, *asked.others))

    return replace(source, where=where, statements=Statements())


def scanned(source: Source[T]) -> Source[T]:
    """Give the same list, to be read in windows, or from the few rows that some index leads to.

    Which one that is, if any, the database knows best: it is asked for the rows in no order. A list
    that is judged already is read so anyway.
    """
    if source.judge is not None:
        return source
    led = by_ways(source) or source
    fitting = led.where(Seeks()).where

    async def candidates(reads: Reads, some: bool) -> Few | None:
        few = select(literal(1)).select_from(source.table).where(*fitting).limit(_FEW + 1)
        number = select(func.count()).select_from(few.subquery())

        async def count(session: Session) -> int:
            found: int = (await session.execute(number)).scalar_one()
            return found

        try:
            found = await reads.run(count, quick_seconds(source.engine.is_served))
        except QueryTimeoutError:
            return None
        return Few(and_(*fitting)) if found <= _FEW else None

    return replace(source, judge=_fits, candidates=candidates)


def _fits(row: object) -> bool:
    return True
