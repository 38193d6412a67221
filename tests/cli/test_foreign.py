"""Commands over a SQLite database that another program made, with whatever it let in."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from support.cli_browser import Run

TALK = "c0000000-0000-4000-8000-000000000001"
FIRST = "a0000000-0000-4000-8000-000000000001"
RING = "a0000000-0000-4000-8000-000000000003"
ODD_ID = "no uuid\n\x1b[2J"

_TABLES = """
CREATE TABLE conversations (id, user_id, title, metadata, created_at, updated_at);
CREATE TABLE tasks (id, conversation_id, parent_task_id, agent_id, status, input, output, error,
                    metadata, created_at, started_at, completed_at, updated_at);
"""


@pytest.fixture
def foreign(tmp_path: Path) -> str:
    """A database without types or keys, full of values that are not what they should be."""
    path = tmp_path / "foreign.db"
    database = sqlite3.connect(path)
    database.executescript(_TABLES)
    database.execute(
        "INSERT INTO conversations VALUES (?, NULL, 17, '[1,', 1700000000, 'soon')", [TALK]
    )
    database.executemany(
        f"INSERT INTO tasks VALUES ({', '.join('?' * 13)})",
        [
            (FIRST, TALK, None, None, None, '{"a":1', "NaN", b"\xff\0err", None,
             1700000000, "2026-01-01T00:00:00Z", "never", None),
            (ODD_ID, TALK, FIRST, "x", "failed", 5, 1.5, "", b'{"k":"\xff"}',
             None, None, None, None),
            (RING.replace("-", ""), TALK.replace("-", ""), RING.replace("-", ""), "x", "Failed",
             '"\u00e9"', "null", "e", "{}", "2026-01-31 10:00:00+05:30", None, None, None),
        ],
    )  # fmt: skip
    database.commit()
    database.close()
    return str(path)


def test_every_task_is_listed_as_well_as_it_can_be(run: Run, foreign: str) -> None:
    ran = run("ls", foreign, "-o", "jsonl", "--full")
    assert ran.code == 0
    rows = {row["id"]: row for row in map(json.loads, ran.out.splitlines())}
    assert list(rows) == [RING, FIRST, ODD_ID]
    assert rows[RING]["created_at"] == "2026-01-31T04:30:00.000000Z"
    assert rows[RING]["input"] == "é"
    assert rows[RING]["parent_task_id"] == RING
    assert rows[FIRST]["created_at"] == "2023-11-14T22:13:20.000000Z"
    assert rows[FIRST]["completed_at"] is None
    assert (rows[FIRST]["input"], rows[FIRST]["output"]) == ('{"a":1', "NaN")
    assert rows[FIRST]["error"] == "\udcff\0err"
    assert (rows[ODD_ID]["input"], rows[ODD_ID]["output"]) == (5, 1.5)
    assert "payloads that are no JSON, written as JSON strings: 2" in ran.err
    assert "tasks with times that could not be read, left empty: 1" in ran.err


def test_nothing_in_it_reaches_the_terminal_raw(run: Run, foreign: str) -> None:
    for words in (["ls"], ["ls", "--full"], ["ls", "-o", "ids"], ["tree", TALK], ["show", FIRST]):
        ran = run(words[0], foreign, *words[1:])
        assert ran.code == 0
        assert not set(ran.out) & {"\x1b", "\0"}
    assert len(run("ls", foreign, "-o", "ids").out.splitlines()) == 3


def test_its_tree_has_every_task_once(run: Run, foreign: str) -> None:
    rows = json.loads(run("tree", foreign, TALK, "-o", "json").out)
    assert [(row["id"], row["depth"], row["mark"]) for row in rows] == [
        (FIRST, 0, None),
        (ODD_ID, 1, None),
        (RING, 0, "cycle"),
    ]
    heading, *lines = run("tree", foreign, TALK).out.splitlines()
    assert heading.startswith(f"17  conversation {TALK}")
    assert len(lines) == 3


def test_a_conversation_is_shown_whatever_it_holds(run: Run, foreign: str) -> None:
    out = run("show", foreign, TALK).out
    assert "title         17" in out
    assert "metadata (not JSON)\n  [1," in out
    row = json.loads(run("show", foreign, TALK, "-o", "json").out)
    assert (row["title"], row["user_id"], row["metadata"]) == ("17", "", "[1,")


def test_a_task_is_found_by_an_id_that_is_no_uuid(run: Run, foreign: str) -> None:
    assert json.loads(run("show", foreign, ODD_ID, "-o", "json").out)["id"] == ODD_ID
    for ident in (FIRST, RING):
        assert json.loads(run("show", foreign, ident, "-o", "json").out)["id"] == ident
    ran = run("show", foreign, "a00000")
    assert ran.code == 2
    assert f"task {FIRST}" in ran.err
    assert f"task {RING}" in ran.err


@pytest.mark.parametrize("form", ["ndjson", "csv"])
def test_text_that_load_will_not_take_is_counted_by_an_export(
    run: Run, foreign: str, form: str, tmp_path: Path
) -> None:
    words = (
        "rows with text that is no UTF-8, its bytes written as escapes such as \\udcff"
        " (`taskview load` does not take them): "
    )
    ran = run("export", foreign, str(tmp_path / f"first.{form}"))
    assert ran.code == 0
    assert f"{words}1\n" in ran.err, "the error of the first task, and no payload"
    with sqlite3.connect(foreign) as database:
        database.execute("UPDATE conversations SET title = CAST(x'61ff' AS TEXT)")
        database.execute("UPDATE tasks SET error = 'none'")
        database.execute("UPDATE tasks SET agent_id = CAST(x'fe' AS TEXT) WHERE id = ?", [ODD_ID])
    database.close()
    ran = run("export", foreign, str(tmp_path / f"second.{form}"))
    assert f"{words}{2 if form == 'ndjson' else 1}\n" in ran.err, "CSV has no conversations"
    with sqlite3.connect(foreign) as database:
        database.execute("UPDATE conversations SET title = 'é'")
        database.execute("UPDATE tasks SET agent_id = 'é'")
    database.close()
    assert "UTF-8" not in run("export", foreign, str(tmp_path / f"third.{form}")).err


def test_load_does_not_take_what_export_counts(run: Run, foreign: str, tmp_path: Path) -> None:
    with sqlite3.connect(foreign) as database:
        database.execute("DELETE FROM tasks WHERE id <> ?", [FIRST])
        database.execute("UPDATE conversations SET updated_at = created_at")
    database.close()
    file = tmp_path / "all.ndjson"
    assert run("export", foreign, str(file)).code == 0
    new = str(tmp_path / "new.db")
    assert run("db", "upgrade", new).code == 0
    ran = run("load", new, str(file))
    assert ran.code == 1
    assert "error: half of a surrogate pair" in ran.err


@pytest.mark.parametrize("command", ["show", "ls", "tree", "diff"])
def test_no_command_cuts_a_long_name(run: Run, foreign: str, command: str) -> None:
    """A row of a screen shows a part of it; what a command prints is all there is."""
    long, other = "s" * 1_500 + "END", "s" * 1_500 + "OTHER"
    database = sqlite3.connect(foreign)
    database.execute("UPDATE tasks SET status = ?, agent_id = ?", [long, f"a{long}"])
    database.execute("UPDATE tasks SET status = ? WHERE id = ?", [other, RING.replace("-", "")])
    database.commit()
    database.close()
    words = {"show": [FIRST], "ls": ["--full"], "tree": [FIRST], "diff": [FIRST, RING]}[command]
    ran = run(command, foreign, *words)
    assert ran.code in (0, 1)
    assert long in ran.out
    assert f"a{long}" in ran.out
    assert (other in ran.out) == (command in ("ls", "diff"))
