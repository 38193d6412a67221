"""What upgrading and looking at a schema give: frozen values for people to read."""

from __future__ import annotations

from dataclasses import dataclass

from taskview_core.entities import Count, Replica


@dataclass(frozen=True, kw_only=True)
class UpgradeReport:
    """What an upgrade or downgrade did. `steps` is empty where there was nothing to do."""

    label: str
    before: str | None
    """The revision that was found; None for no database, or one made by others."""
    after: str | None
    steps: tuple[str, ...] = ()
    adopted: bool = False
    """Tables made by others were taken over as they are."""


@dataclass(frozen=True, kw_only=True)
class TableStatus:
    """One of the two tables: its rows, counted up to 10,000; None where it is not there."""

    name: str
    rows: Count | None
    servers: tuple[str, ...] = ()
    """The other servers that it has rows on: what indexes there are there is not seen."""
    slow: str = ""
    """What is slow because no index leads to a row by its id; empty where one does."""

    @property
    def present(self) -> bool:
        """Whether the table is there."""
        return self.rows is not None


@dataclass(frozen=True, kw_only=True)
class IndexStatus:
    """One index that taskview reads by. `slow` says what is slow without it.

    `served_by` is the name of the index that does its work, which others may have named
    otherwise. Where there is none, `partly_by` is one that does some of it, and `slow` is what is
    left. One that is `broken` was broken off while it was built: no query uses it.
    """

    name: str
    table: str
    columns: tuple[str, ...]
    slow: str
    served_by: str | None
    partly_by: str | None = None
    broken: bool = False

    @property
    def present(self) -> bool:
        """Whether there is an index that does its work."""
        return self.served_by is not None


@dataclass(frozen=True, kw_only=True)
class SchemaStatus:
    """A database's schema as it is. Nothing was changed by looking."""

    label: str
    revision: str | None
    """The revision in `alembic_version`, whoever wrote it; None where there is none."""
    head: str
    """The newest revision that this program knows."""
    tables: tuple[TableStatus, ...]
    indexes: tuple[IndexStatus, ...]
    made_by_others: bool
    """The tables are there and no migration of ours made them."""
    problems: tuple[str, ...] = ()
    """Sentences on what keeps taskview from reading or upgrading it."""
    replica: Replica | None = None
    """How it is doing as a copy of another database; None where it is none."""

    @property
    def is_current(self) -> bool:
        """Whether the schema is the newest and nothing is missing from it."""
        return (
            self.revision == self.head
            and not self.problems
            and not self.missing
            and all(table.present for table in self.tables)
        )

    @property
    def missing(self) -> tuple[IndexStatus, ...]:
        """The indexes that are not there."""
        return tuple(index for index in self.indexes if not index.present)
