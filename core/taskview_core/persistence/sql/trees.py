"""Reads the rows of trees: a conversation in one query, and a subtree where all see one moment.

A transaction of SQLite sees one state of the database, in which a subtree is read level by level.
Each statement to Postgres sees a state of its own: there one statement reads it all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import any_, func, literal_column, select, true

from taskview_core.entities import Ident, TaskRow
from taskview_core.errors import EntityNotFoundError
from taskview_core.persistence.running import Session
from taskview_core.persistence.sql.expressions import Condition, Expressions
from taskview_core.persistence.sql.many_rows import RowMapper
from taskview_core.persistence.sql.mapping import conversation_of, ident_of, optional_text
from taskview_core.persistence.sql.profile import Profile
from taskview_core.persistence.sql.source import expressions_for, forms_under
from taskview_core.persistence.sql.tables import conversations, tasks
from taskview_core.persistence.sql.task_columns import row_columns
from taskview_core.tree.rows import TreeRows

_IDS_A_QUERY = 5_000
_ROWS_A_TURN = 500
"""How many rows are mapped before other work of the event loop gets its turn."""


async def conversation_rows(session: Session, profile: Profile, conversation_id: Ident) -> TreeRows:
    """Read the tasks of a conversation, the oldest first."""
    column = tasks.c.conversation_id
    forms = await forms_under(session, profile, [(column, conversation_id)])
    engine = expressions_for(profile, forms)
    known = select(conversations.c.id).where(engine.ident(conversations.c.id, conversation_id))
    stored = await _stored(session, engine, engine.ident(column, conversation_id))
    rows = await mapped(stored)
    if not rows and (await session.execute(known)).first() is None:
        raise EntityNotFoundError("conversation", conversation_id)
    # In the form that is stored nearly all are found, and compared in a fraction of the time.
    apart = {row[2] for row in stored} - {row[0] for row in stored} - {None}
    here = {row.id for row in rows} if apart else set()
    missing = [ident for ident in map(ident_of, apart) if ident not in here]
    return TreeRows(tuple(rows), *await _outside(session, engine, missing))


async def subtree_rows(
    session: Session, profile: Profile, top: Ident, *, levels: bool = False
) -> TreeRows:
    """Read a task and all below it, in whatever conversation; the top comes first.

    With `levels` it is read level by level in any case, and on Postgres then each level as it is at
    its own moment: for servers that recurse on no such table. Where tasks lie on other servers,
    which know of no common moment, it always is.
    """
    engine = expressions_for(profile)
    if profile.kind == "sqlite" or profile.is_spread or levels:
        rows = await _level_by_level(session, engine, top)
    else:
        rows = await _rows(session, engine, _is_below(engine, profile, top))
        rows.sort(key=lambda row: row.id != top)
    if not rows:
        raise EntityNotFoundError("task", top)
    above = rows[0].parent_task_id
    missing = [] if above is None or any(row.id == above for row in rows) else [above]
    return TreeRows(tuple(rows), *await _outside(session, engine, missing))


def _is_below(engine: Expressions, profile: Profile, top: Ident) -> Condition:
    """Hold for a task and all below it. No id is taken twice, so that a ring ends.

    Where no statistics are, as of partitioned tables, a planner takes the tasks below for so many
    that it reads all there are. So it is left no other way than the index, if there is one.
    """
    found = select(tasks.c.id).where(engine.ident(tasks.c.id, top)).cte("found", recursive=True)
    below = tasks.alias("below")
    children = select(below.c.id).where(below.c.parent_task_id == found.c.id)
    if "tasks.parent_task_id" in profile.leading:
        child = children.correlate(found).offset(literal_column("0")).lateral("child")
        children = select(child.c.id).select_from(found.join(child, true()))
    found = found.union(children)
    return tasks.c.id == any_(func.array(select(found.c.id).scalar_subquery()))


async def _level_by_level(session: Session, engine: Expressions, top: Ident) -> list[TaskRow]:
    rows = await _rows(session, engine, engine.ident(tasks.c.id, top))
    seen = {row.id for row in rows}
    level = list(seen)
    while level:
        below: list[TaskRow] = []
        for ids in _chunks(level):
            below += await _rows(session, engine, engine.idents(tasks.c.parent_task_id, ids))
        fresh = [row for row in below if row.id not in seen]
        level = [row.id for row in fresh]
        seen.update(level)
        rows += fresh
    return rows


async def _rows(session: Session, engine: Expressions, condition: Condition) -> list[TaskRow]:
    return await mapped(await _stored(session, engine, condition))


async def _stored(session: Session, engine: Expressions, condition: Condition) -> Sequence[Any]:
    statement = (
        select(*row_columns(engine, titles=False))
        .where(condition)
        .order_by(tasks.c.created_at, tasks.c.id)
    )
    return (await session.execute(statement)).all()


async def mapped(stored: Sequence[Any]) -> list[TaskRow]:
    """Map many rows without holding up the event loop."""
    rows: list[TaskRow] = []
    mapper = RowMapper()
    for begin in range(0, len(stored), _ROWS_A_TURN):
        rows += mapper.rows(stored[begin : begin + _ROWS_A_TURN])
        await asyncio.sleep(0)
    return rows


async def _outside(
    session: Session, engine: Expressions, missing: Iterable[Ident]
) -> tuple[dict[Ident, Ident], dict[Ident, str | None]]:
    """Find the conversations and statuses of the parents that are not among the rows."""
    homes: dict[Ident, Ident] = {}
    statuses: dict[Ident, str | None] = {}
    for ids in _chunks(dict.fromkeys(missing)):
        statement = select(tasks.c.id, tasks.c.conversation_id, tasks.c.status).where(
            engine.idents(tasks.c.id, ids)
        )
        for row in (await session.execute(statement)).all():
            ident = ident_of(row.id)
            homes[ident] = conversation_of(row.conversation_id, [])
            statuses[ident] = optional_text(row.status)
    return homes, statuses


def _chunks(ids: Iterable[Ident]) -> Iterable[list[Ident]]:
    pending = iter(ids)
    while chunk := list(islice(pending, _IDS_A_QUERY)):
        yield chunk
