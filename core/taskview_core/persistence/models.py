"""The tables. Other programs write them too: the columns are the guide's, name for name."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from sqlalchemy import ForeignKey, Index, String, Text, literal_column, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from taskview_core.entities import Ident, JsonValue
from taskview_core.persistence.sql.lengths import task_duration
from taskview_core.persistence.sql.odd_times import ODD_TIMES_INDEX, odd_time
from taskview_core.persistence.types import IdentType, JsonType, TimeType


def _now() -> datetime:
    return datetime.now(UTC)


class Base(DeclarativeBase):
    """The metadata that the migrations lead to."""


class ConversationModel(Base):
    """A row of `conversations`."""

    __tablename__ = "conversations"

    id: Mapped[Ident] = mapped_column(IdentType, primary_key=True, default=uuid.uuid4)
    user_id: Mapped[str] = mapped_column(String(255))
    title: Mapped[str | None] = mapped_column(Text)
    metadata_: Mapped[JsonValue] = mapped_column("metadata", JsonType, nullable=True)
    created_at: Mapped[datetime] = mapped_column(TimeType, default=_now)
    updated_at: Mapped[datetime] = mapped_column(TimeType, default=_now, onupdate=_now)

    tasks: Mapped[list[TaskModel]] = relationship(
        back_populates="conversation",
        cascade="all, delete-orphan",
        passive_deletes=True,
        order_by="TaskModel.created_at, TaskModel.id",
    )

    __table_args__ = (
        Index("ix_conversations_updated", "updated_at", "id"),
        Index("ix_conversations_created", "created_at", "id"),
        Index("ix_conversations_user", "user_id", "id"),
    )


class TaskModel(Base):
    """A row of `tasks`."""

    __tablename__ = "tasks"

    id: Mapped[Ident] = mapped_column(IdentType, primary_key=True, default=uuid.uuid4)
    conversation_id: Mapped[Ident] = mapped_column(
        IdentType, ForeignKey("conversations.id", ondelete="CASCADE")
    )
    parent_task_id: Mapped[Ident | None] = mapped_column(
        IdentType, ForeignKey("tasks.id", ondelete="SET NULL")
    )
    agent_id: Mapped[str] = mapped_column(String(255))
    status: Mapped[str] = mapped_column(String(50), index=True)
    input: Mapped[JsonValue] = mapped_column(JsonType, nullable=True)
    output: Mapped[JsonValue] = mapped_column(JsonType, nullable=True)
    error: Mapped[str | None] = mapped_column(Text)
    metadata_: Mapped[JsonValue] = mapped_column("metadata", JsonType, nullable=True)
    created_at: Mapped[datetime] = mapped_column(TimeType, default=_now)
    started_at: Mapped[datetime | None] = mapped_column(TimeType)
    completed_at: Mapped[datetime | None] = mapped_column(TimeType)
    updated_at: Mapped[datetime] = mapped_column(TimeType, default=_now, onupdate=_now)

    conversation: Mapped[ConversationModel] = relationship(back_populates="tasks")

    __table_args__ = (
        Index("ix_tasks_created", "created_at", "id"),
        Index(
            ODD_TIMES_INDEX, "created_at", sqlite_where=literal_column(odd_time("created_at"))
        ).ddl_if(dialect="sqlite"),
        Index("ix_tasks_updated", "updated_at", "id"),
        Index("ix_tasks_started", "started_at", "id"),
        Index("ix_tasks_completed", "completed_at", "id"),
        Index("ix_tasks_duration", task_duration(), "id"),
        Index("ix_tasks_status_created", "status", "created_at", "id"),
        Index("ix_tasks_agent_created", "agent_id", "created_at", "id"),
        Index("ix_tasks_agent_status_created", "agent_id", "status", "created_at", "id"),
        Index("ix_tasks_conversation_created", "conversation_id", "created_at", "id"),
        Index(
            "ix_tasks_parent_created",
            "parent_task_id",
            "created_at",
            "id",
            sqlite_where=text("parent_task_id IS NOT NULL"),
            postgresql_where=text("parent_task_id IS NOT NULL"),
        ),
        Index(
            "ix_tasks_conversation_roots",
            "conversation_id",
            "created_at",
            "id",
            sqlite_where=text("parent_task_id IS NULL"),
            postgresql_where=text("parent_task_id IS NULL"),
        ),
    )
