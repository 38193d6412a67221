"""What looking at another user's SQLite file leaves beside it: nothing that keeps them out."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.databases import migrate, run
from support.postgres_programs import Runner, make_shared_folder
from support.stored import StoredTask, insert
from support.users import GROUP, give, is_root, owner_writing, viewing
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.persistence.late_browser import LateBrowser
from taskview_core.persistence.text_index.manage import bring_up_text_index
from taskview_core.persistence.url import parse_database_url
from taskview_core.query.request import PageRequest
from taskview_core.query.task_filter import EVERYTHING

_ONE_LESS = "DELETE FROM tasks WHERE id = (SELECT min(id) FROM tasks)"


@pytest.fixture(scope="module", autouse=True)
def everything_imported(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Python itself may be where the viewer cannot read: what is imported late is so here."""
    path = tmp_path_factory.mktemp("first") / "own.db"
    migrate(f"sqlite:///{path}")
    insert(f"sqlite:///{path}", [StoredTask.numbered(1)])

    async def use() -> None:
        assert await _look(str(path)) == 1
        url = parse_database_url(str(path))
        await bring_up_text_index(url, path.parent, lambda progress: None)

    run(use())


@pytest.fixture
def theirs() -> Iterator[Path]:
    """A file in WAL mode at rest, with three tasks, in a folder where everybody may write."""
    folder = make_shared_folder(Runner.for_this_process(), "taskview-owners-")
    folder.chmod(0o777)
    path = folder / "x.db"
    migrate(f"sqlite:///{path}")
    insert(f"sqlite:///{path}", [StoredTask.numbered(n) for n in range(3)])
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    give(path, 0o644)
    yield path
    shutil.rmtree(folder)


async def _look(text: str) -> int:
    """Count as the commands do, and read the first page as the browser does."""
    url = parse_database_url(text)
    browser, late = DatabaseBrowser(url), LateBrowser(url, lambda opened: DatabaseBrowser(url))
    try:
        await late.connect()
        shown = len((await late.search_tasks(EVERYTHING, PageRequest())).rows)
        assert shown == (await browser.count_tasks(EVERYTHING)).value
    finally:
        await browser.close()
        await late.close()
    return shown


def _beside(path: Path) -> set[str]:
    return {each.name for each in path.parent.iterdir()}


async def test_looking_at_anothers_file_keeps_them_from_nothing(theirs: Path) -> None:
    with viewing():
        (notice,) = parse_database_url(str(theirs)).notices
        assert await _look(str(theirs)) == 3
    assert "read as it lies" in notice
    assert "another user's" in notice
    assert _beside(theirs) == {"x.db"}
    with owner_writing(theirs, _ONE_LESS):
        pass


async def test_indexing_its_text_leaves_nothing_either(theirs: Path) -> None:
    cache = theirs.parent / "cache"
    cache.mkdir()
    cache.chmod(0o777)
    with viewing():
        url = parse_database_url(str(theirs))
        report = await bring_up_text_index(url, cache, lambda progress: None)
    assert report.rows == 3
    assert _beside(theirs) == {"x.db", "cache"}


async def test_what_its_owner_changes_meanwhile_is_seen(theirs: Path) -> None:
    """By who has read it as it lies: while it is open elsewhere, and after it was closed."""
    with viewing():
        browser = DatabaseBrowser(str(theirs))
        assert (await browser.count_tasks(EVERYTHING)).value == 3
    with owner_writing(theirs, _ONE_LESS), viewing():
        assert "x.db-shm" in _beside(theirs)
        assert parse_database_url(str(theirs)).notices == ()
        assert (await browser.count_tasks(EVERYTHING)).value == 2
        # What has been asked for is let go as its owner does so: SQLite tidies up behind the last.
        await browser.close()
    with viewing():
        browser = DatabaseBrowser(str(theirs))
        assert (await browser.count_tasks(EVERYTHING)).value == 2
    with owner_writing(theirs, _ONE_LESS):
        pass
    assert _beside(theirs) == {"x.db"}
    with viewing():
        assert (await browser.count_tasks(EVERYTHING)).value == 1
        await browser.close()


async def test_a_file_of_a_group_is_shared_with_it(theirs: Path) -> None:
    """What is made beside it is the group's to write, and so its owner's."""
    give(theirs, 0o664, GROUP)
    group = GROUP if is_root() else theirs.stat().st_gid
    with viewing(group):
        assert parse_database_url(str(theirs)).notices == ()
        assert await _look(str(theirs)) == 3
    with owner_writing(theirs, _ONE_LESS, GROUP):
        pass


async def test_one_that_everybody_may_write_is_shared(theirs: Path) -> None:
    give(theirs, 0o666)
    with viewing():
        assert parse_database_url(str(theirs)).notices == ()
        assert await _look(str(theirs)) == 3
    with owner_writing(theirs, _ONE_LESS):
        pass


async def test_what_root_makes_is_its_owners(theirs: Path) -> None:
    """SQLite gives it to them. Who is not root tries it as the owner, to whom all is open too."""
    assert parse_database_url(str(theirs)).notices == ()
    assert await _look(str(theirs)) == 3
    owner = theirs.stat().st_uid
    assert {each.stat().st_uid for each in theirs.parent.iterdir()} == {owner}
    with owner_writing(theirs, _ONE_LESS):
        pass


async def test_who_promises_that_nobody_writes_leaves_nothing(theirs: Path) -> None:
    """The first page too, which is read in another way than the rest."""
    assert await _look(f"file:{theirs}?immutable=1") == 3
    assert _beside(theirs) == {"x.db"}
    url = parse_database_url(f"file:{theirs}?immutable=1")
    cache = theirs.parent / "cache"
    await bring_up_text_index(url, cache, lambda progress: None)
    assert _beside(theirs) == {"x.db", "cache"}
