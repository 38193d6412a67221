"""What the domain asks of its repositories. A repository works on the session it was given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from taskview_core.entities import Conversation, Count, Facets, Ident, Task, TaskRow
    from taskview_core.query.page import Page
    from taskview_core.query.request import PageRequest
    from taskview_core.query.task_filter import TaskFilter


class ITaskRepository(Protocol):
    """Tasks in storage."""

    async def create(self, entity: Task) -> Task:
        """Store a new task; raise EntityAlreadyExistsError where its id is taken."""
        ...

    async def get_by_id(self, entity_id: Ident) -> Task | None:
        """Give the task with this id, or None."""
        ...

    async def update(self, entity: Task) -> Task:
        """Write every mutable field of a task; raise EntityNotFoundError where it is gone."""
        ...

    async def delete(self, entity_id: Ident) -> bool:
        """Delete a task; say whether there was one."""
        ...

    async def find_pending_for_agent(self, agent_id: str) -> list[Task]:
        """Give an agent's pending tasks, the oldest first."""
        ...

    async def search_tasks(self, task_filter: TaskFilter, page: PageRequest) -> Page[TaskRow]:
        """Give one page of the tasks that the filter lets through."""
        ...

    async def find_paginated(
        self, page: int, page_size: int, filters: TaskFilter | None = None
    ) -> tuple[list[Task], int]:
        """Give the page with this number, from 1, newest first, and the exact total."""
        ...

    async def count_tasks(self, task_filter: TaskFilter, cap: int | None) -> Count:
        """Count the tasks that the filter lets through, stopping at `cap`."""
        ...

    async def facets(self, task_filter: TaskFilter) -> Facets:
        """Count statuses and agents under a filter, capped."""
        ...


class IConversationRepository(Protocol):
    """Conversations in storage."""

    async def create(self, entity: Conversation) -> Conversation:
        """Store a new conversation; raise EntityAlreadyExistsError where its id is taken."""
        ...

    async def get_by_id(self, entity_id: Ident) -> Conversation | None:
        """Give the conversation with this id, or None."""
        ...

    async def update(self, entity: Conversation) -> Conversation:
        """Write every mutable field; raise EntityNotFoundError where the row is gone."""
        ...

    async def delete(self, entity_id: Ident) -> bool:
        """Delete a conversation and its tasks; say whether there was one."""
        ...

    async def find_by_user(self, user_id: str) -> list[Conversation]:
        """Give a user's conversations, the newest first, without their tasks."""
        ...

    async def find_with_tasks(self, user_id: str) -> list[Conversation]:
        """Give a user's conversations with their tasks, in two queries however many there are."""
        ...

    async def create_conversation_with_task(
        self, conversation: Conversation, task: Task
    ) -> tuple[Conversation, Task]:
        """Store both, or neither."""
        ...
