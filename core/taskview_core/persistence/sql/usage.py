"""Reads what tasks say they used: of the many that say nothing, no metadata leaves the database."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Text, cast, or_, select

from taskview_core.entities import Ident
from taskview_core.entities.usage import Reported
from taskview_core.entities.usage_paths import UsagePaths
from taskview_core.persistence.running import Session
from taskview_core.persistence.sql.mapping import ident_of, optional_text, text_of
from taskview_core.persistence.sql.profile import Profile
from taskview_core.persistence.sql.source import expressions_for
from taskview_core.persistence.sql.tables import tasks

_FEW = 200
"""Rows that are read at once; more are in a thread."""


async def read_usage(
    session: Session, profile: Profile, ids: Sequence[Ident], paths: UsagePaths
) -> dict[Ident, Reported]:
    """Give what those of the tasks report that report anything."""
    engine = expressions_for(profile)
    metadata = cast(tasks.c.metadata, Text)
    hints = (engine.contains(metadata, f"%{_escaped(hint)}%") for hint in paths.hints)
    asked = select(tasks.c.id, tasks.c.agent_id, metadata).where(
        engine.idents(tasks.c.id, ids), or_(*hints)
    )
    stored = (await session.execute(asked)).all()
    if len(stored) <= _FEW:
        return _read(stored, paths)
    return await asyncio.to_thread(_read, stored, paths)


def _read(stored: Sequence[Any], paths: UsagePaths) -> dict[Ident, Reported]:
    found: dict[Ident, Reported] = {}
    for ident, agent, metadata in stored:
        reported = paths.read(optional_text(metadata), text_of(agent))
        if reported is not None:
            found[ident_of(ident)] = reported
    return found


def _escaped(text: str) -> str:
    """Write a text for LIKE, as `Expressions.contains` takes it."""
    return "".join(f"!{letter}" if letter in "!%_" else letter for letter in text)
