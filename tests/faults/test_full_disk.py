"""A disk that is full: it is said so, nothing is half done, and what was there is as it was.

A limit on the size of files stands for it everywhere; where the tests run as root and may mount a
file system, a small one is filled besides, as it is the only one that says "no space left".
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from support.databases import run
from support.hurt import Opener, connections, execute, rows_to_load
from support.loads import dump
from support.postgres import OwnServer
from support.small_places import no_file_beyond, small_file_system

pytestmark = pytest.mark.long

ROWS = 3_000
"""Tasks: a megabyte and more."""
ROOM = 400_000

Place = tuple[Path, Callable[[], object], str]


@pytest.fixture
def open_terminal(open_terminal: Opener) -> Opener:
    """Of programs with little room none may keep half of a compiled module for those after it."""
    return partial(open_terminal, PYTHONDONTWRITEBYTECODE="1")


@pytest.fixture(params=["limit", "file system"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A folder with little room, what a process needs to find it so, and what is said of it."""
    folder = tmp_path / "small"
    folder.mkdir()
    if request.param == "limit":
        yield folder, no_file_beyond(ROOM), ""
        return
    with small_file_system(folder, str(ROOM)) as mounted:
        if mounted:
            yield folder, lambda: None, "the disk is full"
        else:  # nothing is left out: the same by the only means there is
            yield folder, no_file_beyond(ROOM), ""


def _contents(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_loading_into_a_new_file(open_terminal: Opener, tmp_path: Path, place: Place) -> None:
    folder, begin, words = place
    rows = rows_to_load(tmp_path, ROWS)
    terminal = open_terminal("load", str(folder / "new.db"), str(rows), begin=begin, width=500)
    assert terminal.finish() == 1
    assert (words or "SQLite says") in terminal.shown
    assert "Traceback" not in terminal.shown
    assert _contents(folder) == []


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_loading_into_a_file_that_is_there(
    open_terminal: Opener, filled_sqlite: str, tmp_path: Path, place: Place, journal: str
) -> None:
    folder, begin, words = place
    path = folder / "tasks.db"
    shutil.copyfile(filled_sqlite.removeprefix("sqlite:///"), path)
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA journal_mode = {journal}")
    connection.close()
    before = run(dump(f"sqlite:///{path}"))
    terminal = open_terminal(
        "load", str(path), str(rows_to_load(tmp_path, ROWS)), begin=begin, width=500
    )
    assert terminal.finish() == 1
    assert (words or "SQLite says") in terminal.shown
    assert run(dump(f"sqlite:///{path}")) == before
    assert open_terminal("count", str(path)).finish() == 0
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()


def test_an_export(open_terminal: Opener, filled_sqlite: str, tmp_path: Path, place: Place) -> None:
    folder, begin, _words = place
    shutil.copyfile(rows_to_load(tmp_path, ROWS), tmp_path / "many.ndjson")
    full = tmp_path / "full.db"
    assert open_terminal("load", str(full), str(tmp_path / "many.ndjson")).finish() == 0
    terminal = open_terminal(
        "export", str(full), str(folder / "all.ndjson"), begin=begin, width=500
    )
    assert terminal.finish() == 1
    assert "cannot write" in terminal.shown
    assert "too large" in terminal.shown or "No space left" in terminal.shown
    assert _contents(folder) == []


def test_a_demo(open_terminal: Opener, place: Place) -> None:
    folder, begin, words = place
    path = str(folder / "demo.db")
    terminal = open_terminal("demo", "--tasks", "1000", "--path", path, begin=begin, width=500)
    assert terminal.finish() == 1
    assert (words or "SQLite says") in terminal.shown
    assert _contents(folder) == []


def test_a_text_index(open_terminal: Opener, filled_sqlite: str, tmp_path: Path) -> None:
    """It lies in the cache folder, and not beside the database."""
    cache = tmp_path / "cache"
    terminal = open_terminal(
        *("db", "index-text", filled_sqlite),
        XDG_CACHE_HOME=str(cache),
        begin=no_file_beyond(10_000),
        width=500,
    )
    assert terminal.finish() == 1
    assert "Traceback" not in terminal.shown
    assert "taskview itself" not in terminal.shown
    assert [each.name for each in cache.rglob("*.part")] == []
    assert open_terminal("count", filled_sqlite, XDG_CACHE_HOME=str(cache)).finish() == 0


@pytest.mark.servers
def test_a_server_without_room(
    open_terminal: Opener, hurt_server: OwnServer, tmp_path: Path
) -> None:
    """Where no file system can be mounted, the server says by a trigger what it would say then."""
    url = hurt_server.url()
    before = run(dump(url))
    folder = hurt_server.folder / "small"
    with small_file_system(folder, "2m") as mounted:
        if mounted:
            hurt_server.own(folder)
            execute(
                url,
                f"CREATE TABLESPACE small LOCATION '{folder}'",
                "ALTER TABLE tasks SET TABLESPACE small",
            )
            undo = ("ALTER TABLE tasks SET TABLESPACE pg_default", "DROP TABLESPACE small")
        else:
            execute(url, _NO_ROOM, _ASK_FOR_ROOM)
            undo = ("DROP TRIGGER room ON tasks", "DROP FUNCTION room")
        try:
            rows = rows_to_load(tmp_path, 3 * ROWS)
            terminal = open_terminal("load", url, str(rows), width=500)
            assert terminal.finish() == 1
            assert "the disk is full" in terminal.shown
            assert "Traceback" not in terminal.shown
            assert run(dump(url)) == before
            assert connections(url) == 0
            assert open_terminal("count", url).finish() == 0
        finally:
            execute(url, *undo)


_NO_ROOM = """
CREATE FUNCTION room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$
"""
_ASK_FOR_ROOM = "CREATE TRIGGER room BEFORE INSERT ON tasks EXECUTE FUNCTION room()"
