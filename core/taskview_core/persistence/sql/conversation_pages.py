"""Pages of conversations, with the tasks and failures of each counted in one query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Integer, case, func, literal, select, union_all

from taskview_core.entities import ConversationRow, Count, Ident
from taskview_core.persistence.running import Session
from taskview_core.persistence.sql.expressions import Expressions
from taskview_core.persistence.sql.mapping import ident_of, optional_text, text_of, time_of
from taskview_core.persistence.sql.profile import Profile
from taskview_core.persistence.sql.tables import tasks
from taskview_core.query.page import Page

TASKS_CAP = 1_000
"""Where counting the tasks of one conversation stops."""
_SCAN_CAP = 100_000

_UNKNOWN = (Count(0), Count(0))


async def with_counts(
    session: Session, engine: Expressions, profile: Profile, page: Page[Any]
) -> Page[ConversationRow]:
    """Make list rows of stored conversations."""
    ids = [ident_of(row.id) for row in page.rows]
    counts = await _count(session, engine, profile, ids) if ids else {}
    rows = tuple(
        _row(row, *counts.get(ident, _UNKNOWN)) for row, ident in zip(page.rows, ids, strict=True)
    )
    return replace(page, rows=rows)


async def _count(
    session: Session, engine: Expressions, profile: Profile, ids: Sequence[Ident]
) -> Mapping[Ident, tuple[Count, Count]]:
    if "tasks.conversation_id" not in profile.leading:
        return await _count_by_scan(session, engine, ids)
    branches = []
    for index, ident in enumerate(ids):
        some = (
            select(tasks.c.status)
            .where(engine.ident(tasks.c.conversation_id, ident))
            .limit(TASKS_CAP + 1)
            .subquery(f"some_{index}")
        )
        failures = func.sum(case((some.c.status == "failed", 1), else_=0))
        branches.append(
            select(
                literal(index, Integer).label("place"),
                func.count().label("tasks"),
                func.coalesce(failures, 0).label("failed"),
            ).select_from(some)
        )
    rows = (await session.execute(union_all(*branches))).all()
    return {ids[row.place]: _capped(row.tasks, row.failed, TASKS_CAP) for row in rows}


async def _count_by_scan(
    session: Session, engine: Expressions, ids: Sequence[Ident]
) -> Mapping[Ident, tuple[Count, Count]]:
    """Count in one pass, for a database without an index that leads to a conversation's tasks."""
    some = (
        select(tasks.c.conversation_id, tasks.c.status)
        .where(engine.idents(tasks.c.conversation_id, ids))
        .limit(_SCAN_CAP + 1)
        .subquery("some")
    )
    failed = func.sum(case((some.c.status == "failed", 1), else_=0))
    grouped = select(
        some.c.conversation_id, func.count().label("tasks"), failed.label("failed")
    ).group_by(some.c.conversation_id)
    rows = (await session.execute(grouped)).all()
    whole = sum(row.tasks for row in rows) <= _SCAN_CAP
    counts: dict[Ident, tuple[Count, Count]] = {
        ident: (Count(0, exact=whole), Count(0, exact=whole)) for ident in ids
    }
    for row in rows:
        # One id may be written in two forms, and so come in two groups.
        ident = ident_of(row.conversation_id)
        total, failures = counts[ident]
        counts[ident] = (
            Count(total.value + row.tasks, exact=whole),
            Count(failures.value + int(row.failed), exact=whole),
        )
    return counts


def _capped(found: int, failed: int, cap: int) -> tuple[Count, Count]:
    whole = found <= cap
    # One task more than the cap was looked at: of those that are told of, it is none.
    return Count(min(found, cap), exact=whole), Count(min(int(failed), cap), exact=whole)


def _row(row: Any, total: Count, failed: Count) -> ConversationRow:
    oddities: list[str] = []
    return ConversationRow(
        id=ident_of(row.id),
        user_id=text_of(row.user_id),
        title=optional_text(row.title),
        created_at=time_of(row.created_at, "created_at", oddities),
        updated_at=time_of(row.updated_at, "updated_at", oddities),
        tasks=total,
        failed=failed,
        oddities=tuple(oddities),
    )
