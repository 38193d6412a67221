"""A new database in two stages, so that its indexes are built once and not row by row."""

from __future__ import annotations

from typing import Literal

from taskview_core.persistence.url import DatabaseUrl
from taskview_migrations.upgrade import upgrade


async def make_schema(url: DatabaseUrl, stage: Literal["tables", "indexes"]) -> None:
    """Make a new database's tables; or, once it is full, all that is lacking to the newest."""
    await upgrade(url, lambda step: None, "taskview_0001" if stage == "tables" else "head")
