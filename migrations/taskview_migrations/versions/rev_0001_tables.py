"""The tables of the guide, with the one index that the guide names."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from taskview_migrations.steps import tell

revision = "taskview_0001"
down_revision: str | None = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make `conversations` and `tasks`."""
    tell("making the table conversations")
    op.create_table(
        "conversations",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("user_id", sa.String(255), nullable=False),
        sa.Column("title", sa.Text()),
        sa.Column("metadata", sa.JSON()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    )
    tell("making the table tasks")
    op.create_table(
        "tasks",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column(
            "conversation_id",
            sa.Uuid(),
            sa.ForeignKey("conversations.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("parent_task_id", sa.Uuid(), sa.ForeignKey("tasks.id", ondelete="SET NULL")),
        sa.Column("agent_id", sa.String(255), nullable=False),
        sa.Column("status", sa.String(50), nullable=False),
        sa.Column("input", sa.JSON()),
        sa.Column("output", sa.JSON()),
        sa.Column("error", sa.Text()),
        sa.Column("metadata", sa.JSON()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("completed_at", sa.DateTime(timezone=True)),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    )
    tell("making the index ix_tasks_status")
    op.create_index("ix_tasks_status", "tasks", ["status"])


def downgrade() -> None:
    """Drop both tables, and with them every row."""
    tell("dropping the tables tasks and conversations")
    if op.get_bind().dialect.name == "sqlite":
        # SQLite looks for the children of each row that goes with its table: without an index it
        # would read the whole table as many times as it has rows.
        op.create_index("ix_tasks_children_to_let_go", "tasks", ["parent_task_id"])
    op.drop_table("tasks")
    op.drop_table("conversations")
