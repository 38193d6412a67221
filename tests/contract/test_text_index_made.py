"""A text index is made, brought up to date, and used for no more than what it covers."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import replace
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit, urlunsplit

import pytest

from support.endless import make_plain_view
from support.foreign import execute_sqlite
from support.indexed import execute, found_by, rows_with_words
from support.stored import insert_async
from taskview_core.errors import LockedError, TaskviewError
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.persistence.database_url import DatabaseUrl
from taskview_core.persistence.text_index import sqlite_build
from taskview_core.persistence.text_index.file_state import FileState, state_of
from taskview_core.persistence.text_index.manage import (
    bring_up_text_index,
    text_index_status,
)
from taskview_core.persistence.text_index.sidecar import covers_at, sidecar_path
from taskview_core.persistence.url import parse_database_url


async def test_without_the_extension_it_says_so_and_searches_go_on(
    migrated_postgres_url: str, tmp_path: Path
) -> None:
    await insert_async(
        migrated_postgres_url, [replace(rows_with_words(0, 1, 9)[0], error="the needle")]
    )
    for statement in (
        "DO $$ BEGIN CREATE ROLE plain LOGIN PASSWORD 'plain';"
        " EXCEPTION WHEN duplicate_object THEN END $$",
        "ALTER TABLE tasks OWNER TO plain",
        "ALTER TABLE conversations OWNER TO plain",
    ):
        await execute(migrated_postgres_url, statement)
    parts = urlsplit(migrated_postgres_url)
    plain = urlunsplit(parts._replace(netloc="plain:plain@" + parts.netloc.rpartition("@")[2]))
    with pytest.raises(TaskviewError, match="pg_trgm is not to be had"):
        await bring_up_text_index(parse_database_url(plain), tmp_path, lambda progress: None)
    assert not (await text_index_status(parse_database_url(plain), tmp_path)).present
    browser = DatabaseBrowser(plain)
    assert len(await found_by(browser, "needle")) == 1
    await browser.close()


async def test_rows_without_numbers_have_no_index(migrated_url: str, tmp_path: Path) -> None:
    await insert_async(migrated_url, rows_with_words(0, 3, 10))
    await make_plain_view(migrated_url)
    with pytest.raises(TaskviewError, match=r"rows can be indexed|plain table only"):
        await bring_up_text_index(parse_database_url(migrated_url), tmp_path, lambda p: None)


async def test_another_database_in_the_place_is_noticed(
    migrated_sqlite_url: str, tmp_path: Path
) -> None:
    url = parse_database_url(migrated_sqlite_url)
    await insert_async(migrated_sqlite_url, rows_with_words(0, 700, 4))
    await bring_up_text_index(url, tmp_path, lambda progress: None)
    execute_sqlite(migrated_sqlite_url, "DELETE FROM tasks")
    others = rows_with_words(5_000, 800, 5)
    others[2] = replace(others[2], error="the needle")
    await insert_async(migrated_sqlite_url, others, ())
    browser = DatabaseBrowser(migrated_sqlite_url, text_indexes=tmp_path)
    assert await found_by(browser, "needle") == {others[2].id}
    await browser.close()


async def test_an_index_that_was_not_finished_is_not_used_and_goes_on(
    migrated_sqlite_url: str, tmp_path: Path
) -> None:
    url = parse_database_url(migrated_sqlite_url)
    rows = rows_with_words(0, 800, 6)
    rows[2] = replace(rows[2], error="the needle")
    await insert_async(migrated_sqlite_url, rows)
    await bring_up_text_index(url, tmp_path, lambda progress: None)
    assert url.path is not None
    sidecar = sidecar_path(tmp_path, url.path)
    # As a run that was killed leaves it: some rows, and no word of being whole.
    broken = sqlite3.connect(sidecar, isolation_level=None)
    broken.execute("DELETE FROM facts WHERE name = 'complete'")
    broken.execute("DELETE FROM rows WHERE task < 400")
    broken.close()
    assert covers_at(sidecar) is None
    assert not (await text_index_status(url, tmp_path)).usable
    browser = DatabaseBrowser(migrated_sqlite_url, text_indexes=tmp_path)
    assert await found_by(browser, "needle") == {rows[2].id}
    report = await bring_up_text_index(url, tmp_path, lambda progress: None)
    assert report.written is not None
    assert 0 < report.written < 800
    assert await found_by(browser, "needle") == {rows[2].id}
    await browser.close()


async def test_of_two_that_bring_an_index_up_to_date_the_last_one_does(
    migrated_sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the first could write what it had read before over what the last one has mended."""
    monkeypatch.setattr(sqlite_build, "BATCH_ROWS", 100)
    rows = rows_with_words(0, 800, 6)
    await insert_async(migrated_sqlite_url, rows)
    database = parse_database_url(migrated_sqlite_url)
    assert database.path is not None
    sidecar = sidecar_path(tmp_path, database.path)

    def another(_rows: int, _share: float | None) -> None:
        if covers_at(sidecar) is None:
            execute_sqlite(migrated_sqlite_url, "UPDATE tasks SET error = 'a needle'")
            sqlite_build.build(database, sidecar, lambda rows, share: None, Event())

    with pytest.raises(LockedError, match="another taskview"):
        sqlite_build.build(database, sidecar, another, Event())
    assert (await text_index_status(database, tmp_path)).usable
    browser = DatabaseBrowser(migrated_sqlite_url, text_indexes=tmp_path)
    assert await found_by(browser, "needle") == {row.id for row in rows}
    await browser.close()


async def test_what_is_seen_only_while_it_is_read_is_not_taken_for_covered(
    migrated_sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A log may hold a change for as long as the disk takes, before anybody sees it."""

    def of_what_comes(database: DatabaseUrl) -> FileState:
        execute_sqlite(migrated_sqlite_url, "UPDATE tasks SET error = 'a needle'")
        return state_of(database)

    await insert_async(migrated_sqlite_url, rows_with_words(0, 5, 6))
    monkeypatch.setattr(sqlite_build, "settled_state", of_what_comes)
    url = parse_database_url(migrated_sqlite_url)
    report = await bring_up_text_index(url, tmp_path, lambda progress: None)
    assert "is being written to" in report.notes[0]
    assert "has changed since" in (await text_index_status(url, tmp_path)).covers


@pytest.mark.parametrize("by_whom", ["all", "log passed over"])
async def test_who_passes_over_a_log_has_an_index_of_what_they_read(
    migrated_sqlite_url: str, tmp_path: Path, by_whom: str
) -> None:
    rows = rows_with_words(0, 1_000, 6)
    rows[1] = replace(rows[1], error="the needle")
    await insert_async(migrated_sqlite_url, rows)
    path = migrated_sqlite_url.removeprefix("sqlite:///")
    writer = sqlite3.connect(path)
    writer.execute("PRAGMA journal_mode = WAL")
    writer.execute("UPDATE tasks SET error = 'another needle' WHERE rowid = 3")
    writer.execute("UPDATE tasks SET error = 'none' WHERE rowid = 2")
    writer.commit()
    urls = {"all": migrated_sqlite_url, "log passed over": f"file:{path}?immutable=1"}
    place = parse_database_url(urls[by_whom])
    await bring_up_text_index(place, tmp_path, lambda progress: None)
    assert "all of the file as it is" in (await text_index_status(place, tmp_path)).covers
    for reader, row in zip(urls.values(), (rows[2], rows[1]), strict=True):
        browser = DatabaseBrowser(reader, text_indexes=tmp_path)
        assert await found_by(browser, "needle") == {row.id}
        await browser.close()
    writer.close()


def test_a_log_is_waited_for_longer_than_a_file() -> None:
    half_a_second_ago = time.time_ns() - 5 * 10**8
    assert FileState((half_a_second_ago + 1,)).settled()
    assert not FileState((1,), log_time=half_a_second_ago).settled()
    assert FileState((1,), log_time=half_a_second_ago - 10**10).settled()
