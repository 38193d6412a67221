"""A new database in two stages, so that its indexes are built once and not row by row."""

from __future__ import annotations

from typing import Literal

from taskview_core.persistence.database_url import DatabaseUrl
from taskview_core.persistence.fresh import WHILE_FRESH
from taskview_migrations.upgrade import upgrade


async def make_schema(url: DatabaseUrl, stage: Literal["tables", "indexes"]) -> None:
    """Make a new database's tables; or, once it is full, all that is lacking to the newest.

    Nobody else may read the file yet: half way it is worth nothing.
    """
    revision = "taskview_0001" if stage == "tables" else "head"
    await upgrade(url, lambda step: None, revision, settings=WHILE_FRESH)
