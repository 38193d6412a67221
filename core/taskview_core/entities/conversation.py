"""A conversation: what one user asked for, and the tasks that came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from taskview_core.entities.count import Count
from taskview_core.entities.ident import Ident
from taskview_core.entities.payload import JsonValue, StoredJson
from taskview_core.entities.task import Task


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """A whole conversation. Times are aware and in UTC.

    `tasks` is filled by the finders that say so, and None elsewhere.
    """

    id: Ident
    user_id: str
    title: str | None = None
    metadata: JsonValue = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    tasks: tuple[Task, ...] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ConversationRow:
    """A conversation as the list shows it, with its tasks and failures counted (capped)."""

    id: Ident
    user_id: str
    title: str | None
    created_at: datetime | None
    updated_at: datetime | None
    tasks: Count
    failed: Count
    oddities: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ConversationDetail:
    """A conversation with its metadata as stored, for what hands it on letter for letter.

    `oddities` names the times that could not be read, with the stored value.
    """

    id: Ident
    user_id: str
    title: str | None
    metadata: StoredJson
    created_at: datetime | None
    updated_at: datetime | None
    oddities: tuple[str, ...] = ()
