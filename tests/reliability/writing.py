"""A program that writes at full rate, in a process of its own, in a form that can be checked.

Each transaction adds a pair of tasks, numbered on, and ends the task that ran: at every moment
there is one running, the last of the last pair. The first of a pair is below the first task of its
conversation, the second below the first: a conversation is a tree of three levels.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import sqlite3
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from multiprocessing.sharedctypes import Synchronized
from typing import Any

import asyncpg

AGENT = "writer"
PAIRS_A_CONVERSATION = 50
_START = datetime(2030, 1, 1, tzinfo=UTC)
_SPACE = uuid.UUID(int=0)
_WORDS = '{"text": "what the writer says, again and again, so that there is something to find"}'


def task_id(number: int) -> uuid.UUID:
    """Give the id of a task by its number; ids sort as the numbers do."""
    return uuid.UUID(int=(0xB << 124) | (0x4 << 76) | (0x8 << 60) | number)


def number_of(agent: str) -> int:
    """Give the number of a task, which its agent's name bears."""
    return int(agent.partition(":")[2])


class Writer:
    """Writes from `start` to `stop`. `done` are its transactions, `locked` those it was refused."""

    def __init__(self, url: str, journal: str) -> None:
        context = multiprocessing.get_context("fork")
        self._done: Synchronized[int] = context.Value("q", 0, lock=False)  # type: ignore[assignment]  # without a lock it has a value all the same
        self._locked: Synchronized[int] = context.Value("q", 0, lock=False)  # type: ignore[assignment]  # as above
        self._end: Synchronized[int] = context.Value("b", 0, lock=False)  # type: ignore[assignment]  # as above
        work = _write_file if url.startswith("sqlite") else _write_server
        self._process = context.Process(
            target=work, args=(url, journal, self._done, self._locked, self._end), daemon=True
        )

    @property
    def done(self) -> int:
        """How many transactions are done."""
        return self._done.value

    @property
    def locked(self) -> int:
        """How often the database was locked for it."""
        return self._locked.value

    def start(self) -> None:
        """Begin to write."""
        self._process.start()

    def stop(self) -> None:
        """End after the transaction at hand; an error if it had ended before."""
        assert self._process.is_alive(), "the writer has failed"
        self._end.value = 1
        self._process.join()


def _transactions() -> Iterator[tuple[tuple[Any, ...] | None, list[tuple[Any, ...]], uuid.UUID]]:
    """Give a new conversation, if there is one, two tasks, and the task that ends."""
    conversation = uuid.UUID(int=0)
    root, pair = 0, 0
    while True:
        first, second = 2 * pair + 1, 2 * pair + 2
        at = _START + timedelta(milliseconds=pair)
        new = None
        if pair % PAIRS_A_CONVERSATION == 0:
            conversation, root = uuid.uuid5(_SPACE, f"conversation {pair}"), first
            new = (conversation, AGENT, f"{pair}", at, at)
        above = None if first == root else task_id(root)
        rows = [
            (
                task_id(number), conversation, task_id(first) if number == second else above,
                f"{AGENT}:{number}", "running" if number == second else "completed", _WORDS, at, at,
            )
            for number in (first, second)
        ]  # fmt: skip
        yield new, rows, task_id(first - 1)
        pair += 1


_CONVERSATION = "INSERT INTO conversations (id, user_id, title, created_at, updated_at) VALUES "
_TASK = (
    "INSERT INTO tasks (id, conversation_id, parent_task_id, agent_id, status, input,"
    " created_at, updated_at) VALUES "
)


def _write_file(url: str, journal: str, done: Any, locked: Any, end: Any) -> None:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    connection.execute(f"PRAGMA journal_mode = {journal}")
    for new, rows, ended in _transactions():
        if end.value:
            return
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
                if new is not None:
                    connection.execute(f"{_CONVERSATION} (?, ?, ?, ?, ?)", _plain(new))
                connection.executemany(
                    f"{_TASK} (?, ?, ?, ?, ?, ?, ?, ?)", [_plain(row) for row in rows]
                )
                connection.execute(
                    "UPDATE tasks SET status = 'completed' WHERE id = ?", (ended.hex,)
                )
                connection.execute("COMMIT")
                break
            except sqlite3.OperationalError as error:
                if "locked" not in str(error):
                    raise
                locked.value += 1
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
        done.value += 1


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Give a row as SQLAlchemy stores it."""
    return tuple(
        each.hex if isinstance(each, uuid.UUID)
        else each.strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(each, datetime)
        else each
        for each in row
    )  # fmt: skip


def _write_server(url: str, journal: str, done: Any, locked: Any, end: Any) -> None:
    asyncio.run(_write_to(url, done, locked, end))


async def _write_to(url: str, done: Any, locked: Any, end: Any) -> None:
    connection = await asyncpg.connect(url)
    add_conversation = await connection.prepare(f"{_CONVERSATION} ($1, $2, $3, $4, $5)")
    add_task = await connection.prepare(f"{_TASK} ($1, $2, $3, $4, $5, $6, $7, $8)")
    end_task = await connection.prepare("UPDATE tasks SET status = 'completed' WHERE id = $1")
    for new, rows, ended in _transactions():
        if end.value:
            await connection.close()
            return
        try:
            async with connection.transaction():
                if new is not None:
                    await add_conversation.fetch(*new)
                for row in rows:
                    await add_task.fetch(*row)
                await end_task.fetch(ended)
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
            locked.value += 1
            raise
        done.value += 1
