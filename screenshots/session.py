"""A made-up session of Claude Code for a picture: a page that skips rows, and a test that fails."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from support.sessions import SessionWriter, call, encoded, text

_ASKS = "Pages of the task list skip rows while a writer is busy. Find out why and mend it."
_SEEKS = "Find every place where a page is cut out of the list"
_FAILS = """Exit code 1
tests/test_pages.py::test_no_row_is_skipped FAILED
E   AssertionError: row 50 came twice
1 failed, 11 passed in 0.42s"""


def write_session(folder: Path) -> None:
    """Write its file, and that of its sub-agent."""
    folder.mkdir()
    main = SessionWriter()
    main.prompt(_ASKS)
    main.says(text("I look where pages are made."), call("toolu_1", "Grep", pattern="OFFSET"))
    main.result("toolu_1", "Found 2 files\nlists/pages.py\nlists/counts.py")
    main.says(
        call("toolu_2", "Task", description="find pages", prompt=_SEEKS, subagent_type="Explore")
    )
    agent = SessionWriter()
    agent.now = main.now
    agent.line("user", message={"role": "user", "content": _SEEKS})
    agent.says(call("toolu_a1", "Read", file_path="lists/pages.py"))
    agent.result("toolu_a1", "def page(number): ...")
    agent.says(call("toolu_a2", "Bash", command="git log --oneline -5 -- lists/pages.py"))
    agent.result("toolu_a2", "fatal: bad revision", failed=True)
    agent.says(text("Pages are cut by OFFSET in lists/pages.py alone."))
    main.now = agent.now
    its = {"isSidechain": True, "agentId": "a1b2c3"}
    lines = [line | its | {"uuid": f"agent-{at}"} for at, line in enumerate(agent.lines)]
    (folder / "agent-a1b2c3.jsonl").write_bytes(encoded(lines))
    main.result(
        "toolu_2",
        "Pages are cut by OFFSET in lists/pages.py alone.",
        toolUseResult={"agentId": "a1b2c3", "status": "completed"},
    )
    edit = {"old_string": "OFFSET :skip", "new_string": "(created_at, id) < (:at, :id)"}
    main.says(
        text("A keyset does not move with the rows."),
        call("toolu_3", "Edit", file_path="lists/pages.py", **edit),
    )
    main.result("toolu_3", "The file lists/pages.py has been updated.")
    main.says(call("toolu_4", "Bash", command="pytest -q tests/test_pages.py"))
    main.result("toolu_4", _FAILS, failed=True)
    main.says(
        text("The cursor lacks the id: two rows share a time."),
        call("toolu_5", "Edit", file_path="lists/cursor.py", old_string="at", new_string="at, id"),
    )
    main.result("toolu_5", "The file lists/cursor.py has been updated.")
    main.says(call("toolu_6", "Bash", command="pytest -q tests/test_pages.py"))
    main.result("toolu_6", "12 passed in 0.40s")
    main.says(text("Mended: pages go on from the last row they showed."))
    (folder / f"{main.session}.jsonl").write_bytes(encoded(main.lines))
