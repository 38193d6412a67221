"""What an upgrade to the newest revision is going to change, told before it does."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from taskview_core.persistence.models import Base
from taskview_migrations.expected import TABLES, expected_indexes
from taskview_migrations.found import Found
from taskview_migrations.indexes import serving
from taskview_migrations.rows import rows_about


class Intent:
    """Tells it once: when no other upgrade can run, and before the first change.

    `say` is given one line, and nothing where nothing is to be done; None where nobody listens.
    """

    def __init__(self, say: Callable[[str], None] | None, label: str, head: str) -> None:
        self._say = say
        self._label = label
        self._head = head

    def tell(self, connection: Connection, found: Found) -> None:
        """Tell what will become of a database that was found so, and has no problems."""
        say, self._say = self._say, None
        words = self._words(connection, found) if say is not None else None
        if say is not None and words is not None:
            say(words)

    def _words(self, connection: Connection, found: Found) -> str | None:
        missing = {
            table: [
                index.name
                for index in expected_indexes(connection.dialect.name)
                if index.table == table and serving(index, found.indexes) is None
            ]
            for table in TABLES
        }
        number = sum(map(len, missing.values()))
        if found.is_empty:
            tables = " and ".join(
                f"{table} ({len(Base.metadata.tables[table].columns)} columns)" for table in TABLES
            )
            return (
                f"{self._label} will get the tables {tables} with {number} indexes,"
                " and alembic_version, which holds the revision"
            )
        to_come = [
            f"{_indexes(names)} on {table} ({_rows(connection, table)})"
            for table, names in missing.items()
            if names
        ]
        if found.revision is None:
            to_come.insert(0, "the table alembic_version, which holds the revision")
        if to_come:
            unchanged = "no row, column or other table is changed"
            # Postgres builds them beside whoever writes.
            wait = number and connection.dialect.name == "sqlite"
            others = "; programs that write to it wait meanwhile" if wait else ""
            return f"{self._label} will get {'; '.join(to_come)}; {unchanged}{others}"
        if found.revision != self._head:
            return (
                f"{self._label} will go from {found.revision} to {self._head}:"
                " no table, column or index is to be made"
            )
        return None


def _indexes(names: list[str]) -> str:
    return f"the {'index' if len(names) == 1 else 'indexes'} {', '.join(names)}"


def _rows(connection: Connection, table: str) -> str:
    count = str(rows_about(connection, table))
    return f"{count} row" if count == "1" else f"{count} rows"
