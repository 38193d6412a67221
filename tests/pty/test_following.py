"""`taskview claude --follow` on a real terminal: tasks show up while their session is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.cli_process import Terminal
from support.sessions import SessionWriter, call, encoded, text

pytestmark = pytest.mark.long


@pytest.fixture
def projects(tmp_path: Path) -> Path:
    """Where Claude Code would write."""
    folder = tmp_path / "claude" / "projects" / "-work-project"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def following(projects: Path) -> Iterator[Terminal]:
    """The command on a terminal, with one session that has just begun."""
    session = SessionWriter()
    session.prompt("the first question")
    (projects / f"{session.session}.jsonl").write_bytes(encoded(session.lines))
    terminal = Terminal(
        ("claude", "--follow"),
        width=110,
        variables={"CLAUDE_CONFIG_DIR": str(projects.parents[1])},
    )
    yield terminal
    terminal.close()


def test_new_tasks_are_shown_as_they_are_written(following: Terminal, projects: Path) -> None:
    following.wait_for("the first question")
    following.wait_for("pending")
    session = SessionWriter()
    session.prompt("the first question")
    session.says(call("t1", "Bash", command="make everything"))
    file = projects / f"{session.session}.jsonl"
    raw = encoded(session.lines)
    with file.open("ab") as handle:
        handle.write(raw[file.stat().st_size : -30])
        handle.flush()
        # A half line is no fault, and read when it is whole; another session shows that it was met.
        beside = SessionWriter(3)
        beside.prompt("asked beside it")
        (projects / f"{beside.session}.jsonl").write_bytes(encoded(beside.lines))
        following.wait_for("asked beside it")
        handle.write(raw[-30:])
    following.wait_for("make everything")
    following.wait_for(lambda shown: shown.count("running") >= 2)
    session.result("t1", "made")
    session.says(text("all is made"))
    file.write_bytes(encoded(session.lines))
    following.wait_for(lambda shown: "running" not in shown and shown.count("completed") >= 2)
    with file.open("ab") as handle:
        handle.write(b"[/nope] no JSON\n")
    following.wait_for("left out, for it cannot be read")
    other = SessionWriter(7)
    other.prompt("another session")
    (projects / f"{other.session}.jsonl").write_bytes(encoded(other.lines))
    following.wait_for("another session")
    following.type("q")
    assert following.finish() == 0
