"""Made-up sessions of Claude Code: lines as its versions write them, for tests and benchmarks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid5

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
_SPACE = UUID("11111111-2222-4333-8444-555555555555")
_WORDS = (
    "the task list reads each row once and keeps its cursor so that a page is met again after the "
    "writer has moved on; für größere Läufe gilt dasselbe — “quoted” text, paths/to/files.py, "
    "def handle(event): return event.payload  # TODO 42 → done"
).split(" ")

Line = dict[str, Any]


def session_id(number: int) -> str:
    """Give the id of a session by its number."""
    return str(uuid5(_SPACE, f"session {number}"))


class SessionWriter:
    """Makes the lines of one session, one after the other, with a clock that goes on."""

    def __init__(self, number: int = 0, *, cwd: str = "/work/project") -> None:
        self.session = session_id(number)
        self.lines: list[Line] = []
        self._cwd = cwd
        self._count = 0
        self._last: str | None = None
        self._now = START + timedelta(hours=number)

    def line(self, kind: str, **more: Any) -> Line:
        """Add a line of any type."""
        self._count += 1
        self._now += timedelta(seconds=1)
        uuid = str(UUID(bytes=uuid5(_SPACE, f"{self.session} {self._count}").bytes, version=4))
        entry: Line = {
            "parentUuid": self._last,
            "isSidechain": False,
            "userType": "external",
            "cwd": self._cwd,
            "sessionId": self.session,
            "version": "2.1.50",
            "gitBranch": "main",
            "type": kind,
            "uuid": uuid,
            "timestamp": self._now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        } | more
        self._last = uuid
        self.lines.append(entry)
        return entry

    def prompt(self, text: str, **more: Any) -> Line:
        """Add a prompt of the user's."""
        return self.line("user", message={"role": "user", "content": text}, **more)

    def says(self, *blocks: Line, message: str | None = None, tokens: int = 7, **more: Any) -> Line:
        """Add a line of the assistant's with these blocks."""
        inner = {
            "model": "claude-opus-4-7",
            "id": message or f"msg_{self.session[:8]}_{self._count}",
            "type": "message",
            "role": "assistant",
            "content": list(blocks),
            "stop_reason": None,
            "usage": {
                "input_tokens": 3,
                "cache_creation_input_tokens": 100,
                "cache_read_input_tokens": 1000,
                "output_tokens": tokens,
            },
        }
        return self.line("assistant", message=inner, requestId=f"req_{self._count}", **more)

    def result(self, tool: str, content: Any, *, failed: bool = False, **more: Any) -> Line:
        """Add the result of a call."""
        block = {
            "tool_use_id": tool,
            "type": "tool_result",
            "content": content,
            "is_error": failed,
        }
        return self.line("user", message={"role": "user", "content": [block]}, **more)


def text(words: str) -> Line:
    """Give a block of text."""
    return {"type": "text", "text": words}


def thinking(words: str) -> Line:
    """Give a block of thoughts."""
    return {"type": "thinking", "thinking": words, "signature": "c2lnbmF0dXJl" * 8}


def call(ident: str, name: str = "Bash", **given: Any) -> Line:
    """Give a block that calls a tool."""
    return {"type": "tool_use", "id": ident, "name": name, "input": given}


def encoded(lines: Sequence[Line]) -> bytes:
    """Write lines as Claude Code does."""
    return b"".join(
        json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        for line in lines
    )


def made_up_session(number: int, turns: int = 12, seed: int = 1) -> list[Line]:
    """Make a session with calls, thoughts, failures, a sub-agent, and what Claude Code adds."""
    random = Random(f"{seed} {number}")
    writer = SessionWriter(number)

    def prose(most: int) -> str:
        return " ".join(random.choices(_WORDS, k=random.randint(3, most)))

    for turn in range(turns):
        writer.line(
            "file-history-snapshot", snapshot={"trackedFileBackups": {}}, isSnapshotUpdate=False
        )
        writer.prompt(prose(60))
        for step in range(random.randint(2, 8)):
            tool = f"toolu_{writer.session[:8]}_{turn}_{step}"
            message = f"msg_{writer.session[:8]}_{turn}_{step}"
            writer.says(thinking(prose(120)), message=message, tokens=1)
            writer.says(text(prose(40)), message=message, tokens=2)
            name = random.choice(("Bash", "Read", "Edit", "Grep"))
            writer.says(call(tool, name, command=prose(30)), message=message, tokens=90)
            writer.line(
                "progress", data={"type": "hook_progress", "command": prose(10)}, toolUseID=tool
            )
            output = prose(500)
            failed = random.random() < 0.05
            writer.result(
                tool, output, failed=failed, toolUseResult={"stdout": output, "interrupted": False}
            )
        writer.says(text(prose(200)))
        writer.line("system", subtype="turn_duration", durationMs=random.randint(1, 90_000))
    return writer.lines


def write_project(folder: Path, sessions: int, turns: int = 12, seed: int = 1) -> int:
    """Write a project with so many sessions; give its size in bytes."""
    project = folder / "-work-project"
    project.mkdir(parents=True, exist_ok=True)
    size = 0
    for number in range(sessions):
        whole = encoded(made_up_session(number, turns, seed))
        (project / f"{session_id(number)}.jsonl").write_bytes(whole)
        size += len(whole)
    return size


def each_line(folder: Path) -> Iterator[bytes]:
    """Give all lines of all files of a folder."""
    for file in sorted(folder.rglob("*.jsonl")):
        yield from file.read_bytes().splitlines()
