"""The schema as the models say it, with what each index is for."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Column, Index, Table

from taskview_core.persistence.models import Base
from taskview_core.persistence.sql.odd_times import ODD_TIMES_INDEX
from taskview_migrations.slow import SLOW

TABLES = ("conversations", "tasks")

EXPRESSION = "(expression)"
"""Stands for what an index has in the place of a column."""


@dataclass(frozen=True)
class ExpectedIndex:
    """An index of the models: where it is, over what, and what is slow without it.

    `slow` says so where there is none at all, one with the first column alone, the first two, ….
    """

    name: str
    table: str
    columns: tuple[str, ...]
    slow: tuple[str, ...]
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
    return ExpectedIndex(name, table.name, columns, SLOW[name], index)
