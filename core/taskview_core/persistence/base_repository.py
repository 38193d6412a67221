"""What every repository does with one kind of entity."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Generic, TypeVar

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from taskview_core.entities import Conversation, Ident, Task
from taskview_core.errors import EntityAlreadyExistsError, EntityNotFoundError
from taskview_core.persistence.faults import DRIVER_ERRORS, translate
from taskview_core.persistence.models import ConversationModel, TaskModel
from taskview_core.persistence.sql.expressions import Condition
from taskview_core.persistence.sql.profile import profile_of
from taskview_core.persistence.sql.source import expressions_for

TModel = TypeVar("TModel", bound=TaskModel | ConversationModel)
TEntity = TypeVar("TEntity", bound=Task | Conversation)

_log = logging.getLogger(__name__)
_UNIQUE = ("UNIQUE constraint failed", "duplicate key value")


class BaseRepository(ABC, Generic[TModel, TEntity]):
    """Keeps entities as rows of one model, on the session that it was given.

    It never commits: the session's scope does, so that a lone write is stored at once and several
    are stored together or not at all. A write that fails undoes itself alone: whoever catches its
    error may go on with the session, and commit what was written before.
    """

    def __init__(self, session: AsyncSession, model_class: type[TModel], entity_name: str) -> None:
        self._session = session
        self._model_class = model_class
        self._entity_name = entity_name

    @abstractmethod
    def _to_entity(self, model: TModel) -> TEntity:
        """Make the domain's entity of a row."""

    @abstractmethod
    def _to_model(self, entity: TEntity) -> TModel:
        """Make a row of the domain's entity."""

    async def create(self, entity: TEntity) -> TEntity:
        """Store a new entity; raise EntityAlreadyExistsError where its id is taken."""
        async with self._writing(entity.id):
            if await self._find(entity.id) is not None:
                raise EntityAlreadyExistsError(self._entity_name, entity.id)
            model = self._to_model(entity)
            self._session.add(model)
            await self._session.flush()
        return self._to_entity(model)

    async def get_by_id(self, entity_id: Ident) -> TEntity | None:
        """Give the entity with this id, or None."""
        model = await self._find(entity_id)
        return None if model is None else self._to_entity(model)

    async def update(self, entity: TEntity) -> TEntity:
        """Write every mutable field; raise EntityNotFoundError where the row is gone."""
        async with self._writing(entity.id):
            model = await self._find(entity.id)
            if model is None:
                raise EntityNotFoundError(self._entity_name, entity.id)
            changes = self._changes(model, entity)
            if changes:
                # By a condition, and not by the ORM, which asks for an id in its own form alone.
                statement = update(self._model_class).where(await self._is(entity.id))
                await self._session.execute(
                    statement.values(changes), execution_options={"synchronize_session": False}
                )
                model = await self._find(entity.id) or model
        return self._to_entity(model)

    def _changes(self, model: TModel, entity: TEntity) -> dict[str, Any]:
        """Give the attributes in which an entity differs from its row."""
        fresh = self._to_model(entity)
        return {
            name: getattr(fresh, name)
            for name, attribute in self._model_class.__mapper__.column_attrs.items()
            if name != "id"
            and name in fresh.__dict__
            and not attribute.columns[0].type.compare_values(
                getattr(model, name), getattr(fresh, name)
            )
        }

    async def delete(self, entity_id: Ident) -> bool:
        """Delete the entity with this id; say whether there was one."""
        async with self._writing(entity_id):
            gone = delete(self._model_class).where(await self._is(entity_id))
            result: Any = await self._session.execute(gone)
        return bool(result.rowcount)

    async def _find(self, entity_id: Ident) -> TModel | None:
        found = select(self._model_class).where(await self._is(entity_id))
        fresh = found.execution_options(populate_existing=True)
        return (await self._session.execute(fresh)).scalars().first()

    async def _is(self, entity_id: Ident) -> Condition:
        expressions = expressions_for(await profile_of(self._session))
        return expressions.ident(self._model_class.__table__.c.id, entity_id)

    @asynccontextmanager
    async def _writing(self, entity_id: Ident) -> AsyncIterator[None]:
        """Hold a write in a savepoint, and translate what goes wrong; a taken id is named."""
        try:
            async with self._session.begin_nested():
                yield
        except IntegrityError as error:
            if any(words in str(error.orig) for words in _UNIQUE):
                raise EntityAlreadyExistsError(self._entity_name, entity_id) from error
            _log.error("writing %s %s failed", self._entity_name, entity_id)
            raise translate(error, "the database") from error
        except DRIVER_ERRORS as error:
            _log.error("writing %s %s failed", self._entity_name, entity_id)
            raise translate(error, "the database") from error
