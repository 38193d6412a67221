"""Large conversations put into the demo, whose own have at most some hundred tasks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

_BEGIN = datetime(2026, 6, 10, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class BigTree:
    """A conversation of so many tasks: one root, and `children` below each task that has any."""

    tasks: int
    idle: timedelta = timedelta()
    """How long nothing ran in the middle."""
    children: int = 40

    @property
    def conversation(self) -> str:
        """Its id."""
        return str(UUID(int=0xBE << 120 | 0x4 << 76 | 0x8 << 60 | self.tasks))

    @property
    def root(self) -> str:
        """The id of its root."""
        return self._ident(0)

    def _ident(self, number: int) -> str:
        return str(UUID(int=0xBF << 120 | self.tasks << 80 | 0x4 << 76 | 0x8 << 60 | number))

    def lines(self) -> Iterator[str]:
        """Give its rows as NDJSON."""
        at = _BEGIN.isoformat()
        yield json.dumps(
            {
                "id": self.conversation,
                "user_id": "benchmark",
                "title": f"{self.tasks:,} tasks",
                "created_at": at,
                "updated_at": at,
            }
        )
        for number in range(self.tasks):
            created = _BEGIN + timedelta(milliseconds=7 * number)
            if number > self.tasks // 2:
                created += self.idle
            began = created.isoformat()
            ended = (created + timedelta(milliseconds=900)).isoformat()
            yield json.dumps(
                {
                    "id": self._ident(number),
                    "conversation_id": self.conversation,
                    "parent_task_id": self._ident((number - 1) // self.children)
                    if number
                    else None,
                    "agent_id": ("planner", "coder", "tool:bash")[number % 3],
                    "status": "failed" if number % 97 == 2 else "completed",
                    "input": {"step": number, "goal": "a part of a large piece of work"},
                    "output": {"answer": "done", "score": 0.5},
                    "error": "TimeoutError: no answer" if number % 97 == 2 else None,
                    "metadata": _says(number),
                    "created_at": began,
                    "started_at": began,
                    "completed_at": ended,
                    "updated_at": ended,
                }
            )


def _says(number: int) -> dict[str, object]:
    """Give metadata: every third task, an agent, says what it used."""
    if number % 3:
        return {"kind": "tool"}
    usage = {"input_tokens": 100 + number % 900, "output_tokens": number % 300, "cost_usd": 0.01}
    return {"kind": "agent", "usage": usage}


def trees_for(tasks: int) -> tuple[BigTree, BigTree]:
    """Give the trees that suit a database of so many tasks: 10,000 and 100,000 from 1 M on."""
    return (
        (BigTree(10_000), BigTree(100_000))
        if tasks >= 1_000_000
        else (BigTree(300), BigTree(3_000))
    )


def wide_tree_for(tasks: int) -> BigTree:
    """Give the tree whose root has thousands of children: 20,000 from 1 M on."""
    children = 20_000 if tasks >= 1_000_000 else 2_000
    return BigTree(children + 1, children=children)


def write_trees(trees: Iterable[BigTree], path: Path) -> None:
    """Write their rows to a file."""
    with path.open("w") as file:
        for tree in trees:
            file.writelines(f"{line}\n" for line in tree.lines())
