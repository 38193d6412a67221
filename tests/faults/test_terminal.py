"""The terminal: too small for anything, gone, suspended; and signals at awkward moments."""

from __future__ import annotations

import os
import signal
import sys
import termios
import time
from contextlib import closing
from pathlib import Path

import pytest

from support.cli_process import PATIENCE, Terminal
from support.databases import run
from support.endless import make_endless, make_quick, running_statements
from support.faulty_line import FaultyLine
from support.hurt import Opener, fill, rows_to_load
from support.waiting import until

pytestmark = pytest.mark.long

SCREENS = {
    "": "of 120",
    "d": "▾ Input",
    "C": "120 tasks",
    "?": "keys that work here",
    "/": "leave",
    "x": "xport",
}


_COOKED = termios.ICANON | termios.ECHO | termios.ISIG
"""What a shell finds a terminal with, and a full-screen program takes from it."""


def _threads(terminal: Terminal) -> int:
    return len(list(Path(f"/proc/{terminal.process.pid}/task").iterdir()))


def _is_stopped(terminal: Terminal) -> bool:
    state = Path(f"/proc/{terminal.process.pid}/stat").read_text().rpartition(")")[2].split()[0]
    return state == "T"


def _no_crash() -> None:
    folder = Path(os.environ["XDG_STATE_HOME"])
    assert [each for each in folder.rglob("*") if each.is_file()] == [], "no crash was reported"


@pytest.mark.parametrize("keys", SCREENS)
def test_one_cell_and_back(open_terminal: Opener, filled_sqlite: str, keys: str) -> None:
    words = SCREENS[keys]
    terminal = open_terminal(filled_sqlite)
    terminal.wait_for("of 120")
    terminal.type(keys)
    terminal.wait_for(words)
    for width, height in ((1, 1), (2, 1), (1, 40), (300, 2), (1, 1)):
        terminal.resize(width, height)
        terminal.type("\x1b[C")  # a key that leaves none of these screens
    before = len(terminal.raw)
    terminal.resize(120, 36)
    terminal.wait_for(lambda shown: len(terminal.raw) > before and words in shown)
    terminal.type("\x11")
    assert terminal.finish() == 0
    _no_crash()


def test_it_starts_in_one_cell(open_terminal: Opener, filled_sqlite: str) -> None:
    terminal = open_terminal(filled_sqlite, width=1, height=1)
    terminal.wait_for(lambda shown: b"\x1b[?1049h" in terminal.raw)
    terminal.resize(120, 36)
    terminal.wait_for("of 120")
    terminal.type("q")
    assert terminal.finish() == 0


@pytest.mark.parametrize("keys", ["", "?"])
def test_a_terminal_that_is_closed(open_terminal: Opener, filled_sqlite: str, keys: str) -> None:
    terminal = open_terminal(filled_sqlite)
    terminal.wait_for("of 120")
    terminal.type(keys)
    terminal.wait_for("keys that work here" if keys else "of 120")
    assert terminal.hang_up() == 128 + signal.SIGHUP
    _no_crash()


@pytest.mark.parametrize("how", ["hang up", "SIGTERM"])
def test_an_end_while_a_question_runs(open_terminal: Opener, migrated_url: str, how: str) -> None:
    fill(migrated_url)
    terminal = open_terminal(migrated_url, "--timeout", "0")
    terminal.wait_for("of 120")
    run(make_endless(migrated_url))
    terminal.type("r")
    terminal.wait_for(lambda shown: "searching" in shown)
    if how == "hang up":
        assert terminal.hang_up() == 128 + signal.SIGHUP
    else:
        terminal.process.send_signal(signal.Signals[how])
        assert terminal.finish() == 128 + signal.Signals[how]
        assert terminal.raw.rfind(b"\x1b[?1049l") > terminal.raw.rfind(b"\x1b[?1049h")
    until(lambda: not run(running_statements(migrated_url)), "nothing runs on")
    _no_crash()


@pytest.mark.servers
@pytest.mark.parametrize("how", ["hang up", "SIGTERM"])
def test_an_end_while_it_connects(open_terminal: Opener, line: FaultyLine, how: str) -> None:
    line.go_silent()
    terminal = open_terminal(line.url)
    terminal.wait_for("connecting")
    if how == "hang up":
        assert terminal.hang_up() == 128 + signal.SIGHUP
    else:
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.finish() == 128 + signal.SIGTERM
    until(lambda: line.open_lines == 0, "it has hung up")
    _no_crash()


@pytest.mark.parametrize("then", ["exec sleep 600", "exit"])
@pytest.mark.parametrize("how", ["hang up", "SIGTERM"])
def test_an_end_while_another_program_has_the_terminal(
    open_terminal: Opener, filled_sqlite: str, tmp_path: Path, how: str, then: str
) -> None:
    """Or had it, and what it wrote waits for Enter."""
    pager = tmp_path / "pager"
    pager.write_text(f"#!/bin/sh\necho this is the pager\n{then}\n")
    pager.chmod(0o755)
    terminal = open_terminal(filled_sqlite, PAGER=str(pager), TMPDIR=str(tmp_path))
    terminal.wait_for("of 120")
    terminal.type("d")
    terminal.wait_for("▾ Input")
    terminal.type("!")
    terminal.wait_for("this is the pager" if then != "exit" else "press Enter to go back")
    if how == "hang up":
        assert terminal.hang_up() == 128 + signal.SIGHUP
    else:
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.finish() == 128 + signal.SIGTERM
    assert [each.name for each in tmp_path.iterdir()] == ["pager"], "the payload is gone"
    _no_crash()


def test_suspended_for_longer_than_a_question_may_take(
    open_terminal: Opener, filled_postgres: str
) -> None:
    """All clocks have gone on meanwhile; the screen comes back, says so, and can be used."""
    terminal = open_terminal(filled_postgres, "--timeout", "1")
    terminal.wait_for("of 120")
    run(make_endless(filled_postgres))
    terminal.type("r\x1a")
    terminal.read_until(lambda: _is_stopped(terminal), "it is suspended")
    until(lambda: not run(running_statements(filled_postgres)), "the server has stopped it")
    run(make_quick(filled_postgres))
    before = len(terminal.raw)
    terminal.process.send_signal(signal.SIGCONT)
    terminal.wait_for(lambda shown: b"\x1b[?1049h" in terminal.raw[before:])
    terminal.type("r")
    terminal.wait_for(
        lambda shown: "row 119" in shown and "of 120" in shown and "try again" not in shown
    )
    terminal.type("q")
    assert terminal.finish() == 0


@pytest.mark.parametrize("keys", ["", "?"])
@pytest.mark.parametrize("by", [signal.SIGTSTP, signal.SIGSTOP], ids=lambda by: by.name)
def test_stopped_by_another_program_and_continued(
    open_terminal: Opener, filled_sqlite: str, keys: str, by: signal.Signals
) -> None:
    """`kill -TSTP` and `fg`: the terminal is the shell's meanwhile, and then drawn anew.

    Of SIGSTOP no program hears. It once had two threads read the keys after that, and left the
    terminal as it was for the screen.
    """
    words = "keys that work here" if keys else "of 120"
    terminal = open_terminal(filled_sqlite)
    terminal.wait_for("of 120")
    terminal.type(keys)
    terminal.wait_for(words)
    assert not terminal.settings & _COOKED
    threads = _threads(terminal)
    for _ in range(2):
        before = len(terminal.raw)
        terminal.process.send_signal(by)
        terminal.read_until(lambda: _is_stopped(terminal), "it is stopped")
        if by is signal.SIGTSTP:
            terminal.wait_for(lambda shown, at=before: b"\x1b[?1049l" in terminal.raw[at:])
            assert terminal.settings & _COOKED == _COOKED
        before = len(terminal.raw)
        terminal.process.send_signal(signal.SIGCONT)
        terminal.wait_for(
            lambda shown, at=before: (
                words.encode() in terminal.raw[at:].partition(b"\x1b[?1049h")[2]
            )
        )
        assert not terminal.settings & _COOKED
        assert _threads(terminal) <= threads
    terminal.type("\x11")
    assert terminal.finish() == 0
    assert terminal.settings & _COOKED == _COOKED
    _no_crash()


def test_continued_in_the_middle_of_a_write(filled_sqlite: str) -> None:
    """It once waited then, for ever, for a lock that it had."""
    program = (sys.executable, "-m", "support.interrupted_program")
    paths = (str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH"))
    variables = {"PYTHONPATH": os.pathsep.join(path for path in paths if path)}
    with closing(Terminal([filled_sqlite], program=program, variables=variables)) as terminal:
        terminal.wait_for("of 120")
        terminal.type("?")
        terminal.wait_for(
            lambda shown: "keys that work here" in shown and terminal.raw.count(b"\x1b[?1049h") == 2
        )
        terminal.type("\x11")
        assert terminal.finish() == 0
    _no_crash()


@pytest.mark.parametrize(
    ("command", "by"),
    [
        ("export", signal.SIGTERM),
        ("export", signal.SIGINT),
        ("load", signal.SIGTERM),
        ("load", signal.SIGHUP),
    ],
)
def test_commands_that_are_ended_leave_nothing_half_done(
    open_terminal: Opener, filled_sqlite: str, tmp_path: Path, command: str, by: signal.Signals
) -> None:
    place = tmp_path / "place"
    place.mkdir()
    if command == "export":
        run(make_endless(filled_sqlite))
        terminal = open_terminal(
            "export", filled_sqlite, str(place / "all.ndjson"), "--timeout", "0"
        )
        until(lambda: any(place.iterdir()), "it writes beside the file's place")
    else:
        pipe = tmp_path / "pipe.ndjson"
        os.mkfifo(pipe)
        terminal = open_terminal(
            "load", str(place / "new.db"), str(rows_to_load(tmp_path)), str(pipe)
        )
        with pipe.open("w"):  # which waits for the command to read
            # One that comes just before a read begins is noticed when that has ended.
            for _ in range(int(PATIENCE)):
                if terminal.process.poll() is not None:
                    break
                terminal.process.send_signal(by)
                time.sleep(1)
            assert terminal.finish() == 128 + by
    if command == "export":
        terminal.process.send_signal(by)
        assert terminal.finish() == 128 + by
    assert list(place.iterdir()) == []
    assert "Traceback" not in terminal.shown
    _no_crash()
