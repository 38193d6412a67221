"""Conversations in a database."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from taskview_core.entities import Conversation, Task
from taskview_core.interfaces.repositories import IConversationRepository
from taskview_core.persistence.base_repository import BaseRepository
from taskview_core.persistence.models import ConversationModel
from taskview_core.persistence.sql.mapping import optional_text, text_of
from taskview_core.persistence.task_repository import TaskRepository


class ConversationRepository(
    BaseRepository[ConversationModel, Conversation], IConversationRepository
):
    """Implements `IConversationRepository` over one session."""

    def __init__(self, session: AsyncSession) -> None:
        super().__init__(session, ConversationModel, "conversation")
        self._tasks = TaskRepository(session)

    def _to_entity(self, model: ConversationModel) -> Conversation:
        return Conversation(
            id=model.id,
            # SQLite keeps NULLs, numbers and bytes where other programs put them.
            user_id=text_of(model.user_id),
            title=optional_text(model.title),
            metadata=model.metadata_,
            created_at=model.created_at,
            updated_at=model.updated_at,
        )

    def _to_model(self, entity: Conversation) -> ConversationModel:
        model = ConversationModel(id=entity.id)
        model.user_id = entity.user_id
        model.title = entity.title
        model.metadata_ = entity.metadata
        if entity.created_at is not None:
            model.created_at = entity.created_at
        if entity.updated_at is not None:
            model.updated_at = entity.updated_at
        return model

    async def find_by_user(self, user_id: str) -> list[Conversation]:
        """See IConversationRepository."""
        models = await self._session.execute(_of_user(user_id))
        return [self._to_entity(model) for model in models.scalars()]

    async def find_with_tasks(self, user_id: str) -> list[Conversation]:
        """See IConversationRepository."""
        conversations = await self.find_by_user(user_id)
        below = await self._tasks.find_by_conversations([each.id for each in conversations])
        return [replace(each, tasks=tuple(below.get(each.id, ()))) for each in conversations]

    async def create_conversation_with_task(
        self, conversation: Conversation, task: Task
    ) -> tuple[Conversation, Task]:
        """See IConversationRepository. A savepoint holds both, or neither."""
        async with self._session.begin_nested():
            stored = await self.create(conversation)
            first = await self._tasks.create(task)
        return stored, first


def _of_user(user_id: str) -> Select[ConversationModel]:
    newest = (ConversationModel.created_at.desc(), ConversationModel.id.desc())
    return select(ConversationModel).where(ConversationModel.user_id == user_id).order_by(*newest)
