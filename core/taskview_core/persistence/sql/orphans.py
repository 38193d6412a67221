"""Reads of which tasks the metadata names a parent; no metadata leaves the database."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from taskview_core.entities import Ident
from taskview_core.persistence.running import Session
from taskview_core.persistence.sql.mapping import ident_of
from taskview_core.persistence.sql.profile import Profile
from taskview_core.persistence.sql.source import expressions_for
from taskview_core.persistence.sql.tables import tasks


async def naming_a_parent(
    session: Session, profile: Profile, ids: Sequence[Ident]
) -> frozenset[Ident]:
    """Give those of the tasks whose metadata names a parent."""
    engine = expressions_for(profile)
    asked = select(tasks.c.id).where(engine.idents(tasks.c.id, ids), engine.names_a_parent())
    return frozenset(map(ident_of, (await session.execute(asked)).scalars()))
