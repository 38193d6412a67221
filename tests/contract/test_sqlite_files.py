"""SQLite files by every name that they are given, and whatever else such a name may lead to."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from support.cli_process import run_process
from support.databases import migrate
from support.engines import long
from support.stored import StoredTask, insert
from taskview_core.errors import CannotConnectError, QueryError, UsageError
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.persistence.engine import create_engine
from taskview_core.persistence.late_browser import LateBrowser
from taskview_core.persistence.url import parse_database_url
from taskview_core.query.request import PageRequest
from taskview_core.query.task_filter import EVERYTHING


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `my runs.db`, which has three tasks."""
    folder = tmp_path_factory.mktemp("files")
    migrate(f"sqlite:///{folder / 'my runs.db'}")
    insert(f"sqlite:///{folder / 'my runs.db'}", [StoredTask.numbered(n) for n in range(3)])
    return folder


async def _count(text: str) -> int:
    """Count the tasks as the commands do, and as the browser finds them first."""
    browser = DatabaseBrowser(text)
    url = parse_database_url(text)
    late = LateBrowser(url, lambda opened: DatabaseBrowser(url))
    try:
        await late.connect()
        shown = len((await late.search_tasks(EVERYTHING, PageRequest())).rows)
        counted = (await browser.count_tasks(EVERYTHING)).value
    finally:
        await browser.close()
        await late.close()
    assert counted == shown
    return counted


async def test_every_name_of_a_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(folder))
    path = folder / "my runs.db"
    for text in (
        "my runs.db",
        "./my runs.db",
        "~/my runs.db",
        str(path),
        f"sqlite:///{path}",
        "sqlite:///my runs.db",
        f"sqlite:///{quote(str(path))}",
        f"sqlite:///{path}?mode=ro",
        f"sqlite+aiosqlite:///{path}?timeout=5",
        f"sqlite:///file:{quote(str(path))}?mode=ro&uri=true",
        "sqlite:///file:my%20runs.db?uri=true",
        f"file:{quote(str(path))}",
        f"file://{quote(str(path))}?mode=ro",
        f"file://localhost{quote(str(path))}?immutable=1",
        "file:my%20runs.db?mode=ro",
    ):
        assert await _count(text) == 3, text
        assert await _count(parse_database_url(text).address) == 3, text


async def test_an_odd_name_is_taken_as_it_is(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a?b#c%20d.db", "file:x.db", "host=a.db", "é\U0001f600.db", " .db"):
        shutil.copy(folder / "my runs.db", tmp_path / name)
        assert await _count(name) == 3, name
        assert await _count(str(tmp_path / name)) == 3, name


@pytest.mark.parametrize("text", ["sqlite:////x.db?mode=maybe", "file://elsewhere/x.db"])
def test_what_names_no_file(text: str) -> None:
    with pytest.raises(UsageError):
        parse_database_url(text)


def test_what_cannot_be_honoured_is_told() -> None:
    notices = parse_database_url("file:/x.db?vfs=zip&mode=ro&cache=shared").notices
    assert notices == ("vfs cannot be honoured and was left out",)


async def test_a_name_that_says_read_only_is_never_written(folder: Path) -> None:
    engine = create_engine(f"sqlite:///{folder / 'my runs.db'}?mode=ro")
    with pytest.raises(CannotConnectError, match="only to be read"):
        async with engine.connect():
            pass
    await engine.dispose()


def _make_other(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE moz_places (id, url)")
    other.close()


@pytest.mark.parametrize(
    ("make", "code", "said"),
    [
        (lambda path: path.mkdir(), 3, "is a folder: name a SQLite file in it"),
        (lambda path: path.symlink_to("/"), 3, "is a folder: name a SQLite file in it"),
        (os.mkfifo, 3, "is no file but a pipe or device"),
        long(lambda path: path.symlink_to("/dev/zero"), 3, "is no file but a pipe or device"),
        long(lambda path: path.symlink_to("nowhere"), 3, "does not exist"),
        long(lambda path: path.symlink_to(path.name), 3, "cannot open"),
        (lambda path: path.write_bytes(os.urandom(8192)), 3, "is not a SQLite database"),
        long(lambda path: path.write_text("notes\n" * 200), 3, "is not a SQLite database"),
        (lambda path: path.touch(), 1, "has no table tasks: run `taskview db upgrade"),
        long(_make_other, 1, "has no table tasks"),
    ],
    ids=["folder", "root", "pipe", "device", "gone", "loop", "encrypted", "text", "empty", "other"],
)
@pytest.mark.parametrize("counting", [True, long(False)])
def test_what_is_no_database_of_tasks_is_told_at_once(
    tmp_path: Path, make: object, code: int, said: str, counting: bool
) -> None:
    path = tmp_path / "x.db"
    make(path)  # type: ignore[operator]  # each takes a path
    words = ["count"] if counting else ["db", "status"] if code == 3 else ["ls"]
    ran = run_process(*words, str(path))
    assert (ran.returncode, ran.stdout) == (code, b""), ran.stderr
    assert said in ran.stderr.decode()
    assert ran.stderr.count(b"\n") == 1


@pytest.fixture
def sealed(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file in WAL mode whose folder cannot be written; its `-wal` has two more tasks."""
    path, place = tmp_path / "open.db", tmp_path / "sealed"
    shutil.copy(folder / "my runs.db", path)
    place.mkdir()
    writer = sqlite3.connect(path)
    writer.execute("PRAGMA journal_mode = WAL")
    writer.execute("SELECT count(*) FROM tasks").fetchone()  # has it open from here on
    insert(f"sqlite:///{path}", [StoredTask.numbered(n) for n in range(10, 12)], ())
    for ending in ("", "-wal"):
        shutil.copy(f"{path}{ending}", place / f"sealed.db{ending}")
    writer.close()
    place.chmod(0o555)
    if os.geteuid() == 0:  # whom no mode keeps out: SQLite would make the -shm after all
        really = os.access
        monkeypatch.setattr(os, "access", lambda at, mode: Path(at) != place and really(at, mode))
    yield place / "sealed.db"
    place.chmod(0o755)


async def test_in_wal_mode_without_its_shm(sealed: Path) -> None:
    (notice,) = parse_database_url(str(sealed)).notices
    assert "sealed.db-wal" in notice
    assert await _count(str(sealed)) == 3
    assert {each.name for each in sealed.parent.iterdir()} == {"sealed.db", "sealed.db-wal"}


async def test_in_wal_mode_with_nothing_in_its_wal(sealed: Path) -> None:
    sealed.parent.chmod(0o755)
    Path(f"{sealed}-wal").unlink()
    sealed.parent.chmod(0o555)
    (notice,) = parse_database_url(str(sealed)).notices
    assert "later changes may be seen late: its folder cannot be written" in notice
    assert await _count(str(sealed)) == 3


async def test_where_the_shm_can_be_made_all_is_seen(sealed: Path) -> None:
    sealed.parent.chmod(0o755)
    copied = sealed.parent.parent / "copied.db"
    for ending in ("", "-wal"):
        shutil.copy(f"{sealed}{ending}", f"{copied}{ending}")
    assert parse_database_url(str(copied)).notices == ()
    assert await _count(str(copied)) == 5


async def test_a_newer_schema_is_read_and_not_upgraded(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "newer.db"
    shutil.copy(folder / "my runs.db", path)
    with sqlite3.connect(path) as change:
        change.execute("UPDATE alembic_version SET version_num = '9999'")
        change.execute("ALTER TABLE tasks ADD COLUMN colour TEXT NOT NULL DEFAULT 'red'")
    change.close()
    assert await _count(str(path)) == 3
    before = path.read_bytes()
    ran = run_process("db", "upgrade", str(path))
    assert ran.returncode == 1
    assert b"newer" in ran.stderr
    assert path.read_bytes() == before


async def test_an_older_schema_is_read_as_it_is(tmp_path: Path) -> None:
    """The tables alone, without an index: what the first revision made."""
    from taskview_migrations import upgrade

    path = tmp_path / "older.db"
    await upgrade(parse_database_url(str(path)), lambda step: None)
    with sqlite3.connect(path) as change:
        named = "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        for (name,) in change.execute(named).fetchall():
            change.execute(f'DROP INDEX "{name}"')
        change.execute("UPDATE alembic_version SET version_num = '0001'")
    change.close()
    insert(f"sqlite:///{path}", [StoredTask.numbered(n) for n in range(4)])
    assert await _count(str(path)) == 4
    ran = run_process("db", "status", str(path))
    assert ran.returncode == 0
    assert b"0001" in ran.stdout


@pytest.mark.parametrize("words", [("ls",), ("db", "upgrade"), ("db", "index-text")])
async def test_an_empty_file_of_sessions_is_no_new_database(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    """Such as Claude Code leaves: made into a database, its session could not be written."""
    path = tmp_path / "session.jsonl"
    path.touch()
    result = await asyncio.to_thread(run_process, *words, str(path))
    assert result.returncode == 3
    assert b"session.jsonl is empty: there is nothing in it yet" in result.stderr
    assert path.read_bytes() == b""


_KILLED = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA cache_size = 1")
connection.execute("BEGIN")
connection.execute("UPDATE tasks SET agent_id = 'half', input = ?", ['"' + "x" * 100_000 + '"'])
os.kill(os.getpid(), 9)
"""


async def test_half_of_a_change_is_told_and_left_to_who_may_write(
    folder: Path, tmp_path: Path
) -> None:
    """SQLite undoes it when the file is opened to be written, which a reader must not do."""
    path = tmp_path / "half.db"
    shutil.copy(folder / "my runs.db", path)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    connection.close()
    killed = await asyncio.create_subprocess_exec(sys.executable, "-c", _KILLED, str(path))
    await killed.wait()
    journal = path.with_name("half.db-journal")
    before = (path.read_bytes(), journal.read_bytes())
    result = await asyncio.to_thread(run_process, "count", str(path))
    assert result.returncode == 1
    assert (
        b"half.db holds half of a change, for a program was killed while it wrote" in result.stderr
    )
    assert b"open the file once with `sqlite3 FILE .tables`" in result.stderr
    with pytest.raises(QueryError, match="holds half of a change"):
        await _count(str(path))
    assert before == (path.read_bytes(), journal.read_bytes())
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM tasks").fetchone() == (3,)
    connection.close()
    assert await _count(str(path)) == 3
