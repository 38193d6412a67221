"""What a revision says while it runs."""

from __future__ import annotations

from collections.abc import Callable

from alembic import context
from sqlalchemy import text

from taskview_migrations.expected import expected_indexes
from taskview_migrations.indexes import all_indexes, serving

PROGRESS = "progress"
"""The name under which the caller's function lies in the configuration."""


def tell(step: str) -> None:
    """Tell whoever asked for the migration which step begins now."""
    progress: Callable[[str], None] = context.config.attributes[PROGRESS]
    progress(step)


def has_index(name: str) -> bool:
    """Say whether there is an index already, or one of others that does its work.

    It may have been adopted, or built beside writers beforehand. One that was broken off counts:
    the upgrade sees to it in the end.
    """
    connection = context.config.attributes["connection"]
    query = (
        "SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = :name"
        if connection.dialect.name == "sqlite"
        else "SELECT 1 WHERE to_regclass(:name) IS NOT NULL"
    )
    if connection.execute(text(query), {"name": name}).first() is not None:
        return True
    found = all_indexes(connection)
    return any(
        serving(index, found) is not None for index in expected_indexes() if index.name == name
    )
