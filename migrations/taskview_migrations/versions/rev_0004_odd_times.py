"""The index of the few times on SQLite that do not lie where they sort: a range need not look."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from taskview_migrations.steps import has_index, tell

revision = "taskview_0004"
down_revision: str | None = "taskview_0003"
branch_labels = None
depends_on = None

_NAME = "ix_tasks_created_odd"
_ODD = (
    "CASE WHEN typeof(created_at) <> 'text' THEN 0 WHEN created_at GLOB "
    "'[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9][ T][0-2][0-9]:[0-5][0-9]:[0-5][0-9]*' THEN "
    "strftime('%d', substr(created_at, 1, 10), '+0 days') IS NOT substr(created_at, 9, 2) OR "
    "substr(created_at, 12, 2) > '23' OR created_at < '0001' OR instr(created_at, char(0)) > "
    "0 OR NOT (substr(created_at, 20) IN ('', 'Z', '+00:00') OR substr(created_at, 20, 2) "
    "GLOB '.[0-9]' AND ltrim(substr(created_at, 21), '0123456789') IN ('', 'Z', '+00:00')) "
    "ELSE 1 END"
)
"""The words of the queries, written out here as those of the revision before are, and why."""


def upgrade() -> None:
    """Make the index if it is not there; Postgres has one form of time and needs none."""
    if op.get_bind().dialect.name == "sqlite" and not has_index(_NAME):
        tell(f"making the index {_NAME}")
        op.create_index(_NAME, "tasks", ["created_at"], sqlite_where=sa.literal_column(_ODD))


def downgrade() -> None:
    """Drop the index; no row is touched."""
    if op.get_bind().dialect.name == "sqlite":
        tell(f"dropping the index {_NAME}")
        op.drop_index(_NAME, "tasks", if_exists=True)
