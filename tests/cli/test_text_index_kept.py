"""Whatever of ours writes tasks brings a text index that is there up to date, however it ends."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.cli_browser import Run, ident
from support.sessions import SessionWriter, encoded, session_id, write_project
from support.stored import StoredTask, insert, number
from taskview_core.errors import LoadError
from taskview_tui import leaving, wiring
from taskview_tui.cli.following import Follower

pytestmark = pytest.mark.long

COVERED = "all of the file as it is"
BEHIND = "the file has changed since"


@pytest.fixture
def projects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where Claude Code would write, with two sessions."""
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "claude"))
    write_project(tmp_path / "claude" / "projects", 2, turns=1)
    return tmp_path / "claude" / "projects"


def add_session(projects: Path, place: int) -> None:
    session = SessionWriter(place)
    session.prompt("where is the needle?")
    file = projects / "-work-project" / f"{session_id(place)}.jsonl"
    file.write_bytes(encoded(session.lines))


def status(run: Run, database: str) -> str:
    return run("db", "status", database).out


def index(run: Run, database: str) -> None:
    assert run("db", "index-text", database).code == 0
    assert COVERED in status(run, database)


def found(run: Run, database: str) -> int:
    return len(run("ls", database, "--filter", "needle", "-o", "ids").out.splitlines())


def test_an_import(run: Run, projects: Path, tmp_path: Path) -> None:
    database = str(tmp_path / "x.db")
    ran = run("import", "--into", database, str(projects))
    assert "text index" not in ran.err
    index(run, database)
    add_session(projects, 5)
    ran = run("import", "--into", database, str(projects))
    assert "the text index is up to date" in ran.err
    assert (COVERED in status(run, database), found(run, database)) == (True, 1)
    # Where there is nothing to do, nothing is said.
    assert "text index" not in run("import", "--into", database, str(projects)).err


def test_a_load_of_few_rows(run: Run, tmp_path: Path) -> None:
    database, file = str(tmp_path / "x.db"), tmp_path / "rows.ndjson"
    talk = f'{{"id": "{ident(1)}", "user_id": "ada", "created_at": "2026-01-31T10:00:00Z"}}\n'
    task = f'{{"id": "%s", "conversation_id": "{ident(1)}", "agent_id": "a", "status": "failed",'
    file.write_text(talk + task % ident(2) + ' "error": "hay"}')
    run("load", database, str(file))
    index(run, database)
    file.write_text(task % ident(3) + ' "error": "a needle"}')
    run("load", database, str(file))
    assert (COVERED in status(run, database), found(run, database)) == (True, 1)


def ended_by(error: BaseException, work: Callable[..., Any]) -> Callable[..., Any]:
    """Give what does some work, and then ends as if that had been stopped in the middle."""

    def ended(*words: Any, **options: Any) -> None:
        work(*words, **options)
        raise error

    return ended


@pytest.mark.parametrize(
    ("error", "code"), [(KeyboardInterrupt(), 130), (LoadError("a line cannot be read", ""), 1)]
)
@pytest.mark.parametrize("command", ["import", "load"])
def test_what_was_stopped(
    run: Run,
    projects: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    error: BaseException,
    code: int,
) -> None:
    database, rows = str(tmp_path / "x.db"), str(tmp_path / "rows.ndjson")
    add_session(projects, 5)
    run("import", "--into", str(tmp_path / "other.db"), str(projects))
    run("export", str(tmp_path / "other.db"), rows)
    run("import", "--into", database, str(projects / "-work-project" / f"{session_id(0)}.jsonl"))
    index(run, database)
    name = {"import": "import_paths", "load": "load_files"}[command]
    monkeypatch.setattr(wiring, name, ended_by(error, getattr(wiring, name)))
    words = {"import": ("--into", database, str(projects)), "load": (database, rows)}[command]
    assert run(command, *words).code == code
    assert (COVERED in status(run, database), found(run, database)) == (True, 1)


def test_who_ends_the_process_does_not_wait_for_it(
    run: Run, projects: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = str(tmp_path / "x.db")
    run("import", "--into", database, str(projects))
    index(run, database)
    add_session(projects, 5)
    monkeypatch.setattr(leaving.ended, "by", signal.SIGTERM)
    stopped = ended_by(KeyboardInterrupt(), wiring.import_paths)
    with monkeypatch.context() as patch:
        patch.setattr(wiring, "import_paths", stopped)
        assert run("import", "--into", database, str(projects)).code == 130
    assert (BEHIND in status(run, database), found(run, database)) == (True, 1)
    # The next one does, whether there is anything new or not.
    run("import", "--into", database, str(projects))
    assert COVERED in status(run, database)


def test_claude_and_paths(run: Run, projects: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = run("claude").out.strip()
    index(run, database)
    add_session(projects, 5)
    assert run("claude").out.strip() == database
    assert (COVERED in status(run, database), found(run, database)) == (True, 1)
    opened: list[str] = []
    monkeypatch.setattr(
        "taskview_tui.cli.browse.browse", lambda url, *more: opened.append(url) or 0
    )
    monkeypatch.setattr("taskview_tui.cli.browse.has_terminal", lambda: True)
    run(str(projects))
    index(run, opened[0])
    add_session(projects, 6)
    run(str(projects))
    assert (COVERED in status(run, opened[0]), found(run, opened[0])) == (True, 2)


def test_following(run: Run, projects: Path) -> None:
    database = run("claude").out.strip()
    index(run, database)
    said: list[str] = []
    follower = Follower(database, [str(projects)])
    follower.start(said.append)
    add_session(projects, 5)
    give_up = time.monotonic() + 30
    while not found(run, database) or BEHIND in status(run, database):
        assert time.monotonic() < give_up
        time.sleep(0.1)
    follower.stop()
    assert (COVERED in status(run, database), said) == (True, [])


def test_an_index_that_cannot_be_written_spoils_no_load(
    run: Run, projects: Path, tmp_path: Path
) -> None:
    database = str(tmp_path / "x.db")
    run("import", "--into", database, str(projects))
    index(run, database)
    (file,) = wiring.text_index_folder().glob("*x.db.text-index")
    file.unlink()
    file.mkdir()
    add_session(projects, 5)
    ran = run("import", "--into", database, str(projects))
    assert ran.code == 0
    assert "the text index is not up to date, and searches go through all rows" in ran.err
    assert found(run, database) == 1


def test_another_writer_makes_no_difference_to_what_is_found(
    run: Run, projects: Path, tmp_path: Path
) -> None:
    database = str(tmp_path / "x.db")
    run("import", "--into", database, str(projects))
    index(run, database)
    insert(f"sqlite:///{database}", [StoredTask(id=number(1), error="a needle")])
    assert BEHIND in status(run, database)
    assert run("count", database, "--filter", "needle", "--exact").out.strip() == "1"
