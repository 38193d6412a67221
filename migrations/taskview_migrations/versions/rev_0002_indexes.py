"""The indexes that pages, facets and trees are read by, each in the order of one list."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from taskview_migrations.steps import has_index, tell

revision = "taskview_0002"
down_revision: str | None = "taskview_0001"
branch_labels = None
depends_on = None

_INDEXES: tuple[tuple[str, str, tuple[str, ...], str | None], ...] = (
    ("ix_conversations_updated", "conversations", ("updated_at", "id"), None),
    ("ix_conversations_created", "conversations", ("created_at", "id"), None),
    ("ix_conversations_user", "conversations", ("user_id", "id"), None),
    ("ix_tasks_created", "tasks", ("created_at", "id"), None),
    ("ix_tasks_updated", "tasks", ("updated_at", "id"), None),
    ("ix_tasks_status_created", "tasks", ("status", "created_at", "id"), None),
    ("ix_tasks_agent_created", "tasks", ("agent_id", "created_at", "id"), None),
    ("ix_tasks_agent_status_created", "tasks", ("agent_id", "status", "created_at", "id"), None),
    ("ix_tasks_conversation_created", "tasks", ("conversation_id", "created_at", "id"), None),
    (
        "ix_tasks_parent_created",
        "tasks",
        ("parent_task_id", "created_at", "id"),
        "parent_task_id IS NOT NULL",
    ),
    (
        "ix_tasks_conversation_roots",
        "tasks",
        ("conversation_id", "created_at", "id"),
        "parent_task_id IS NULL",
    ),
)


def upgrade() -> None:
    """Make the indexes that are not there; an adopted database may have some of them."""
    for number, (name, table, columns, where) in enumerate(_INDEXES, 1):
        if has_index(name):
            continue
        tell(f"making the index {name} ({number} of {len(_INDEXES)})")
        op.create_index(
            name,
            table,
            list(columns),
            sqlite_where=None if where is None else sa.text(where),
            postgresql_where=None if where is None else sa.text(where),
        )


def downgrade() -> None:
    """Drop the indexes; no row is touched."""
    for name, table, _, _ in reversed(_INDEXES):
        tell(f"dropping the index {name}")
        op.drop_index(name, table, if_exists=True)
