"""Takes the indexes of an empty table on Postgres away while it is filled, and makes them again.

To keep a dozen indexes up to date row by row costs more than to make them of all rows at once, that
of the text above all.
It is done within the load's transaction: one that is broken off leaves the indexes as they were.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import asyncpg

from taskview_core.persistence.models import TaskModel
from taskview_core.persistence.text_index.postgres_lookup import INDEX as TEXT_INDEX

_OURS = [*(str(index.name) for index in TaskModel.metadata.tables["tasks"].indexes), TEXT_INDEX]

# Only what CREATE INDEX alone brings back whole, on a plain table that this user may change, and
# whose keys are never too long: a row with too long a key has to be named when it is written.
_REPLACEABLE = """
SELECT format('%I.%I', n.nspname, i.relname) AS name, pg_get_indexdef(i.oid) AS made
FROM pg_index x
JOIN pg_class i ON i.oid = x.indexrelid
JOIN pg_namespace n ON n.oid = i.relnamespace
JOIN pg_class t ON t.oid = x.indrelid
WHERE x.indrelid = to_regclass('tasks') AND i.relname = ANY($1::text[])
  AND t.relkind = 'r' AND NOT t.relispartition AND NOT t.relhassubclass
  AND pg_has_role(t.relowner, 'USAGE')
  AND has_schema_privilege(n.oid, 'CREATE')
  AND x.indisvalid AND NOT x.indisunique AND NOT x.indisreplident AND NOT x.indisclustered
  AND i.reltablespace = 0 AND obj_description(i.oid, 'pg_class') IS NULL
  AND NOT EXISTS (
    SELECT FROM pg_attribute a WHERE a.attrelid = i.oid
      AND (a.attlen < 0 AND a.atttypmod NOT BETWEEN 4 AND 259
           OR coalesce(a.attstattarget, -1) >= 0))
  AND NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')
ORDER BY i.relname
"""

_NOT_NOW = (
    asyncpg.LockNotAvailableError,
    asyncpg.InsufficientPrivilegeError,
    asyncpg.DependentObjectsStillExistError,
)


class IndexesAside:
    """The indexes of `tasks` that are away for now; within one transaction."""

    def __init__(self, driver: asyncpg.Connection[Any]) -> None:
        self._driver = driver
        self._made: list[tuple[str, str]] = []

    @property
    def any(self) -> bool:
        """Whether there are indexes to be made again."""
        return bool(self._made)

    async def take(self) -> None:
        """Drop them if the table is empty and nobody uses it; else leave all as it is.

        Whoever reads the table from here on waits until the transaction has ended. Nobody is
        made to wait for this: where the lock is not to be had at once, it is not asked for again.
        """
        try:
            async with self._driver.transaction():
                found = await self._driver.fetch(_REPLACEABLE, _OURS)
                if not found:
                    return
                await self._driver.execute("LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE NOWAIT")
                if await self._driver.fetch("SELECT 1 FROM tasks LIMIT 1"):
                    raise _FilledMeanwhileError
                for index in found:
                    await self._driver.execute(f"DROP INDEX {index['name']}")
        except _FilledMeanwhileError:
            return
        except _NOT_NOW:
            # Somebody reads the table, or it is not ours: rows are written beside the indexes.
            return
        self._made = [(index["name"].rpartition(".")[2], index["made"]) for index in found]

    async def make_again(self, told: Callable[[str], None]) -> None:
        """Make each as it was; `told` its name before."""
        for name, statement in self._made:
            told(name)
            await self._driver.execute(statement)
        self._made = []


class _FilledMeanwhileError(Exception):
    """Gives the lock back."""
