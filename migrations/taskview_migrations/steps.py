"""What a revision says while it runs."""

from __future__ import annotations

from collections.abc import Callable

from alembic import context
from sqlalchemy import text

PROGRESS = "progress"
"""The name under which the caller's function lies in the configuration."""


def tell(step: str) -> None:
    """Tell whoever asked for the migration which step begins now."""
    progress: Callable[[str], None] = context.config.attributes[PROGRESS]
    progress(step)


def has_index(name: str) -> bool:
    """Say whether there is an index already: adopted, or built beside writers beforehand."""
    connection = context.config.attributes["connection"]
    query = (
        "SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = :name"
        if connection.dialect.name == "sqlite"
        else "SELECT 1 WHERE to_regclass(:name) IS NOT NULL"
    )
    return connection.execute(text(query), {"name": name}).first() is not None
