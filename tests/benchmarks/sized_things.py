"""Trees and payloads of two sizes in one database, between which only their size differs."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from benchmarks.big_trees import BigTree
from benchmarks.data import COMMAND, say

_IDLE = timedelta(hours=1)
SMALL_TREE, LARGE_TREE = BigTree(100, _IDLE), BigTree(100_000, _IDLE)
WIDE_TREE = BigTree(20_001, _IDLE, children=20_000)
DEEP_TREE = BigTree(2_000, _IDLE, children=1)
_LONG = " ".join(f"part {number} of a long text" for number in range(40))
"""Longer than a line: it is shown whole when it is opened. No letter of it is looked for."""
_AT = "2026-06-10T09:00:00+00:00"


@dataclass(frozen=True)
class BigPayload:
    """A task alone in a conversation, with an output of about so many bytes."""

    size: int

    @property
    def conversation(self) -> str:
        """The id of its conversation."""
        return str(UUID(int=0xB0 << 120 | 0x4 << 76 | 0x8 << 60 | self.size))

    def lines(self) -> Iterator[str]:
        """Give its rows as NDJSON."""
        talk = {"id": self.conversation, "user_id": "benchmark", "title": f"{self.size:,} bytes"}
        yield json.dumps({**talk, "created_at": _AT, "updated_at": _AT})
        record = {"name": "a record", "tags": ["one", "two"], "score": 0.5, "text": "some words"}
        count = max(self.size // (len(json.dumps(record)) + 2), 3)
        said = [{"role": "user", "content": _LONG}, {"role": "assistant", "content": "done"}]
        yield json.dumps(
            {
                "id": str(UUID(int=0xB1 << 120 | 0x4 << 76 | 0x8 << 60 | self.size)),
                "conversation_id": self.conversation,
                "agent_id": "reader",
                "status": "completed",
                "input": {"messages": said},
                "output": [record] * count,
                "created_at": _AT,
                "started_at": _AT,
                "completed_at": _AT,
                "updated_at": _AT,
            }
        )


SMALL_PAYLOAD, LARGE_PAYLOAD = BigPayload(1_000), BigPayload(10_000_000)
_THINGS = (SMALL_TREE, LARGE_TREE, WIDE_TREE, DEEP_TREE, SMALL_PAYLOAD, LARGE_PAYLOAD)


def sized_file(folder: Path) -> Path:
    """Give a SQLite file with all of them, made now where it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "sizes-4.db"
    if not path.exists():
        say("making trees and payloads of two sizes")
        rows, part = path.with_suffix(".ndjson"), path.with_suffix(".new")
        part.unlink(missing_ok=True)
        with rows.open("w") as file:
            for each in _THINGS:
                file.writelines(f"{line}\n" for line in each.lines())
        subprocess.run([COMMAND, "load", part, rows], check=True)
        rows.unlink()
        part.rename(path)
    return path
