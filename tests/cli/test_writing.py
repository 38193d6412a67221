"""`taskview load`, `taskview demo` and `taskview db`: what they ask for, say and leave behind."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from support.cli_browser import Run, ident
from support.cli_process import Terminal, run_process
from taskview_tui import wiring

TALK = {"id": str(ident(1)), "user_id": "ada", "created_at": "2026-01-31T10:00:00Z"}
TASK = {"id": str(ident(2)), "conversation_id": TALK["id"], "agent_id": "a", "status": "failed"}


def write(path: Path, *rows: object) -> Path:
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows))
    return path


def test_a_load_makes_a_new_sqlite_file(run: Run, tmp_path: Path) -> None:
    database = tmp_path / "new.db"
    files = write(tmp_path / "tasks.ndjson", TASK), write(tmp_path / "talks.ndjson", TALK)
    ran = run("load", str(database), *map(str, files))
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.splitlines()[:2] == [
        f"taskview: making {database}, which appears when all is loaded",
        f"taskview: 1 conversation (1 new) and 1 task (1 new) loaded into {database}",
    ]
    assert "1 row without created_at" in ran.err
    assert run("ls", str(database), "-o", "ids").out == f"{ident(2)}\n"
    assert "all is there" in run("db", "status", str(database)).out
    ran = run("load", str(database), *map(str, files))
    assert ran.err.splitlines()[0] == (
        f"taskview: loading into {database}, all or nothing: rows that it has are brought up to "
        "date, others are added, none is deleted"
    )


def test_a_bad_row_names_its_place_and_nothing_is_left(run: Run, tmp_path: Path) -> None:
    database = tmp_path / "new.db"
    file = write(tmp_path / "rows.ndjson", TALK, TASK, '{"id": \x1b')
    ran = run("load", str(database), str(file))
    assert (ran.code, ran.out) == (1, "")
    assert f"{file}:3: " in ran.err
    assert "nothing was loaded" in ran.err
    assert "\x1b" not in ran.err
    assert not list(tmp_path.glob("new.db*"))


def test_a_file_that_is_not_there(run: Run, tmp_path: Path) -> None:
    ran = run("load", str(tmp_path / "new.db"), str(tmp_path / "nosuch.ndjson"))
    assert ran.code == 1
    assert "nosuch.ndjson" in ran.err
    assert not list(tmp_path.iterdir())


def test_a_database_without_tables_is_told_of_the_upgrade(
    run: Run, database_url: str, tmp_path: Path
) -> None:
    ran = run("load", database_url, str(write(tmp_path / "rows.ndjson", TALK, TASK)))
    assert ran.code == 1
    assert "taskview db upgrade" in ran.err
    ran = run("ls", database_url)
    assert ran.code == 1
    assert "taskview db upgrade" in ran.err
    ran = run("db", "status", database_url)
    assert ran.code == 0
    assert "no tables; taskview db upgrade would make them" in ran.out
    ran = run("db", "upgrade", database_url)
    assert (ran.code, ran.out) == (0, "")
    assert "is new and at revision" in ran.err
    assert "was at the newest revision already" in run("db", "upgrade", database_url).err
    assert run("load", database_url, str(tmp_path / "rows.ndjson")).code == 0
    assert run("count", database_url).out == "1\n"


def test_the_database_of_the_environment_is_loaded_into(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path / "rows.ndjson", TALK, TASK)
    ran = run("load", str(file))
    assert ran.code == 2
    assert "is named like a file to load, not like a database" in ran.err
    monkeypatch.setenv("TASKVIEW_DB_URL", str(tmp_path / "named.db"))
    assert run("load", str(file)).code == 0
    assert run("count").out == "1\n"


@pytest.mark.parametrize(
    "words",
    [
        ["load"],
        ["load", "x.db"],
        ["db"],
        ["db", "downgrade", "x.db"],
        ["db", "status"],
        ["demo", "--tasks", "0"],
        ["demo", "--tasks", "many"],
        ["demo", "--seed", "-1"],
        ["demo", "extra"],
        ["demo", "--until", "soon"],
        ["demo", "--until", "1066-10-14"],
    ],
)
def test_wrong_usage(run: Run, words: list[str]) -> None:
    ran = run(*words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.strip()


def test_status_of_a_missing_file_makes_none(run: Run, tmp_path: Path) -> None:
    missing = tmp_path / "nosuch.db"
    ran = run("db", "status", str(missing))
    assert (ran.code, ran.out) == (3, "")
    assert not missing.exists()


def test_the_demo_is_made_once(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    ran = run("demo", "--tasks", "300")
    path = Path(ran.out.strip())
    assert ran.code == 0
    assert path == tmp_path / "data" / "taskview" / "demo.db"
    assert ran.err == f"taskview: made 300 tasks in {path}\n"
    made = path.read_bytes()
    assert run("count", str(path)).out == "300\n"
    ran = run("demo")
    assert (ran.code, ran.out, ran.err) == (0, f"{path}\n", "")
    assert path.read_bytes() == made
    ran = run("demo", "--tasks", "400")
    assert ran.code == 2
    assert "there is a demo database already" in ran.err


def test_a_data_folder_that_cannot_be_made_is_told(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    ran = run("demo")
    assert ran.code == 1
    assert ran.err == (
        f"taskview: cannot make the folder {tmp_path / 'file' / 'taskview'}: Not a directory\n"
    )


def test_the_demo_is_the_same_for_the_same_seed(run: Run, tmp_path: Path) -> None:
    def rows(name: str, seed: str) -> str:
        path = tmp_path / name
        words = ("--tasks", "200", "--seed", seed, "--until", "2026-06-30T12:00+02:00")
        assert run("demo", *words, "--path", str(path)).code == 0
        return run("ls", str(path), "-o", "jsonl", "--full", "-n", "all").out

    assert rows("one.db", "3") == rows("two.db", "3") != rows("three.db", "4")


def test_the_demo_ends_now_or_when_it_is_told_to(run: Run, tmp_path: Path) -> None:
    def newest(name: str, *words: str) -> datetime:
        path = str(tmp_path / name)
        assert run("demo", "--tasks", "2000", "--path", path, *words).code == 0
        shown = json.loads(run("ls", path, "-o", "jsonl", "-n", "1").out)
        return datetime.fromisoformat(shown["created_at"])

    before = datetime.now(UTC)
    assert before - timedelta(hours=1) < newest("now.db") <= datetime.now(UTC)
    told = datetime(2020, 2, 29, 12, tzinfo=UTC)
    assert told - timedelta(hours=1) < newest("then.db", "--until", "2020-02-29T12:00") <= told
    assert (
        "there is a demo"
        in run("demo", "--path", str(tmp_path / "now.db"), "--until", "2020-02-29").err
    )


def test_the_demo_opens_on_a_terminal(tmp_path: Path) -> None:
    path = tmp_path / "demo.db"
    terminal = Terminal(["demo", "--tasks", "3000", "--path", str(path)])
    terminal.wait_for("✓ completed")
    terminal.type("q")
    assert terminal.finish() == 0
    terminal.close()
    assert re.search(r"[█░]{24} +\d+%", terminal.raw.decode())
    assert "made 3,000 tasks" in terminal.raw.decode()


def test_progress_is_a_line_that_goes_away(tmp_path: Path) -> None:
    rows = [TALK, *({**TASK, "id": str(ident(10 + each))} for each in range(3_000))]
    file = write(tmp_path / "rows.ndjson", *rows)
    terminal = Terminal(["load", str(tmp_path / "new.db"), str(file)], width=120)
    assert terminal.finish() == 0
    terminal.close()
    assert re.search(r"[█░]{24} +\d+%", terminal.raw.decode())
    assert "█" not in terminal.shown
    assert "3,000 tasks (3,000 new) loaded" in terminal.shown


def test_without_a_terminal_there_is_no_bar(tmp_path: Path) -> None:
    file = write(tmp_path / "rows.ndjson", TALK, TASK)
    ran = run_process("load", str(tmp_path / "new.db"), str(file))
    assert ran.returncode == 0
    assert b"\r" not in ran.stderr
    assert "█" not in ran.stderr.decode()


def test_rows_may_come_from_standard_input(tmp_path: Path) -> None:
    file = write(tmp_path / "rows.ndjson", TALK, TASK)
    with file.open() as rows:
        ran = run_process("load", str(tmp_path / "new.db"), "-", stdin=rows.fileno())
    assert ran.returncode == 0
    assert b"1 conversation (1 new) and 1 task (1 new)" in ran.stderr


@pytest.mark.parametrize("drop", [[], ["--drop"]])
def test_what_is_no_database_has_no_text_index(run: Run, tmp_path: Path, drop: list[str]) -> None:
    ran = run("db", "index-text", str(tmp_path), *drop)
    assert (ran.code, "is a folder" in ran.err) == (3, True)
    ran = run("db", "index-text", str(tmp_path / "none.db"), *drop)
    assert (ran.code, "does not exist" in ran.err) == (3, True)
    if not drop:
        text = tmp_path / "README.md"
        text.write_text("no database at all, but longer than the header of one" * 9)
        ran = run("db", "index-text", str(text))
        assert (ran.code, "is not a SQLite database" in ran.err) == (3, True)


def test_the_text_of_a_file_is_indexed_beside_it(run: Run, tmp_path: Path) -> None:
    database = tmp_path / "new.db"
    task = {**TASK, "error": "the needle"}
    run("load", str(database), str(write(tmp_path / "rows.ndjson", TALK, task)))
    before = database.read_bytes()
    assert "text index none" in run("db", "status", str(database)).out
    ran = run("db", "index-text", str(database))
    assert (ran.code, ran.out) == (0, "")
    assert "1 of 1 rows were new or changed" in ran.err
    assert database.read_bytes() == before
    assert re.search(
        r"text index ✓ .* MB, 1 rows at .*; all of the file as it is", _status(run, database)
    )
    assert run("ls", str(database), "--filter", "needle", "-o", "ids").out == f"{ident(2)}\n"
    # A load that changes what was there brings it up to date.
    changed = {**task, "error": "something else"}
    ran = run("load", str(database), str(write(tmp_path / "more.ndjson", changed)))
    assert "the text index is up to date" in ran.err
    assert run("ls", str(database), "--filter", "needle", "-o", "ids").out == ""
    assert run("ls", str(database), "--filter", "something", "-o", "ids").out == f"{ident(2)}\n"
    assert "dropped" in run("db", "index-text", str(database), "--drop").err
    assert "text index none" in _status(run, database)
    assert "there is no" in run("db", "index-text", str(database), "--drop").err
    assert run("db", "status", str(database), "--drop").code == 2


def test_the_index_of_a_database_that_is_gone_can_be_dropped(run: Run, tmp_path: Path) -> None:
    database = tmp_path / "gone.db"
    run("load", str(database), str(write(tmp_path / "rows.ndjson", TALK, TASK)))
    assert run("db", "index-text", str(database)).code == 0
    folder = wiring.text_index_folder()
    (index,) = folder.glob("*.text-index")
    database.unlink()
    ran = run("db", "index-text", str(database), "--drop")
    assert (ran.code, ran.out, ran.err) == (0, "", f"taskview: dropped {index}\n")
    assert not list(folder.iterdir())
    assert run("db", "index-text", str(database), "--drop").code == 3


def _status(run: Run, database: Path) -> str:
    return run("db", "status", str(database)).out
