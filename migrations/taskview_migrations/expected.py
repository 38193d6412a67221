"""The schema as the models say it, with what each index is for."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Column, Index, Table

from taskview_core.persistence.models import Base
from taskview_core.persistence.sql.odd_times import ODD_TIMES_INDEX

TABLES = ("conversations", "tasks")

EXPRESSION = "(expression)"
"""Stands for what an index has in the place of a column."""

_SLOW = {
    "ix_conversations_updated": "listing conversations by their last activity reads and sorts all",
    "ix_conversations_created": "listing conversations by when they began reads and sorts all",
    "ix_conversations_user": "filtering or sorting conversations by user reads all",
    "ix_tasks_status": "facets by status count by a wider index, or read the table",
    "ix_tasks_created": "every page of the task list reads and sorts the whole table",
    "ix_tasks_created_odd": "a range of time, and its count, look at every task of a day before it",
    "ix_tasks_started": "sorting by started reads and sorts the whole table",
    "ix_tasks_completed": "sorting by completed reads and sorts the whole table",
    "ix_tasks_duration": "sorting by duration reads and sorts the whole table",
    "ix_tasks_updated": "following changes and sorting by updated read the whole table",
    "ix_tasks_status_created": "pages under a status walk past all tasks of other statuses",
    "ix_tasks_agent_created": "pages under an agent walk past all tasks of other agents",
    "ix_tasks_agent_status_created": "a rare status of a busy agent, and facets under an agent,"
    " walk past that agent's other tasks",
    "ix_tasks_conversation_created": "opening a conversation's tree reads the whole table",
    "ix_tasks_parent_created": "finding the children of a task reads the whole table",
    "ix_tasks_conversation_roots": "the first tasks of a conversation are found by reading all"
    " its tasks",
}


@dataclass(frozen=True)
class ExpectedIndex:
    """An index of the models: where it is, over what, and what is slow without it."""

    name: str
    table: str
    columns: tuple[str, ...]
    slow: str
    index: Index

    @property
    def replaceable(self) -> bool:
        """Whether an index of another name over the same columns of all rows is as good.

        Over the roots of a conversation it is not: SQLite then reads all its tasks. Nor is it over
        odd times: there the point is that they are few.
        """
        return self.name not in {"ix_tasks_conversation_roots", ODD_TIMES_INDEX}

    @property
    def narrow(self) -> bool:
        """Whether its point is that it is small: one with further columns is not as good."""
        return len(self.columns) == 1


def expected_indexes(engine: str | None = None) -> tuple[ExpectedIndex, ...]:
    """Give every index that the models have, those of conversations first.

    Only those for one engine where `engine` is the name of its dialect.
    """
    return tuple(
        _expected(table, index)
        for table in (Base.metadata.tables[name] for name in TABLES)
        for index in sorted(table.indexes, key=lambda index: str(index.name))
        if engine in {None, "sqlite"} or index.name != ODD_TIMES_INDEX
    )


def _expected(table: Table, index: Index) -> ExpectedIndex:
    name = str(index.name)
    columns = tuple(
        each.name if isinstance(each, Column) else EXPRESSION for each in index.expressions
    )
    return ExpectedIndex(name, table.name, columns, _SLOW[name], index)
