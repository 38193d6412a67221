"""SQLite databases that several programs have written: ids and times in every form, by chance."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from support.stored import START

ID_FORMS: tuple[Callable[[UUID], str], ...] = (
    lambda ident: ident.hex,
    str,
    lambda ident: ident.hex.upper(),
    lambda ident: str(ident).upper(),
)
USERS = ("ada", "bob", "eve")


@dataclass(frozen=True)
class MadeTask:
    """What a row of `tasks` means, whatever its forms."""

    id: UUID
    conversation: UUID
    parent: UUID | None
    created: datetime


@dataclass
class Made:
    """What such a database means."""

    users: dict[UUID, str] = field(default_factory=dict)
    tasks: dict[UUID, MadeTask] = field(default_factory=dict)

    def children(self, ident: UUID) -> set[UUID]:
        """Give the tasks right below a task."""
        return {each.id for each in self.tasks.values() if each.parent == ident}

    def of(self, conversation: UUID) -> set[UUID]:
        """Give the tasks of a conversation."""
        return {each.id for each in self.tasks.values() if each.conversation == conversation}

    def below(self, ident: UUID) -> set[UUID]:
        """Give a task and all tasks below it."""
        found, level = {ident}, {ident}
        while level := {child for each in level for child in self.children(each)} - found:
            found |= level
        return found


def fill(
    url: str,
    dice: random.Random,
    *,
    conversations: int,
    tasks: int,
    write_id: Callable[[int, UUID], str],
    write_time: Callable[[int, datetime], str | int | float],
) -> Made:
    """Fill the tables of a SQLite database; `write_id` and `write_time` are told the row's place.

    A conversation's rows are written with foreign keys off, for their forms need not agree.
    """
    made = Made()
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    with connection:
        for place in range(conversations):
            ident = UUID(int=dice.getrandbits(128), version=4)
            made.users[ident] = USERS[place % len(USERS)]
            at = write_time(place, START)
            connection.execute(
                "INSERT INTO conversations (id, user_id, title, created_at, updated_at)"
                " VALUES (?, ?, ?, ?, ?)",
                [write_id(place, ident), made.users[ident], ident.hex, at, at],
            )
        for place in range(tasks):
            task = _task(dice, made)
            made.tasks[task.id] = task
            at = write_time(place, task.created)
            connection.execute(
                "INSERT INTO tasks (id, conversation_id, parent_task_id, agent_id, status,"
                " created_at, started_at, updated_at)"
                " VALUES (?, ?, ?, 'planner', 'failed', ?, ?, ?)",
                [
                    write_id(place, task.id),
                    write_id(place, task.conversation),
                    None if task.parent is None else write_id(place, task.parent),
                    at,
                    at,
                    at,
                ],
            )
    connection.close()
    return made


def _task(dice: random.Random, made: Made) -> MadeTask:
    parent = dice.choice(list(made.tasks.values())) if made.tasks and dice.random() < 0.7 else None
    return MadeTask(
        id=UUID(int=dice.getrandbits(128), version=4),
        conversation=parent.conversation if parent else dice.choice(list(made.users)),
        parent=parent.id if parent else None,
        created=START + timedelta(seconds=dice.randrange(200_000)),
    )
