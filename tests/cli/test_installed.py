"""The installed command, run as a user runs it: with pipes, on a terminal, and interrupted."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from support.cli_process import COMMAND, PATIENCE, Terminal, run_process
from support.databases import DatabaseMaker
from support.engines import long
from support.stored import StoredTask, insert, number

MANY = 3_000


def fill(url: str) -> None:
    tasks = [
        StoredTask.numbered(
            each,
            status="failed" if each % 10 == 0 else "completed",
            error="boom \x1b[31mred" if each % 10 == 0 else None,
            input=json.dumps(
                {"prompt": f"\x1b]0;owned\x07{each} " + "漢字" * (20 if each % 3 == 2 else 1)},
                ensure_ascii=each % 2 == 0,
            ),
        )
        for each in range(MANY)
    ]
    from support.databases import migrate

    migrate(url)
    insert(url, tasks)


@pytest.fixture(scope="module")
def many(databases: DatabaseMaker) -> Iterator[str]:
    """A database of some thousand tasks."""
    url = databases.filled("sqlite", "many", fill)
    yield url
    databases.drop(url)


def test_streams_are_kept_apart(many: str) -> None:
    ran = run_process("ls", many, "-o", "jsonl", "-n", "3")
    assert ran.returncode == 0
    assert [json.loads(line)["id"] for line in ran.stdout.splitlines()] == [
        str(number(each)) for each in (MANY - 1, MANY - 2, MANY - 3)
    ]
    assert ran.stderr.startswith(b"taskview: 3 tasks listed; there are more: --cursor c")


@pytest.mark.parametrize("output", ["table", "jsonl", *map(long, ("json", "csv", "ids"))])
def test_a_reader_that_has_enough_ends_it_quietly(many: str, output: str) -> None:
    process = subprocess.Popen(
        [COMMAND, "ls", many, "-n", "all", "--full", "-o", output][
            : None if output != "ids" else -3
        ]
        + (["-o", "ids"] if output == "ids" else []),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == 0


@pytest.mark.parametrize(
    "words", [["--help"], ["--version"], ["ls", "--help"], ["ls", "{}"], ["count", "{}"]]
)
def test_a_pipe_that_is_closed_from_the_start_is_no_fault(many: str, words: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    ran = subprocess.run(
        [COMMAND, *(word.format(many) for word in words)],
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert (ran.returncode, ran.stderr) == (0, b"")


def test_a_full_disk_is_told(many: str) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.fail("this system has no /dev/full")
    with full.open("wb") as nowhere:
        ran = subprocess.run(
            [COMMAND, "ls", many], stdout=nowhere, stderr=subprocess.PIPE, check=False
        )
    assert ran.returncode == 1
    assert ran.stderr == b"taskview: cannot write the output: No space left on device\n"


def test_closed_streams_are_no_crash(many: str) -> None:
    script = f'"{COMMAND}" ls "$1" -n 1 >&-'
    ran = subprocess.run(["sh", "-c", script, "sh", many], capture_output=True, check=False)
    assert ran.returncode == 1
    assert ran.stderr == b"taskview: cannot write the output: standard output is closed\n"
    script = f'"{COMMAND}" ls "$1" -n 1 -o ids 2>&-'
    ran = subprocess.run(["sh", "-c", script, "sh", many], capture_output=True, check=False)
    assert (ran.returncode, ran.stdout) == (0, f"{number(MANY - 1)}\n".encode())


def test_ctrl_c_ends_it_quietly(many: str) -> None:
    path = many.removeprefix("sqlite:///")
    # A writer that has the whole file to itself makes the command wait, for as long as we like.
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("BEGIN EXCLUSIVE")
    process = subprocess.Popen(
        [COMMAND, "ls", many], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    while not has_open(process.pid, path):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    writer.close()
    assert (process.returncode, out, err) == (130, b"", b"")


def _hear_ctrl_c() -> None:
    """Undo, in a process that starts, what a job in the background inherits."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_ends_a_load_that_waits_for_its_input(tmp_path: Path) -> None:
    database = tmp_path / "new.db"
    process = subprocess.Popen(
        [COMMAND, "load", str(database), "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=_hear_ctrl_c,
    )
    assert process.stdin is not None
    # Only who reads makes room for more than a pipe holds.
    process.stdin.write(b"\n" * 1_000_000)
    process.stdin.flush()
    for _ in range(int(PATIENCE)):
        # One that comes between two reads is noticed by the next one only; one that comes while it
        # already ends would end it there and then.
        process.send_signal(signal.SIGINT)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            continue
        break
    assert process.poll() == 130
    assert process.stdout is not None
    assert process.stderr is not None
    said = f"taskview: making {database}, which appears when all is loaded\n".encode()
    assert (process.stdout.read(), process.stderr.read()) == (b"", said)
    process.stdin.close()
    assert not list(tmp_path.iterdir())


async def test_ctrl_c_stops_the_query_on_the_server_too(migrated_postgres_url: str) -> None:
    locker = await asyncpg.connect(migrated_postgres_url)
    other = await asyncpg.connect(migrated_postgres_url)
    transaction = locker.transaction()
    await transaction.start()
    await locker.execute("LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE")
    waiting = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    process = await asyncio.create_subprocess_exec(
        COMMAND, "ls", migrated_postgres_url, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    while not await other.fetchval(waiting):
        assert process.returncode is None
    process.send_signal(signal.SIGINT)
    out, err = await process.communicate()
    assert (process.returncode, out, err) == (130, b"", b"")
    while await other.fetchval(waiting):
        pass  # the server needs a moment to notice
    await transaction.rollback()
    await locker.close()
    await other.close()


def has_open(pid: int, path: str) -> bool:
    """Say whether a process has a file open."""
    folder = Path(f"/proc/{pid}/fd")
    try:
        return any(each.readlink() == Path(path) for each in folder.iterdir())
    except FileNotFoundError:
        return False


def test_a_table_fits_the_terminal(many: str) -> None:
    terminal = Terminal(["ls", many, "-n", "5"], width=80)
    code = terminal.finish()
    terminal.close()
    lines = terminal.shown.splitlines()
    assert code == 0
    assert lines[0].split() == ["ID", "STATUS", "AGENT", "CREATED", "DURATION", "TASK"]
    assert all(line.startswith("a0000000 ✓ completed planner") for line in lines[1:6])
    assert [line.endswith("…") for line in lines[1:6]] == [each % 3 == 0 for each in range(5)]
    assert b"\x1b[32m\xe2\x9c\x93 completed" in terminal.raw
    assert b"\x1b]0;owned" not in terminal.raw


def test_no_color_and_dumb_terminals_have_no_colours(many: str) -> None:
    for variables in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        terminal = Terminal(["ls", many, "-n", "5"], variables=variables)
        assert terminal.finish() == 0
        terminal.close()
        assert b"\x1b" not in terminal.raw
        assert "✓ completed" in terminal.shown


@pytest.mark.long
def test_every_format_is_safe_on_a_terminal(many: str) -> None:
    for output in ("table", "json", "jsonl", "csv"):
        words = ["ls", many, "--full", "-o", output, "-f", "status:failed", "-n", "30"]
        terminal = Terminal(words, variables={"NO_COLOR": "1"})
        assert terminal.finish() == 0
        terminal.close()
        assert not set(terminal.raw.decode()) & {"\x1b", "\x07", "\x9b"}


def test_the_browser_opens_on_a_terminal_and_quits(many: str) -> None:
    terminal = Terminal([many])
    terminal.wait_for("planner")
    terminal.type("q")
    assert terminal.finish() == 0
    terminal.close()


def test_the_browser_that_cannot_connect_says_so_in_a_sentence(tmp_path: Path) -> None:
    missing = tmp_path / "nosuch.db"
    terminal = Terminal([str(missing)], width=200)
    assert terminal.finish() == 3
    terminal.close()
    assert f"taskview: {missing} does not exist" in terminal.shown
    assert "Traceback" not in terminal.shown
    assert not missing.exists()


def test_with_no_database_at_all_there_is_help() -> None:
    terminal = Terminal([], height=80)
    assert terminal.finish() == 2
    terminal.close()
    assert "usage: taskview [options] [DB_URL]" in terminal.shown
    assert "taskview: name a database, or make one to look around in" in terminal.shown


@pytest.mark.long
def test_the_usual_databases_open_in_their_order(
    many: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "taskview"
    folder.mkdir()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    original = Path(many.removeprefix("sqlite:///"))
    for name in ("demo.db", "default.db"):
        # Each newer one comes before the last in the order.
        (folder / name).write_bytes(original.read_bytes())
        terminal = Terminal([], width=160)
        terminal.wait_for(name)
        terminal.type("q")
        assert terminal.finish() == 0
        terminal.close()
    monkeypatch.setenv("TASKVIEW_DB_URL", str(tmp_path / "named.db"))
    terminal = Terminal([], width=160)
    assert terminal.finish() == 3
    terminal.close()
    assert "named.db does not exist" in terminal.shown
