"""A new database in two stages, so that its indexes are built once and not row by row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from taskview_core.persistence.database_url import DatabaseUrl
from taskview_core.persistence.fresh import WHILE_FRESH
from taskview_migrations.upgrade import upgrade

_MAKING = "making the index "
"""How the step of an upgrade begins that makes one."""


def _quiet(_name: str) -> None:
    pass


async def make_schema(
    url: DatabaseUrl,
    stage: Literal["tables", "indexes"],
    told: Callable[[str], None] = _quiet,
) -> None:
    """Make a new database's tables; or, once it is full, all that is lacking to the newest.

    `told` is the name of each index before it is made. Nobody else may read the file yet: half way
    it is worth nothing.
    """

    def step(words: str) -> None:
        if words.startswith(_MAKING):
            told(words.removeprefix(_MAKING).partition(" ")[0])

    revision = "taskview_0001" if stage == "tables" else "head"
    await upgrade(url, step, revision, settings=WHILE_FRESH)
