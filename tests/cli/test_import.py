"""`taskview import`, `taskview claude`, `taskview PATH`: what they say, and where rows end up."""

from __future__ import annotations

import io
import json
import sqlite3
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from support.cli_browser import Run
from support.sessions import (
    SessionWriter,
    call,
    encoded,
    made_up_session,
    session_id,
    text,
    write_project,
)
from taskview_core.persistence.importing import ImportProgress
from taskview_core.persistence.importing.spool_file import open_spool, spool_path
from taskview_core.persistence.url import parse_database_url
from taskview_tui import wiring
from taskview_tui.cli.importing import _told


@pytest.fixture
def sessions(tmp_path: Path) -> Path:
    """A folder with two sessions, a bad line and a file that is no session."""
    folder = tmp_path / "projects"
    write_project(folder, 2, turns=1)
    (folder / "notes.txt").write_text("not a session")
    with (folder / "-work-project" / f"{session_id(0)}.jsonl").open("ab") as file:
        file.write(b"no JSON\n")
    return folder


def tasks_in(path: Path) -> int:
    with sqlite3.connect(path) as database:
        count: int = database.execute("SELECT count(*) FROM tasks").fetchone()[0]
    database.close()
    return count


def test_a_folder_is_imported_and_each_line_accounted_for(
    run: Run, sessions: Path, tmp_path: Path
) -> None:
    database = tmp_path / "x.db"
    ran = run("import", "--into", str(database), str(sessions))
    assert ran.code == 0
    lines = [line.split() for line in ran.out.splitlines()]
    assert lines[0] == ["claude-code:", "2", "files,", "all", "new", "or", "changed"]
    numbers = {
        words[0]: int(words[1].replace(",", ""))
        for words in lines
        if words[1:2] and words[1].isdigit()
    }
    assert numbers["conversations"] == 2
    assert numbers["tasks"] == tasks_in(database)
    whole = sum(len(file.read_bytes().splitlines()) for file in sessions.rglob("*.jsonl"))
    spans = next(int(words[2]) for words in lines if words[:2] == ["lines,", "spans"])
    assert spans == whole == numbers["used"] + numbers["folded"] + numbers["skipped"]
    assert f"{session_id(0)}.jsonl:" in ran.err
    assert "this is not JSON" in ran.err
    assert "left out" in ran.err
    assert "notes.txt: of no format that is known" in ran.err
    again = run("import", "--into", str(database), str(sessions))
    assert "2 files, 0 new or changed" in again.out
    assert "0 tasks written" in again.out


def test_without_into_it_is_the_default_database(
    run: Run, sessions: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from taskview_tui.cli.database_choice import data_folder

    monkeypatch.setenv("TASKVIEW_DB_URL", str(tmp_path / "other.db"))
    ran = run("import", str(sessions))
    assert ran.code == 0
    assert tasks_in(data_folder() / "default.db") > 0
    assert "--into takes" in ran.err
    assert not (tmp_path / "other.db").exists()
    monkeypatch.delenv("TASKVIEW_DB_URL")
    shown = run("ls", str(data_folder() / "default.db"), "--limit", "all", "-o", "jsonl")
    assert len(shown.out.splitlines()) == tasks_in(data_folder() / "default.db")


def test_standard_input_is_an_input(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    raw = encoded(made_up_session(0, turns=1))
    for _ in range(2):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
        ran = run("import", "--into", str(tmp_path / "x.db"), "-")
        assert ran.code == 0
        assert "conversations          1" in ran.out
    assert "0 tasks written" in ran.out


def test_a_session_may_come_in_pieces_by_standard_input(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Their lines have the same numbers, and are other lines."""
    lines = [encoded([line]) for line in made_up_session(0, turns=4)]
    whole = tmp_path / "whole.jsonl"
    whole.write_bytes(b"".join(lines))
    assert run("import", "--into", str(tmp_path / "whole.db"), str(whole)).code == 0
    half = len(lines) // 2
    for piece in (lines[half:], lines[:half], lines[half:]):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"".join(piece))))
        assert run("import", "--into", str(tmp_path / "pieces.db"), "-").code == 0
    shown = [
        run("ls", str(tmp_path / name), "-n", "999", "-o", "csv").out.splitlines()
        for name in ("whole.db", "pieces.db")
    ]
    assert len(shown[0]) > 10
    statuses = [sorted(line.split(",")[1:4] for line in each) for each in shown]
    assert statuses[0] == statuses[1]


def test_a_database_that_was_deleted_does_not_come_back(run: Run, tmp_path: Path) -> None:
    """Who deletes it may well mean what was in it; the files that are named are read anew."""
    database, folder = tmp_path / "x.db", tmp_path / "p"
    write_project(folder, 2, turns=1)
    run("import", "--into", str(database), str(folder))
    database.unlink()
    next(folder.rglob("*.jsonl")).unlink()
    ran = run("import", "--into", str(database), str(folder))
    assert "claude-code: 1 file, all new" in ran.out
    with sqlite3.connect(database) as opened:
        assert opened.execute("SELECT count(*) FROM conversations").fetchone() == (1,)
    opened.close()
    assert database.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), 2, "the following arguments are required"),
        (("--from", "x", "."), 2, "there is no format x: known are: claude-code"),
        (("nosuch",), 1, "cannot read nosuch: No such file or directory"),
        (("--into", "mysql://x", "."), 2, "not a database that taskview reads"),
        (("--into", "no/such/folder.db", "notes.txt"), 3, "there is no folder"),
        (("notes.txt",), 1, "left out notes.txt: of no format that is known"),
        (("rows.ndjson",), 1, "`taskview load` takes them"),
        (("some.db",), 1, "taskview opens it by its path"),
        (("--strict", "bad.jsonl"), 1, "bad.jsonl:2: this is not JSON"),
        (("bad.jsonl",), 0, "bad.jsonl:2: this is not JSON"),
        (("empty.jsonl",), 1, ""),
        (("--from", "otlp", "bad.jsonl"), 1, ""),
        (("http://localhost/x.jsonl",), 1, "files and folders are read, no URLs"),
    ],
)
def test_what_cannot_be_imported_is_told(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    code: int,
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("notes.txt").write_text("not a session")
    Path("rows.ndjson").write_text('{"id": "1", "user_id": "x", "created_at": null}\n')
    Path("some.db").write_bytes(b"SQLite format 3\0" + bytes(100))
    raw = encoded(made_up_session(0, turns=1))
    first, _, rest = raw.partition(b"\n")
    Path("bad.jsonl").write_bytes(first + b"\nno JSON\n" + rest)
    Path("empty.jsonl").touch()
    ran = run("import", *words)
    assert (ran.code, said in ran.err) == (code, True), ran.err


def test_claude_without_a_session_says_so(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    claude_home(tmp_path, monkeypatch).mkdir(parents=True)
    ran = run("claude")
    assert (ran.code, ran.out) == (3, "")
    assert "there are no sessions in " in ran.err


def claude_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "claude"
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(home))
    return home / "projects"


def test_claude_imports_what_is_new_and_prints_where_there_is_no_terminal(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    projects = claude_home(tmp_path, monkeypatch)
    missing = run("claude")
    assert (missing.code, "there is no folder" in missing.err) == (3, True)
    write_project(projects, 1, turns=1)
    first = run("claude")
    assert first.code == 0
    database = Path(first.out.strip())
    before = tasks_in(database)
    assert before > 0
    session = SessionWriter(4)
    session.prompt("more")
    (projects / "-work-project" / f"{session.session}.jsonl").write_bytes(encoded(session.lines))
    assert run("claude").out == first.out
    assert tasks_in(database) == before + 1
    refused = run("claude", "--follow")
    assert (refused.code, "--follow needs a terminal" in refused.err) == (2, True)


def test_claude_says_that_it_does_not_look_behind_links(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    projects = claude_home(tmp_path, monkeypatch)
    write_project(projects, 1, turns=1)
    write_project(tmp_path / "elsewhere", 1, turns=1)
    (projects / "-linked").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    ran = run("claude")
    assert ran.code == 0
    assert f"left out {projects / '-linked'}: a link to another folder" in ran.err


def test_progress_says_how_fast_it_goes_and_what_was_skipped() -> None:
    state = ImportProgress(
        step="lines", bytes_done=30_000_000, bytes_total=120_000_000, rows=1_200, skipped=7
    )
    words, share = _told(state, 2.0)
    assert words == "30.0 of 120.0 MB, 15.0 MB/s, 1,200 tasks, 7 lines skipped"
    assert share == 0.25
    assert _told(replace(state, skipped=0), 0.1)[0] == "30.0 of 120.0 MB, 1,200 tasks"


def test_claude_opens_what_another_taskview_is_bringing_up_to_date(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_project(claude_home(tmp_path, monkeypatch), 1, turns=1)
    first = run("claude")
    database = first.out.strip()
    place = spool_path(wiring.state_folder() / "imports", parse_database_url(database))
    with open_spool(place, "the sessions"):
        again = run("claude")
        assert (again.code, again.out) == (0, first.out)
        assert "another taskview imports these sessions" in again.err
        Path(database).unlink()
        missing = run("claude")
        assert (missing.code, "another import" in missing.err) == (1, True)


def test_a_path_with_sessions_is_opened_by_way_of_a_database_of_ours(
    run: Run, sessions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def browse(url: str, *more: Any) -> int:
        opened.append(url)
        return 0

    monkeypatch.setattr("taskview_tui.cli.browse.browse", browse)
    monkeypatch.setattr("taskview_tui.cli.browse.has_terminal", lambda: True)
    file = next(sessions.rglob("*.jsonl"))
    for path in (sessions, file, sessions):
        assert run(str(path)).code == 0
    assert opened[0] == opened[2] != opened[1]
    assert tasks_in(Path(opened[0])) > tasks_in(Path(opened[1])) > 0
    assert not sessions.with_name("projects.db").exists()
    place = spool_path(wiring.state_folder() / "imports", parse_database_url(opened[0]))
    with open_spool(place, "the sessions"):
        beside = run(str(sessions))
    assert (beside.code, opened[-1]) == (0, opened[0])
    assert "another taskview imports the same" in beside.err
    (tmp_path / "nothing").mkdir()
    refused = run(str(tmp_path / "nothing"))
    assert (refused.code, "there is nothing to browse" in refused.err) == (2, True)
    plain = tmp_path / "plain.db"
    plain.touch()
    for other in (plain, tmp_path / "new.db"):
        run(str(other))
        assert opened[-1] == str(other)


def test_what_was_imported_is_shown_as_a_tree(run: Run, tmp_path: Path) -> None:
    session = SessionWriter()
    session.prompt("how late is it?")
    session.says(call("t1", "Bash", description="ask", command="date"))
    session.result("t1", "date: not found", failed=True)
    session.says(text("I cannot tell."))
    file = tmp_path / "s.jsonl"
    file.write_bytes(encoded(session.lines))
    database = str(tmp_path / "x.db")
    assert run("import", "--into", database, str(file)).code == 0
    shown = run("tree", database, session.session)
    assert "claude-code" in shown.out
    assert "how late is it?" in shown.out
    assert "date: not found" in shown.out
    rows = [json.loads(line) for line in run("ls", database, "-o", "jsonl").out.splitlines()]
    assert {row["status"] for row in rows} == {"completed", "failed"}
