"""Looks through the next rows of a list in one statement that ends as soon as a page is full.

A window of two statements (see `windows`) is two round trips, and reads to its end before its
first row is there. Here the rows are read in the list's order, and no further than to the last hit
that is wanted; the last row of all comes along even when it is none, to tell how far they went.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Integer, and_, bindparam, func, or_, select, true
from sqlalchemy.sql.util import ClauseAdapter

from taskview_core.persistence.sql.order import order_by
from taskview_core.persistence.sql.places import FROM, Stretch, key_columns
from taskview_core.persistence.sql.source import Source
from taskview_core.persistence.sql.statements import Marks

_ROWS, _HITS = "peek_rows", "peek_hits"


class Peek:
    """The statements of one list; its rows say as `nth` which they are, and whether they `fit`."""

    def __init__(self, source: Source[Any], columns: bool) -> None:
        self._source = source
        self._columns = columns

    def statement(
        self, stretch: Stretch, rows: int, hits: int, *, enters: bool
    ) -> tuple[Any, dict[str, Any]]:
        """Give a statement and its parameters: through so many `rows`, until so many `hits`.

        Where not `enters`, the filter's conditions are no way into an index.
        """
        source, start = self._source, stretch.start
        names = [column.name for column in stretch.segment.columns(stretch.order)]
        marks = Marks(source.engine, names, start.key if start else (), FROM)
        parameters = {**marks.parameters, _ROWS: rows, _HITS: hits}
        if marks.shape is None:
            return self._made(stretch, enters), parameters
        shape = (
            "peek",
            stretch.order.sort,
            stretch.backward,
            stretch.segment.nulls,
            start is not None,
            start is not None and start.inclusive,
            marks.shape,
            self._columns,
            enters,
        )
        kept = source.statements.get(shape, lambda: self._made(stretch, enters))
        return kept.statement, parameters

    def _made(self, stretch: Stretch, enters: bool) -> Any:
        source, table = self._source, self._source.table
        by = order_by(stretch.order, stretch.segment, backward=stretch.backward)
        asked = source.where(stretch.seeks())
        entries, others = (asked.entries, asked.others) if enters else ((), asked.where)
        near = (
            select(
                *table.c,
                and_(true(), *others).label("fits"),
                func.row_number().over(order_by=by).label("nth"),
            )
            .where(*entries, *stretch.conditions(source))
            .order_by(*by)
            .limit(bindparam(_ROWS, type_=Integer))
            # By the table's own name, for columns that are written as text.
            .subquery(table.description)
        )
        here: Any = ClauseAdapter(near)
        listed = [*(source.columns if self._columns else []), *key_columns(stretch.order)]
        fits, nth = near.c.fits, near.c.nth
        return (
            select(*(here.traverse(each) for each in (*listed, *source.judge_columns)), fits, nth)
            .select_from(near)
            .where(or_(fits, nth == bindparam(_ROWS, type_=Integer)))
            .order_by(*(here.traverse(each) for each in by))
            .limit(bindparam(_HITS, type_=Integer))
        )
