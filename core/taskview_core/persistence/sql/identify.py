"""Finds what an id, or the beginning of one, belongs to."""

from __future__ import annotations

import re
from uuid import UUID

from sqlalchemy import select

from taskview_core.entities import Ident
from taskview_core.errors import AmbiguousIdError, EntityNotFoundError, UsageError
from taskview_core.persistence.running import Session
from taskview_core.persistence.sql.expressions import Expressions
from taskview_core.persistence.sql.mapping import ident_of
from taskview_core.persistence.sql.tables import conversations, tasks

_SHOWN = 5
_HEX = re.compile(r"[0-9a-f]{4,32}")
_TABLES = (("task", tasks), ("conversation", conversations))


async def identify(session: Session, engine: Expressions, text: str) -> tuple[str, Ident]:
    """Give ("task" or "conversation", id); see `ITaskBrowser.resolve_id`."""
    digits = text.strip().lower().replace("-", "")
    prefix = _HEX.fullmatch(digits) is not None
    matches: list[tuple[str, Ident]] = []
    for kind, table in _TABLES:
        whole = UUID(digits) if prefix and len(digits) == 32 else None
        if whole is None and prefix:
            condition = engine.ident_prefix(table.c.id, digits)
        else:
            condition = engine.ident(table.c.id, whole or text)
        rows = await session.execute(
            select(table.c.id).where(condition).order_by(table.c.id).limit(_SHOWN + 1)
        )
        # Two programs may have written one id in two forms: it is one id still.
        matches += dict.fromkeys((kind, ident_of(row.id)) for row in rows.all())
        if whole is not None and matches:
            break  # A task and a conversation may share an id: the task is meant.
    if not matches:
        if not prefix:
            raise UsageError(
                f"{text!r} is no id", "give a UUID, or at least 4 hex digits of its beginning"
            )
        raise EntityNotFoundError("task or conversation", text)
    if len(matches) > 1:
        shown = ", ".join(f"{kind} {ident}" for kind, ident in matches[:_SHOWN])
        more = ", …" if len(matches) > _SHOWN else ""
        raise AmbiguousIdError(f"more than one id begins with {text}", shown + more)
    return matches[0]
