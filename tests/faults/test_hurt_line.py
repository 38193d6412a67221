"""A line to a server that is cut, silent, slow or that ends in the middle of an answer."""

from __future__ import annotations

import signal
from contextlib import ExitStack
from pathlib import Path

import pytest

from support.cli_process import run_process
from support.databases import run
from support.faulty_line import FaultyLine, faulty_line
from support.hurt import Opener, execute, locked, rows_to_load
from support.loads import dump
from support.waiting import until

pytestmark = pytest.mark.servers

NEWEST = "row 119"


def _silent(shown: str) -> bool:
    """Whether it is said that nobody answers: a question, or one who connects."""
    return "does not answer" in shown or "no answer in the time allowed" in shown


def _back(shown: str) -> bool:
    return NEWEST in shown and "retrying" not in shown


def test_a_line_that_is_cut(open_terminal: Opener, line: FaultyLine) -> None:
    terminal = open_terminal(line.url)
    terminal.wait_for("of 120")
    line.cut()
    terminal.type("r")
    shown = terminal.wait_for("connection lost - retrying")
    assert NEWEST in shown
    assert run_process("count", line.url).returncode == 3
    line.mend()
    terminal.wait_for(_back)
    terminal.type("q")
    assert terminal.finish() == 0
    until(lambda: line.open_lines == 0, "it has hung up")


def test_a_line_that_falls_silent(open_terminal: Opener, line: FaultyLine) -> None:
    terminal = open_terminal(line.url, "--timeout", "1")
    terminal.wait_for("of 120")
    line.go_silent()
    terminal.type("r")
    terminal.wait_for("searching")
    terminal.type("j?")
    terminal.wait_for("keys that work here")
    terminal.type("\x1b")
    shown = terminal.wait_for(_silent)
    assert "connection lost - retrying" in shown
    assert NEWEST in shown
    line.mend()
    terminal.wait_for(_back)
    terminal.type("q")
    assert terminal.finish() == 0
    until(lambda: line.open_lines == 0, "it has hung up")


def test_a_line_that_is_half_open(
    open_terminal: Opener, filled_postgres: str, line: FaultyLine
) -> None:
    """What was connected is dead, as behind a router that forgot it, and who connects is well."""
    terminal = open_terminal(line.url, "--timeout", "1")
    terminal.wait_for("of 120")
    line.go_silent(new_lines_work=True)
    execute(
        filled_postgres, "UPDATE tasks SET input = '\"row 119 anew\"' WHERE id::text LIKE '%77'"
    )
    terminal.type("r")
    terminal.wait_for("row 119 anew")
    terminal.wait_for(lambda shown: "retrying" not in shown)
    terminal.type("q")
    assert terminal.finish() == 0
    until(lambda: line.open_lines == 0, "it has hung up")


@pytest.mark.parametrize("screen", ["C", "d"])
def test_other_screens_on_a_silent_line(
    open_terminal: Opener, line: FaultyLine, screen: str
) -> None:
    """A tree may take ten minutes, but none of its statements does."""
    terminal = open_terminal(line.url, "--timeout", "1")
    terminal.wait_for("of 120")
    line.go_silent()
    terminal.type(screen)
    terminal.wait_for(_silent)
    line.mend()
    terminal.wait_for(lambda shown: "row 1" in shown and not _silent(shown))
    terminal.type("\x11")
    assert terminal.finish() == 0
    until(lambda: line.open_lines == 0, "it has hung up")


def test_a_slow_line(open_terminal: Opener, line: FaultyLine) -> None:
    terminal = open_terminal(line.url)
    terminal.wait_for("of 120")
    line.delay(1.0)
    terminal.type("r")
    terminal.wait_for("searching")
    terminal.type("?")
    terminal.wait_for("keys that work here")
    terminal.type("\x1b")
    terminal.wait_for(lambda shown: "searching" not in shown and "of 120" in shown)
    line.delay(5.0)
    terminal.type("r")
    terminal.wait_for("searching")
    terminal.type("q")
    assert terminal.finish() == 0
    until(lambda: line.open_lines == 0, "it has hung up")


@pytest.mark.parametrize("size", [1, 5_000])
def test_an_answer_that_ends_in_its_middle(
    open_terminal: Opener, line: FaultyLine, size: int
) -> None:
    """It is asked for once more, and nothing of the half is shown."""
    terminal = open_terminal(line.url)
    terminal.wait_for("of 120")
    line.truncate(size)
    terminal.type("r]")
    terminal.wait_for(lambda shown: "row 69" in shown and "lost" not in shown)
    terminal.type("q")
    assert terminal.finish() == 0
    assert line.cuts == 1
    line.truncate(size)
    whole = run_process("ls", line.url, "--limit", "500", "-o", "ids")
    assert whole.returncode == 0, whole.stderr
    assert len(set(whole.stdout.split())) == 120
    assert line.cuts == 2


def test_a_load_that_is_cut_off(
    filled_postgres: str, line: FaultyLine, open_terminal: Opener, tmp_path: Path
) -> None:
    before = run(dump(filled_postgres))
    rows = rows_to_load(tmp_path, 3_000)
    line.truncate(2_000)  # within the answers to what it asks first
    terminal = open_terminal("load", line.url, str(rows), width=500)
    code = terminal.finish()
    assert (code, "connection" in terminal.shown) == (3, True), terminal.shown
    assert run(dump(filled_postgres)) == before


@pytest.mark.parametrize("waits", [True, False])
def test_a_load_on_a_dead_line_ends_by_itself(
    filled_postgres: str, open_terminal: Opener, tmp_path: Path, waits: bool
) -> None:
    """Half a minute after the last sign of the server's system, as README says.

    It has no limit of time. The line dies while it waits for an answer, as behind another's lock,
    or while it sends its rows.
    """
    before = run(dump(filled_postgres))
    with faulty_line(filled_postgres) as line, ExitStack() as stack:
        waiting = stack.enter_context(locked(filled_postgres)) if waits else None
        if not waits:
            line.die_after(100_000)
        rows = rows_to_load(tmp_path, 3_000)
        terminal = open_terminal("load", line.url, str(rows), width=500)
        if waiting is not None:
            until(waiting, "it waits for the lock")
            line.die()
        code = terminal.finish()
        assert (code, "connection" in terminal.shown) == (3, True), terminal.shown
        assert "Traceback" not in terminal.shown
    assert run(dump(filled_postgres)) == before


def test_a_load_on_a_silent_line_can_be_ended(
    filled_postgres: str, line: FaultyLine, open_terminal: Opener, tmp_path: Path
) -> None:
    """It has no limit of time: until the system finds the line dead, it is for the user to say."""
    before = run(dump(filled_postgres))
    line.go_silent()
    terminal = open_terminal("load", f"{line.url}?connect_timeout=0", str(rows_to_load(tmp_path)))
    until(lambda: line.open_lines == 1, "it connects")
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.finish() == 128 + signal.SIGINT
    until(lambda: line.open_lines == 0, "it has hung up")
    assert run(dump(filled_postgres)) == before
