"""Trees for tests, written down as one line a task."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from taskview_core.entities import TaskRow, TaskStatus
from taskview_core.entities.preview import INPUT_START, start_of_error
from taskview_core.tree.assemble import TaskTree
from taskview_core.tree.preorder import Preorder
from taskview_core.tree.rows import TreeRows

START = datetime(2026, 1, 1, tzinfo=UTC)
_PLACES = re.compile(r"\{(\d+)\}")


def at(seconds: float) -> datetime:
    """Give a moment so many seconds after the trees of tests begin."""
    return START + timedelta(seconds=seconds)


def ident(number: int) -> UUID:
    """Give the id of the task in a line, counted from 0."""
    return UUID(int=(0xF << 124) | number + 1)


@dataclass(frozen=True)
class T:
    """A task at a depth. Times are seconds; where `created` is None it is that of the start.

    `{0}`, `{1}`, … in the error stand for the ids of tasks. Where nothing is said of the input, it
    is one of the task's own; None is no input.
    """

    depth: int
    agent: str = "agent"
    status: str = "completed"
    start: float | None = None
    end: float | None = None
    error: str | None = None
    input: str | None = ""
    created: float | None = None


def start_of_input(text: str | None, number: int) -> str:
    """Give what a row holds of an input."""
    return "" if text is None else (text or f"input {number}")[: INPUT_START + 1]


def rows_of(lines: Sequence[T]) -> tuple[TaskRow, ...]:
    """Make the rows; without times, each task begins a second after the one before."""
    ids = [str(ident(number)) for number in range(len(lines))]
    path: list[UUID] = []
    rows: list[TaskRow] = []
    for number, line in enumerate(lines):
        del path[line.depth :]
        begun = line.created if line.created is not None else line.start
        error = line.error
        for other in set(_PLACES.findall(error or "")):
            error = (error or "").replace(f"{{{other}}}", ids[int(other)])
        rows.append(
            TaskRow(
                id=ident(number),
                conversation_id=UUID(int=1),
                parent_task_id=path[-1] if path else None,
                agent_id=line.agent,
                status=TaskStatus.from_string(line.status),
                input_start=start_of_input(line.input, number),
                error_start=None if error is None else start_of_error(error),
                created_at=at(number if begun is None else begun),
                started_at=None if line.start is None else at(line.start),
                completed_at=None if line.end is None else at(line.end),
                updated_at=None,
            )
        )
        path.append(ident(number))
    return tuple(rows)


def preorder_of(lines: Sequence[T]) -> Preorder:
    """Make the tree of these lines; its order is theirs where their times are."""
    return Preorder(TaskTree.assemble(TreeRows(rows_of(lines))))


def place(tree: Preorder, number: int) -> int:
    """Give the line that a task of the tree was made from."""
    found = tree.rows[number].id
    assert isinstance(found, UUID)
    return (found.int & 0xFFFFFFFF) - 1
