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
_WORDS = [
    *("the", "task", "list", "reads", "each", "row", "once", "and", "keeps", "its", "cursor"),
    *("so", "that", "a", "page", "is", "met", "again", "after", "writer", "has", "moved", "on;"),
    *("für", "größere", "Läufe", "gilt", "dasselbe", "—", "“quoted”", "text,", "paths/to/files.py"),
    *("def", "handle(event):", "return", "event.payload", "#", "TODO", "42", "→", "done"),
]

Line = dict[str, Any]


def session_id(number: int) -> str:
    """Give the id of a session by its number."""
    return str(uuid5(_SPACE, f"session {number}"))


class SessionWriter:
    """Makes the lines of one session, one after the other, with a clock that goes on."""

    def __init__(self, number: int = 0, *, cwd: str = "/srv/project") -> None:
        self.session = session_id(number)
        self.lines: list[Line] = []
        self._cwd = cwd
        self._count = 0
        self._last: str | None = None
        self.now = START + timedelta(hours=number)
        """When the last line was written."""

    def line(self, kind: str, **more: Any) -> Line:
        """Add a line of any type."""
        self._count += 1
        self.now += timedelta(seconds=1)
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
            "timestamp": self.now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
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
            writer.says(thinking(prose(300)), message=message, tokens=1)
            writer.says(text(prose(40)), message=message, tokens=2)
            name = random.choice(("Bash", "Read", "Edit", "Grep"))
            writer.says(call(tool, name, command=prose(60)), message=message, tokens=90)
            writer.line(
                "progress", data={"type": "hook_progress", "command": prose(10)}, toolUseID=tool
            )
            output = prose(1_400)
            failed = random.random() < 0.05
            writer.result(
                tool, output, failed=failed, toolUseResult={"stdout": output, "interrupted": False}
            )
        writer.says(text(prose(200)))
        writer.line("system", subtype="turn_duration", durationMs=random.randint(1, 90_000))
    return writer.lines


def made_up_agent(number: int, ident: str, prompt: str) -> list[Line]:
    """Make the lines of a sub-agent of a session."""
    writer = SessionWriter(number)
    its = {"isSidechain": True, "agentId": ident}
    writer.prompt(prompt, **its)
    writer.says(call(f"toolu_{ident}", "Grep", pattern="cursor"), **its)
    writer.result(f"toolu_{ident}", "three files", **its)
    writer.says(text("There are three."), **its)
    return [line | {"uuid": f"{ident}-{at}"} for at, line in enumerate(writer.lines)]


def write_varied(folder: Path) -> list[Path]:
    """Write a project of small sessions in which there is everything that makes a difference.

    Sub-agents in all three places, a session that goes on with a copy of another, lines twice, bad
    ones, and some without a clock, a session or an answer. Gives the files.
    """
    project = folder / "-work-project"
    files: dict[str, bytes] = {}
    for number in range(4):
        lines = made_up_session(number, turns=2)
        name = session_id(number)
        prompt = f"find the readers of {number}"
        task = f"toolu_task_{number}"
        writer = SessionWriter(number)
        writer.says(call(task, "Task", prompt=prompt, subagent_type="Explore"))
        if number != 3:
            known = {"status": "completed", "agentId": f"a{number}"} if number != 2 else None
            writer.result(task, "There are three.", toolUseResult=known)
        lines += [line | {"uuid": f"task-{number}-{at}"} for at, line in enumerate(writer.lines)]
        agent = made_up_agent(number, f"a{number}", prompt)
        if number == 2:  # 1.x: among the others
            lines += [{k: v for k, v in line.items() if k != "agentId"} for line in agent]
        elif number == 1:
            files[f"{name}/subagents/agent-a1.jsonl"] = encoded(agent)
            files[f"{name}/subagents/agent-a1.meta.json"] = b'{"agentType":"general-purpose"}'
        else:
            files[f"agent-a{number}.jsonl"] = encoded(agent[: 2 if number == 3 else 9])
        lines.append(
            {"type": "summary", "summary": f"about {number}", "leafUuid": lines[1]["uuid"]}
        )
        if number == 1:
            del lines[4]["timestamp"]
        files[f"{name}.jsonl"] = encoded(lines) + (b'{"half": ' if number == 3 else b"")
    first = files[f"{session_id(0)}.jsonl"]
    # It goes on under a name of its own, with a copy of what was before: the same uuids.
    copied = first.replace(session_id(0).encode(), session_id(9).encode())
    more = SessionWriter(9)
    more.prompt("and now?")
    files[f"{session_id(9)}.jsonl"] = copied + encoded(more.lines)
    files[f"{session_id(0)}-again.jsonl"] = first + b"no JSON\n\n\xff\n"
    files["empty.jsonl"] = b""
    files["notes.md"] = b"not a session\n"
    for name, raw in files.items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
    return [project / name for name in files]


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
