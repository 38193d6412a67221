"""A task: one piece of work that one agent did, or is doing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from taskview_core.entities.ident import Ident
from taskview_core.entities.payload import JsonValue, StoredJson
from taskview_core.entities.preview import (
    INPUT_START,
    preview_of_error,
    preview_of_json,
)
from taskview_core.entities.status import TaskStatus


@dataclass(frozen=True, kw_only=True)
class Task:
    """A whole task with its payloads decoded, as programs create and read it.

    Times are aware and in UTC. `error` is text; the payloads are JSON values.
    """

    id: Ident
    conversation_id: Ident
    agent_id: str
    status: TaskStatus = TaskStatus.PENDING
    parent_task_id: Ident | None = None
    input: JsonValue = None
    output: JsonValue = None
    error: str | None = None
    metadata: JsonValue = None
    created_at: datetime | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    updated_at: datetime | None = None


class TaskRow(NamedTuple):
    """A task as a list or a tree shows it: everything but the payloads.

    A tuple, for trees have 100,000 of them: as a frozen dataclass each takes three times as long.

    `input_start` is the beginning of the stored input, one character more than INPUT_START where
    there is more; `error_start` what `start_of_error` gives of the error. `oddities` names the
    columns whose stored value could not be read as what it should be, with that value.
    """

    id: Ident
    conversation_id: Ident
    parent_task_id: Ident | None
    agent_id: str
    status: TaskStatus
    input_start: str
    error_start: str | None
    created_at: datetime | None
    started_at: datetime | None
    completed_at: datetime | None
    updated_at: datetime | None
    conversation_title: str | None = None
    oddities: tuple[str, ...] = ()

    @property
    def preview(self) -> str:
        """One line of the input: at most 200 characters, ending in `…` where it was cut.

        It is as the database has it, control characters and all, to be cleaned where it is drawn.
        It is made when it is asked for: of a tree of 100,000 tasks, few are looked at.
        """
        start = self.input_start
        return preview_of_json(start[:INPUT_START], len(start) > INPUT_START)

    @property
    def error_preview(self) -> str | None:
        """One line of the error, as `preview` is of the input; None where there is no error.

        Of a Python trace it is what was raised at last.
        """
        return None if self.error_start is None else preview_of_error(self.error_start)

    @property
    def duration(self) -> timedelta | None:
        """Completed minus started; None where either is missing. May be negative."""
        if self.started_at is None or self.completed_at is None:
            return None
        return self.completed_at - self.started_at

    def elapsed(self, now: datetime) -> timedelta | None:
        """Give the duration, or for a task that is running, the time since it was started.

        One that is pending does not run, though some programs give it a start as well.
        """
        waits = self.status.is_final or self.status == TaskStatus.PENDING
        if self.duration is not None or self.started_at is None or waits:
            return self.duration
        return now - self.started_at

    @property
    def waited(self) -> timedelta | None:
        """Started minus created: the time in the queue; None where either is missing."""
        if self.started_at is None or self.created_at is None:
            return None
        return self.started_at - self.created_at


class TaskContents(NamedTuple):
    """What went into a task and what came out, as stored: all of it that two are compared by."""

    input: StoredJson
    output: StoredJson
    error: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskDetail:
    """One task with its payloads as stored, for reading; nothing in it is decoded yet."""

    row: TaskRow
    input: StoredJson
    output: StoredJson
    error: str | None
    metadata: StoredJson
