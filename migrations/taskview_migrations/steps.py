"""What a revision says while it runs."""

from __future__ import annotations

from collections.abc import Callable

from alembic import context

PROGRESS = "progress"
"""The name under which the caller's function lies in the configuration."""


def tell(step: str) -> None:
    """Tell whoever asked for the migration which step begins now."""
    progress: Callable[[str], None] = context.config.attributes[PROGRESS]
    progress(step)
