"""A SQLite file that goes away, is another, is cut short, is locked or may not be read any more."""

from __future__ import annotations

import ctypes
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.cli_process import Terminal, run_process
from support.hurt import Opener
from support.stored import StoredTask, insert

pytestmark = pytest.mark.long

NEWEST = "row 119"


def _path(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def _back(shown: str) -> bool:
    return NEWEST in shown and "retrying" not in shown and "r: try again" not in shown


def _opened(open_terminal: Opener, url: str) -> Terminal:
    terminal = open_terminal(url, width=200)  # for its long name
    terminal.wait_for("of 120")
    return terminal


def _leave(terminal: Terminal) -> None:
    terminal.type("q")
    assert terminal.finish() == 0


def test_a_deleted_file_is_told_and_may_come_back(
    open_terminal: Opener, filled_sqlite: str
) -> None:
    """An open file lives on without a name: who goes on reading it shows what is no more."""
    path = _path(filled_sqlite)
    terminal = _opened(open_terminal, filled_sqlite)
    kept = path.with_name("kept")
    path.rename(kept)
    terminal.type("r")
    shown = terminal.wait_for("tasks.db does not exist")
    assert "connection lost - retrying" in shown
    assert NEWEST in shown
    assert run_process("count", filled_sqlite).returncode == 3
    assert not path.exists(), "nobody has made an empty one"
    kept.rename(path)
    terminal.wait_for(_back)
    _leave(terminal)


def test_a_file_in_its_place_is_read(
    open_terminal: Opener, filled_sqlite: str, tmp_path: Path
) -> None:
    path = _path(filled_sqlite)
    terminal = _opened(open_terminal, filled_sqlite)
    other = path.with_name("other.db")
    shutil.copyfile(path, other)
    connection = sqlite3.connect(other)
    with connection:
        connection.execute("DELETE FROM tasks")
    connection.close()
    insert(f"sqlite:///{other}", [StoredTask.numbered(1, input='"of another file"')], [])
    other.replace(path)
    terminal.type("r")
    shown = terminal.wait_for(lambda shown: "of another file" in shown and "of 1 " in shown)
    assert "row 11" not in shown
    _leave(terminal)


def test_a_file_of_another_schema_in_its_place(
    open_terminal: Opener, filled_sqlite: str, tmp_path: Path
) -> None:
    """What was known of the old one is not believed of the new one."""
    path = _path(filled_sqlite)
    terminal = _opened(open_terminal, filled_sqlite)
    other, kept = path.with_name("other.db"), path.with_name("kept.db")
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE notes (id INTEGER)")
    connection.close()
    shutil.copyfile(path, kept)
    other.replace(path)
    terminal.type("r")
    shown = terminal.wait_for("has no table tasks")
    assert NEWEST in shown
    kept.replace(path)
    terminal.type("r")
    terminal.wait_for(_back)
    _leave(terminal)


@pytest.mark.parametrize(("share", "words"), [(0.0, "has no table tasks"), (0.5, "is damaged")])
def test_a_file_that_is_cut_short(
    open_terminal: Opener, filled_sqlite: str, tmp_path: Path, share: float, words: str
) -> None:
    path = _path(filled_sqlite)
    terminal = _opened(open_terminal, filled_sqlite)
    shutil.copyfile(path, path.with_name("kept.db"))
    os.truncate(path, int(path.stat().st_size * share) // 4096 * 4096)
    # Pages that are kept in memory hide it from the list: what is asked for is not among them.
    terminal.type("r/row 3\r")
    terminal.wait_for(
        lambda shown: (words in shown or "SQLite says" in shown) and "what is shown" in shown
    )
    cut = run_process("ls", filled_sqlite, "--filter", "row 3")
    assert cut.returncode == 1
    assert b"Traceback" not in cut.stderr
    (path.with_name("kept.db")).replace(path)
    terminal.type("r")
    terminal.wait_for(lambda shown: "row 39" in shown and "r: try again" not in shown)
    terminal.type("\x11")
    assert terminal.finish() == 0


@pytest.mark.parametrize("minutes", [0, 1] if os.environ.get("TASKVIEW_LONG") else [0])
def test_a_file_that_a_writer_holds_for_long(
    open_terminal: Opener, filled_sqlite: str, minutes: int
) -> None:
    """Longer than a question waits for it; nobody has to press a key when the writer is done."""
    terminal = _opened(open_terminal, filled_sqlite)
    writer = sqlite3.connect(_path(filled_sqlite), isolation_level=None)
    writer.execute("PRAGMA journal_mode = DELETE")
    writer.execute("BEGIN EXCLUSIVE")
    writer.execute("UPDATE tasks SET input = '\"row 119 anew\"' WHERE input = '\"row 119\"'")
    terminal.type("r")
    shown = terminal.wait_for("is locked by another program")
    assert "locked - retrying" in shown
    assert "row 119 " in shown
    for _ in range(1 + 60 * minutes):
        terminal.type("jj?")
        terminal.wait_for("keys that work here")
        terminal.type("\x1b")
        terminal.wait_for("locked - retrying")
        time.sleep(minutes)
    refused = run_process("count", filled_sqlite)
    assert refused.returncode == 1
    assert b"is locked by another program" in refused.stderr
    writer.execute("COMMIT")
    writer.close()
    shown = terminal.wait_for("row 119 anew")
    terminal.wait_for(lambda shown: "retrying" not in shown)
    _leave(terminal)


def test_a_file_that_may_not_be_read_any_more(
    open_terminal: Opener, filled_sqlite: str, tmp_path: Path
) -> None:
    path = _path(filled_sqlite)
    with _modes_hold_for_children() as begin:
        terminal = open_terminal(filled_sqlite, begin=begin, width=200)
        terminal.wait_for("of 120")
        other = path.with_name("other.db")
        shutil.copyfile(path, other)
        other.chmod(0o000)
        other.replace(path)
        terminal.type("r")
        shown = terminal.wait_for("may be read")
        assert "connection lost - retrying" in shown
        assert NEWEST in shown
        command = open_terminal("count", filled_sqlite, begin=begin, width=500)
        assert command.finish() == 3
        assert "check that the file is there and may be read" in command.shown
        path.chmod(0o600)
        terminal.wait_for(_back)
        _leave(terminal)


@contextmanager
def _modes_hold_for_children() -> Iterator[object]:
    """Give what has a new process lay down root's power to read what may not be read."""
    drop_bounding, dac_override, dac_read_search = 24, 1, 2
    libc = ctypes.CDLL(None, use_errno=True)

    def begin() -> None:
        for power in (dac_override, dac_read_search) if os.geteuid() == 0 else ():
            if libc.prctl(drop_bounding, power, 0, 0, 0) != 0:
                raise OSError(ctypes.get_errno(), "the power cannot be laid down")

    yield begin
