"""Alembic's configuration, made in code: no ini file, from wherever the package is installed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from taskview_migrations.steps import PROGRESS


def alembic_config(
    connection: Connection | None = None, progress: Callable[[str], None] | None = None
) -> Config:
    """Give the configuration for work on this connection, within its transaction."""
    config = Config()
    # The option's value is read with %-substitution.
    folder = str(Path(__file__).parent).replace("%", "%%")
    config.set_main_option("script_location", folder)
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    config.attributes[PROGRESS] = progress
    return config


def revisions() -> tuple[str, ...]:
    """Give the revisions that this program knows, the oldest first; the last is the head."""
    scripts = ScriptDirectory.from_config(alembic_config())
    return tuple(script.revision for script in scripts.walk_revisions())[::-1]
