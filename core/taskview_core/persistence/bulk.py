"""Writing many rows at once: what a load and the demo hand over, and what an engine makes of it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from taskview_core.persistence.sql.column_names import CONVERSATION_COLUMNS, TASK_COLUMNS
from taskview_core.persistence.stored_forms import Forms

COLUMNS = {"conversations": CONVERSATION_COLUMNS, "tasks": TASK_COLUMNS}

PARENT, METADATA = TASK_COLUMNS.index("parent_task_id"), TASK_COLUMNS.index("metadata")


class BulkRow:
    """One row to be written: values in the order of the columns, in the engine's own form.

    Ids are 32 hex digits. `absent` has a bit for each column that the row says nothing about: a
    new row takes the value that is here all the same, an existing one keeps what it has.
    """

    __slots__ = ("absent", "line", "source", "values")

    def __init__(self, values: list[Any], absent: int = 0, source: int = 0, line: int = 0) -> None:
        self.values = values
        self.absent = absent
        self.source = source
        self.line = line

    @property
    def id(self) -> str:
        """The row's id, as 32 hex digits."""
        ident: str = self.values[0]
        return ident

    def lacks(self, column: int) -> bool:
        """Whether the row says nothing about the column with this index."""
        return bool(self.absent >> column & 1)


class Refused(NamedTuple):
    """A row that the engine did not take, and why."""

    row: BulkRow
    reason: str


class Link(NamedTuple):
    """A task's stored link: its parent as 32 hex digits, and its metadata's text."""

    parent: str | None
    metadata: str | None


class BulkWriter(Protocol):
    """Writes rows within one transaction, from `begin` to `commit` or `rollback`.

    A batch holds an id once. Ids go in and come out as 32 hex digits, however they are stored.
    """

    had_tasks: bool
    """Whether there were tasks before."""
    in_process: bool
    """Whether the database's own work is done in this process, and not by a server."""
    stores_missing_parents: bool
    """Whether a parent that is not there yet is written as it is, to come later."""

    @property
    def forms(self) -> Forms:
        """How it takes values; settled by `begin`."""
        ...

    async def begin(self) -> None:
        """Look at the tables and begin; SchemaError where they are not as they should be."""
        ...

    async def set_indexes_aside(self) -> bool:
        """Before many tasks: take away what `make_indexes` makes again; say whether that was done.

        Only where there are no tasks yet, and the engine can.
        """
        ...

    async def make_indexes(self, told: Callable[[str], None]) -> None:
        """Make the indexes again that were set aside; `told` the name of each."""
        ...

    async def write_conversations(self, rows: Sequence[BulkRow]) -> list[Refused]:
        """Insert or update a batch; give the rows that were not taken."""
        ...

    async def write_tasks(self, rows: Sequence[BulkRow], missing: Collection[str]) -> list[Refused]:
        """Insert or update a batch whose conversations exist; give the rows not taken.

        `missing` are parents that are neither stored nor in the batch.
        """
        ...

    async def known_conversations(self, ids: Collection[str]) -> dict[str, Any]:
        """Give those that exist, with their created_at in the engine's form or None."""
        ...

    async def known_tasks(self, ids: Collection[str]) -> set[str]:
        """Give those that exist."""
        ...

    async def links(self, ids: Collection[str]) -> dict[str, Link]:
        """Give the stored links of those tasks that exist."""
        ...

    def tasks_holding(self, text: str) -> AsyncGenerator[tuple[str, str]]:
        """Give the tasks without a parent whose metadata holds a text, with that metadata."""
        ...

    async def set_parents(self, parents: Mapping[str, str]) -> None:
        """Store the parents of tasks."""
        ...

    async def relink(self, links: Mapping[str, Link]) -> None:
        """Store parents and metadata of tasks."""
        ...

    async def delete(self, table: str, ids: Collection[str]) -> None:
        """Delete those of these rows that exist."""
        ...

    async def new_rows(self) -> tuple[int | None, int | None]:
        """Count the conversations and tasks that were not there before."""
        ...

    async def commit(self) -> None:
        """Make it all lasting."""
        ...

    async def rollback(self) -> None:
        """Undo it all."""
        ...
