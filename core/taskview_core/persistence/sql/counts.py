"""Counts that stop early, and the values that columns have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    LargeBinary,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
    union_all,
)

from taskview_core.entities import Count, Facets, FacetValue
from taskview_core.persistence.running import Session
from taskview_core.persistence.sql.conditions import Seeks
from taskview_core.persistence.sql.expressions import Condition, Expression, opaque
from taskview_core.persistence.sql.mapping import text_of
from taskview_core.persistence.sql.profile import Profile
from taskview_core.persistence.sql.reads import InSession
from taskview_core.persistence.sql.source import Source
from taskview_core.persistence.sql.tables import tasks
from taskview_core.persistence.sql.tallies import Tally, tallies
from taskview_core.query.sort import NEWEST_FIRST, Sort

T = TypeVar("T")

FACET_CAP = 5_000
"""Where the facets of a list stop to count that narrow indexes tell of."""
LOOKED_AT = 2_000
"""How many rows of a list are looked at, one by one."""
_LOOKED_AT_EACH = 1_000
"""Where the count of a value stops under other filters, for which each row is looked at."""
_MOST_VALUES = 100
_FACET_COLUMNS = ("status", "agent_id")
FACET_COLUMNS = tuple(tasks.c[name] for name in _FACET_COLUMNS)


async def count_rows(
    session: Session, source: Source[T], cap: int | None, order: Sort = NEWEST_FIRST
) -> Count:
    """Count the rows of a list, up to `cap`; exactly where it is None."""
    if source.judge is not None:
        return count_of(await _last(session, source, (), cap, order), cap)
    where = source.where(Seeks()).where
    if cap is None:
        exact = select(func.count()).select_from(source.table).where(*where)
        return Count((await session.execute(exact)).scalar_one())
    some = select(literal(1).label("one")).select_from(source.table).where(*where).limit(cap + 1)
    found = (await session.execute(select(func.count()).select_from(some.subquery()))).scalar_one()
    return Count(min(found, cap), exact=found <= cap)


def count_of(tally: Tally, cap: int | None) -> Count:
    """Give the number of rows that were counted, up to a cap."""
    known = tally.total if cap is None else min(tally.total, cap)
    return Count(known, exact=tally.complete and known == tally.total)


def facets_of(tally: Tally) -> Facets:
    """Give the statuses and agents of rows that were counted by them."""
    return _facets(tally.numbers, tally.complete)


async def _last(
    session: Session,
    source: Source[T],
    by: Sequence[ColumnElement[Any]],
    cap: int | None,
    order: Sort = NEWEST_FIRST,
) -> Tally:
    """Count rows that are judged until there are more than a cap."""
    tally = Tally(Counter(), complete=False)
    async for each in tallies(InSession(session), source, source.order(order), by, cap):
        tally = each
    return tally


async def count_facets(session: Session, source: Source[T], profile: Profile) -> Facets:
    """Count the statuses and agents of a list of tasks.

    One look at up to 2,000 rows of the list answers many filters exactly. Beyond that each value is
    counted by itself, up to a number, where an index leads to it. Under other filters the counts
    are those of the rows that were looked at, and say so.
    """
    pairs, complete = await _look(session, source, LOOKED_AT)
    if complete or not source.by_value:
        return _facets(pairs, complete)
    if any(f"tasks.{column}" not in profile.leading for column in _FACET_COLUMNS):
        return await _of_some(session, source, pairs)
    values = await _distinct(session)
    for column, found in values.items():
        if "" not in found and f"tasks.{column}" in profile.nullable:
            found.append("")
        if len(found) > _MOST_VALUES:
            return await _of_some(session, source, pairs)
        if column in source.fixed:  # Of others the filter lets no row through.
            values[column] = [each for each in found if text_of(each) == source.fixed[column]]
    exact = await _count_each(session, source, values)
    return Facets(_ranked(exact["status"]), _ranked(exact["agent_id"]))


async def exact_values(
    session: Session, source: Source[T], profile: Profile, column: ColumnElement[Any]
) -> tuple[FacetValue, ...] | None:
    """Count the rows of a list by one of the facets' columns; None where no narrow index has them.

    That reads an index to its end: some hundred milliseconds for millions of rows.
    """
    if not source.narrow or f"tasks.{column.name}" not in profile.leading:
        return None
    where = source.where(Seeks()).where
    if "status" in source.fixed and column.name == "agent_id" and not source.engine.is_served:
        # SQLite would look at each row with that status: the index by agents holds it too.
        where = (opaque(*where),)
    counted = select(column, func.count().label("n")).where(*where).group_by(column)
    found: Counter[str] = Counter()
    for value, number in (await session.execute(counted)).all():
        found[text_of(value)] += number
    return _ranked({value: Count(number) for value, number in found.items()})


async def _of_some(session: Session, source: Source[T], pairs: Counter[tuple[str, ...]]) -> Facets:
    """Give what was found, or what is found among more rows where those are cheap to read."""
    if not source.narrow:
        return _facets(pairs, complete=False)
    return _facets(*await _look(session, source, FACET_CAP))


async def _look(
    session: Session, source: Source[T], cap: int
) -> tuple[Counter[tuple[str, ...]], bool]:
    pairs: Counter[tuple[str, ...]] = Counter()
    if source.judge is not None:
        found = await _last(session, source, FACET_COLUMNS, cap)
        return found.numbers, found.complete
    some = (
        select(tasks.c.status, tasks.c.agent_id)
        .where(*source.where(Seeks()).where)
        .limit(cap + 1)
        .subquery()
    )
    grouped = select(some.c.status, some.c.agent_id, func.count().label("n")).group_by(
        some.c.status, some.c.agent_id
    )
    for row in (await session.execute(grouped)).all():
        pairs[(text_of(row.status), text_of(row.agent_id))] += row.n
    return pairs, pairs.total() <= cap


async def _distinct(session: Session) -> dict[str, list[str | bytes]]:
    """Give the values of the indexed columns, as stored, by stepping from each to the next."""
    steps = ", ".join(
        f"each_{column}(value) AS (SELECT min({column}) FROM tasks UNION ALL"
        f" SELECT (SELECT min({column}) FROM tasks WHERE {column} > each_{column}.value)"
        f" FROM each_{column} WHERE each_{column}.value IS NOT NULL)"
        for column in _FACET_COLUMNS
    )
    parts = " UNION ALL ".join(
        f"SELECT '{column}', value FROM (SELECT value FROM each_{column}"
        f" WHERE value IS NOT NULL LIMIT :most) AS some_{column}"
        for column in _FACET_COLUMNS
    )
    query = text(f"WITH RECURSIVE {steps} {parts}")
    found: dict[str, list[str | bytes]] = {column: [] for column in _FACET_COLUMNS}
    for column, value in await session.execute(query.bindparams(most=_MOST_VALUES + 1)):
        found[column].append(value)
    return found


async def _count_each(
    session: Session, source: Source[T], values: Mapping[str, list[str | bytes]]
) -> dict[str, dict[str, Count]]:
    where = source.where(Seeks()).where
    cap = FACET_CAP if source.narrow else _LOOKED_AT_EACH
    places = [(column, value) for column, found in values.items() for value in found]
    # NULL is counted as an empty value, which takes a condition of another kind.
    together = [each for each in places if each[1] and not source.engine.plans_by_value]
    alone = [each for each in places if each not in together]
    places = [*together, *alone]
    branches: list[Any] = []
    for index, (column, value) in enumerate(alone, len(together)):
        counted = _capped(cap, _has(source, column, value), *where)
        branches.append(select(literal(index).label("at"), counted.label("n")))
    for column in values:
        listed = [
            select(literal(index).label("at"), _stored(source, value).label("value"))
            for index, (owner, value) in enumerate(together)
            if owner == column
        ]
        if listed:  # The conditions of a filter may be long: they are said once for all values.
            each = union_all(*listed).subquery("each")
            same = tasks.c[column] == literal_column("each.value")
            branches.append(select(each.c.at, _capped(cap, same, *where).label("n")))
    found: dict[str, Counter[str]] = {column: Counter() for column in values}
    if branches:
        for row in (await session.execute(union_all(*branches))).all():
            column, value = places[row.at]
            found[column][text_of(value)] += row.n
    return {
        column: {value: Count(min(n, cap), exact=n <= cap) for value, n in numbers.items() if n}
        for column, numbers in found.items()
    }


def _capped(cap: int, *where: Condition) -> Any:
    """Give the number of tasks for which conditions hold, at most one more than the cap."""
    some = select(literal(1).label("one")).select_from(tasks).where(*where).limit(cap + 1)
    return select(func.count()).select_from(some.subquery("some")).scalar_subquery()


def _has(source: Source[T], column: str, value: str | bytes) -> Condition:
    """Hold where a column has a value; NULL is shown, and counted, as an empty one."""
    same = tasks.c[column] == _stored(source, value)
    return same if value else or_(same, tasks.c[column].is_(None))


def _stored(source: Source[T], value: str | bytes) -> Expression:
    """Give a value as it is stored, as a parameter."""
    if isinstance(value, bytes):
        return literal(value, LargeBinary)
    return source.engine.text_value(value)


def _facets(pairs: Counter[tuple[str, ...]], complete: bool) -> Facets:
    statuses: Counter[str] = Counter()
    agents: Counter[str] = Counter()
    for (status, agent), number in pairs.items():
        statuses[status] += number
        agents[agent] += number
    return Facets(
        _ranked({value: Count(number, complete) for value, number in statuses.items()}),
        _ranked({value: Count(number, complete) for value, number in agents.items()}),
        complete,
    )


def _ranked(counts: Mapping[str, Count]) -> tuple[FacetValue, ...]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1].value, item[0]))
    return tuple(FacetValue(value, count) for value, count in ordered)
