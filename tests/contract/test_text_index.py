"""A text index changes how fast a term is found, and never what."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import asyncpg
import pytest

from support.endless import make_plain_view
from support.engines import long
from support.foreign import execute_sqlite
from support.stored import START, StoredTask, insert_async, number
from taskview_core.entities import TaskRow
from taskview_core.errors import LockedError, TaskviewError
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.persistence.sql import windows
from taskview_core.persistence.text_index import sqlite_build
from taskview_core.persistence.text_index.file_state import FileState, state_of
from taskview_core.persistence.text_index.manage import (
    bring_up_text_index,
    drop_text_index,
    text_index_status,
)
from taskview_core.persistence.text_index.postgres_lookup import INDEX
from taskview_core.persistence.text_index.sidecar import covers_at, sidecar_path
from taskview_core.persistence.url import DatabaseUrl, parse_database_url
from taskview_core.query.matching import text_term_matches
from taskview_core.query.page import Cursor, Page, PageRequest, Place
from taskview_core.query.sort import TASK_SORT_KEYS, Sort
from taskview_core.query.task_filter import TaskFilter
from taskview_core.query.terms import TextTerm

WORDS = (
    "timeout",
    "Überprüfung",
    "e\u0301clair",
    "漢字漢字",
    'a"b\\c',
    "100%_x",
    "K\u212aelvin",
    "ab",
)
INPUTS = (
    "{}",
    '{"a": "\\u0074imeout \\u212aelvin"}',
    '{"a": "timeout"}',
    '{"a": "\\u00dcberpr\\u00fcfung"}',
    '["ab"]',
)
PIECES = (*WORDS, *INPUTS, "Straße", "ﬁn", "İstanbul", "a\tb", "\U0001f600 ok")
ROWS = 1_300
TERMS = ("timeout", "überprüfung", "éclair", "漢字漢", '"b\\', "%_x", "kkelvin", "ab", "absent")


def _rows(first: int, count: int, seed: int) -> list[StoredTask]:
    dice = random.Random(seed)
    return [
        StoredTask(
            id=number(first + n),
            input=dice.choice(INPUTS),
            output=None if n % 3 else '["100%_x", "a\\"b\\\\c"]',
            error=dice.choice((None, *PIECES)) if n % 5 == 0 else None,
            status=dice.choice(("completed", "failed", "running")),
            created_at=START + timedelta(seconds=first + n),
            updated_at=START + timedelta(seconds=first + n),
        )
        for n in range(count)
    ]


def _expected(rows: list[StoredTask], term: str) -> set[object]:
    wanted = TextTerm(term)
    return {row.id for row in rows if text_term_matches(wanted, row.input, row.output, row.error)}


async def _found(browser: DatabaseBrowser, term: str) -> set[object]:
    page = await browser.search_tasks(TaskFilter((TextTerm(term),)), PageRequest(5_000))
    assert page.partial is None
    return {row.id for row in page.rows}


Browsers = tuple[DatabaseBrowser, DatabaseBrowser]


@asynccontextmanager
async def _both(url: str, folder: Path) -> AsyncIterator[Browsers]:
    """Give a browser that looks for an index and one that does not."""
    both = DatabaseBrowser(url, text_indexes=folder), DatabaseBrowser(url)
    yield both
    for each in both:
        await each.close()


@pytest.fixture
async def browsers(migrated_url: str, tmp_path: Path) -> AsyncIterator[Browsers]:
    if not migrated_url.startswith("sqlite"):
        await _only_by_indexes(migrated_url)
    async with _both(migrated_url, tmp_path) as both:
        yield both


@pytest.fixture
async def sqlite_browsers(migrated_sqlite_url: str, tmp_path: Path) -> AsyncIterator[Browsers]:
    async with _both(migrated_sqlite_url, tmp_path) as both:
        yield both


@pytest.fixture
def small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a search meet the index after a few rows: else these are all looked at before."""
    monkeypatch.setattr(windows, "FIRST_ROWS", 20)
    monkeypatch.setattr(windows, "PEEK_ROWS", 20)


async def _execute(url: str, statement: str) -> None:
    if url.startswith("sqlite"):
        execute_sqlite(url, statement)
        return
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()


async def _change(url: str, task: UUID, **columns: object) -> None:
    """Change a row as another program does: only the columns that are named."""
    values = ", ".join(f"{name} = '{value}'" for name, value in columns.items())
    await _execute(url, f"UPDATE tasks SET {values} WHERE id = '{_stored(url, task)}'")


def _stored(url: str, task: UUID) -> str:
    return task.hex if url.startswith("sqlite") else str(task)


OLD = "2020-01-01 00:00:00.000000"
NEW = "2030-01-01 00:00:00.000000"
CHANGES = ("silent", "old stamp", "new stamp", "finished", "gone", "added", "in its place")


class _Writer:
    """Another program, which writes whatever it likes; `rows` is what there has to be then."""

    def __init__(self, url: str, rows: list[StoredTask], dice: random.Random) -> None:
        self.url, self.rows, self._dice = url, list(rows), dice
        self._number = len(rows)

    async def change(self, kind: str) -> str:
        """Make a change of a kind; give a text that no other row has and one that now has, if any.

        A row that is gone is the newest, whose number SQLite gives to the next.
        """
        self._number += 1
        text = f"planted {self._number}"
        at = self._dice.randrange(len(self.rows))
        if kind in ("gone", "in its place"):
            row = self.rows.pop()
            await _execute(self.url, f"DELETE FROM tasks WHERE id = '{_stored(self.url, row.id)}'")
        if kind in ("added", "in its place"):
            self.rows.append(replace(_rows(self._number, 1, self._number)[0], error=text))
            await insert_async(self.url, self.rows[-1:], ())
        if kind in ("silent", "old stamp", "new stamp", "finished"):
            also: dict[str, object] = {
                "old stamp": {"updated_at": OLD},
                "new stamp": {"updated_at": NEW},
                "finished": {"updated_at": NEW, "status": "completed"},
            }.get(kind, {})
            await _change(self.url, self.rows[at].id, error=text, **also)
            self.rows[at] = replace(self.rows[at], error=text)
        return text


@pytest.mark.usefixtures("small_windows")
@pytest.mark.parametrize(("seed", "rounds"), [(1, 2), long(1, 5), long(2, 5), long(3, 5)])
async def test_indexed_is_scanned_is_plain_python(
    browsers: Browsers,
    migrated_url: str,
    tmp_path: Path,
    seed: int,
    rounds: int,
) -> None:
    """Whatever was written since, by whomever: between the rounds the index may stay as it is."""
    url = parse_database_url(migrated_url)
    dice = random.Random(seed)
    await insert_async(migrated_url, _rows(0, ROWS, seed))
    writer = _Writer(migrated_url, _rows(0, ROWS, seed), dice)

    def piece() -> str:
        word = dice.choice((str.upper, str.lower, str))(dice.choice(PIECES))
        begin = dice.randrange(len(word) - 1)
        return word[begin : begin + dice.randrange(2, 9)]

    async def agree(*terms: str) -> None:
        for term in (*terms, piece()):
            expected = _expected(writer.rows, term)
            for browser in browsers:
                assert await _found(browser, term) == expected, term
                count = await browser.count_tasks(TaskFilter((TextTerm(term),)))
                assert count.value == len(expected), term

    await bring_up_text_index(url, tmp_path, lambda progress: None)
    assert (await text_index_status(url, tmp_path)).usable
    await agree(*TERMS)
    for _ in range(rounds):
        kinds = dice.choices(CHANGES, k=dice.randrange(1, 6))
        planted = [await writer.change(kind) for kind in kinds]
        await agree(*planted)
        if dice.random() < 0.5:
            await bring_up_text_index(url, tmp_path, lambda progress: None)
            await agree(*planted)
    assert await drop_text_index(url, tmp_path)
    assert not (await text_index_status(url, tmp_path)).present
    assert not await drop_text_index(url, tmp_path)
    await agree()


@pytest.mark.usefixtures("small_windows")
@pytest.mark.parametrize("kind", CHANGES)
@pytest.mark.parametrize("beside", ["new stamp", "added"])
async def test_no_change_hides_behind_another(
    sqlite_browsers: Browsers,
    migrated_sqlite_url: str,
    tmp_path: Path,
    kind: str,
    beside: str,
) -> None:
    await insert_async(migrated_sqlite_url, _rows(0, ROWS, 5))
    await bring_up_text_index(
        parse_database_url(migrated_sqlite_url), tmp_path, lambda progress: None
    )
    writer = _Writer(migrated_sqlite_url, _rows(0, ROWS, 5), random.Random(5))
    for text in [await writer.change(each) for each in (kind, beside, kind)]:
        for browser in sqlite_browsers:
            assert await _found(browser, text) == _expected(writer.rows, text)


@pytest.mark.usefixtures("small_windows")
async def test_postgres_is_asked_by_its_index(migrated_postgres_url: str, tmp_path: Path) -> None:
    """Of a small table it would rather read all rows, and no test would look at the index."""
    url = parse_database_url(migrated_postgres_url)
    rows = _rows(0, ROWS, 6)
    await insert_async(migrated_postgres_url, rows)
    await bring_up_text_index(url, tmp_path, lambda progress: None)
    await _only_by_indexes(migrated_postgres_url)
    browser = DatabaseBrowser(migrated_postgres_url, text_indexes=tmp_path)
    for term in TERMS:
        assert await _found(browser, term) == _expected(rows, term), term
    await browser.close()  # With it the server hears what its connections have done.
    asked = 0
    async with asyncio.timeout(20):
        while not asked:
            await asyncio.sleep(0.05)
            connection = await asyncpg.connect(migrated_postgres_url)
            asked = await connection.fetchval(
                f"SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = '{INDEX}'"
            )
            await connection.close()


async def _only_by_indexes(url: str) -> None:
    """Have those who connect from now on read no table from its beginning to its end."""
    name = urlsplit(url).path.removeprefix("/")
    await _execute(url, f'ALTER DATABASE "{name}" SET enable_seqscan = off')


async def _told(browser: DatabaseBrowser, term: str) -> list[Page[TaskRow]]:
    told: list[Page[TaskRow]] = []
    await browser.search_tasks(TaskFilter.parse(term), PageRequest(50), heard=told.append)
    return told


@pytest.mark.usefixtures("small_windows")
async def test_few_rows_are_looked_at_with_an_index_and_all_without(
    browsers: Browsers,
    migrated_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(windows, "SECOND_ROWS", 20)
    monkeypatch.setattr(windows, "MOST_ROWS", 20)
    url = parse_database_url(migrated_url)
    rows = _rows(0, 300, 7)
    rows[10] = replace(rows[10], error="the needle")
    await insert_async(migrated_url, rows)
    await bring_up_text_index(url, tmp_path, lambda progress: None)
    indexed, scanned = browsers
    for term in ("needle", "absent"):
        assert len(await _told(indexed, term)) <= 3
        if migrated_url.startswith("sqlite"):
            assert len(await _told(scanned, term)) == 15
    # Of a file that was written to all rows are looked at, after what the index knows.
    await insert_async(migrated_url, _rows(300, 3, 8), ())
    told = await _told(indexed, "needle")
    if migrated_url.startswith("sqlite"):
        assert len(told) == 16
        assert told[1].rows
        await bring_up_text_index(url, tmp_path, lambda progress: None)
    assert len(await _told(indexed, "needle")) <= 3
    assert (await indexed.count_tasks(TaskFilter.parse("needle"))).value == 1


@pytest.mark.usefixtures("small_windows")
@pytest.mark.parametrize("sort", ["-created", "created", "-updated", "duration"])
@pytest.mark.parametrize("place", [Place.FIRST, Place.LAST])
async def test_what_an_older_index_knows_is_shown_at_once(
    sqlite_browsers: Browsers,
    migrated_sqlite_url: str,
    tmp_path: Path,
    sort: str,
    place: Place,
) -> None:
    rows = _rows(0, ROWS, 9)
    for at in range(100, 1_200, 100):
        rows[at] = replace(rows[at], error="the needle")
    await insert_async(migrated_sqlite_url, rows)
    await bring_up_text_index(
        parse_database_url(migrated_sqlite_url), tmp_path, lambda progress: None
    )
    await _change(migrated_sqlite_url, rows[300].id, error="no more")
    await _change(migrated_sqlite_url, rows[650].id, error="a needle that no index knows")
    order = Sort.parse(sort, TASK_SORT_KEYS)
    request = PageRequest(20, order, Cursor(place, order))
    told: list[Page[TaskRow]] = []
    page = await sqlite_browsers[0].search_tasks(
        TaskFilter.parse("needle"), request, heard=told.append
    )
    found = [row.id for row in page.rows]
    assert page.partial is None
    assert set(found) == {rows[at].id for at in (100, 200, *range(400, 1_200, 100), 650)}
    first = next(each for each in told if each.rows)
    assert first.partial is not None
    assert first.partial.hinted == len(first.rows)
    assert [row.id for row in first.rows] == [each for each in found if each != rows[650].id]
    for each in told:
        # What the search itself has found comes into its place, and the cursors go by it alone.
        assert each.partial is not None
        searched = len(each.rows) - each.partial.hinted
        ids = [row.id for row in each.rows]
        assert ids == [every for every in found if every in ids]
        if page.request.reads_backward:
            assert ids[len(ids) - searched :] == found[len(found) - searched :]
        else:
            assert ids[:searched] == found[:searched]
    last = told[-1]
    on = last.previous if request.reads_backward else last.next
    assert on is not None
    rest = await sqlite_browsers[0].search_tasks(
        TaskFilter.parse("needle"), PageRequest(20, order, on)
    )
    assert last.partial is not None
    hits = len(last.rows) - last.partial.hinted
    assert {row.id for row in rest.rows} == set(
        found[: len(found) - hits] if request.reads_backward else found[hits:]
    )


async def test_without_the_extension_it_says_so_and_searches_go_on(
    migrated_postgres_url: str, tmp_path: Path
) -> None:
    await insert_async(migrated_postgres_url, [replace(_rows(0, 1, 9)[0], error="the needle")])
    for statement in (
        "DO $$ BEGIN CREATE ROLE plain LOGIN PASSWORD 'plain';"
        " EXCEPTION WHEN duplicate_object THEN END $$",
        "ALTER TABLE tasks OWNER TO plain",
        "ALTER TABLE conversations OWNER TO plain",
    ):
        await _execute(migrated_postgres_url, statement)
    parts = urlsplit(migrated_postgres_url)
    plain = urlunsplit(parts._replace(netloc="plain:plain@" + parts.netloc.rpartition("@")[2]))
    with pytest.raises(TaskviewError, match="pg_trgm is not to be had"):
        await bring_up_text_index(parse_database_url(plain), tmp_path, lambda progress: None)
    assert not (await text_index_status(parse_database_url(plain), tmp_path)).present
    browser = DatabaseBrowser(plain)
    assert len(await _found(browser, "needle")) == 1
    await browser.close()


async def test_rows_without_numbers_have_no_index(migrated_url: str, tmp_path: Path) -> None:
    await insert_async(migrated_url, _rows(0, 3, 10))
    await make_plain_view(migrated_url)
    with pytest.raises(TaskviewError, match=r"rows can be indexed|plain table only"):
        await bring_up_text_index(parse_database_url(migrated_url), tmp_path, lambda p: None)


async def test_another_database_in_the_place_is_noticed(
    migrated_sqlite_url: str, tmp_path: Path
) -> None:
    url = parse_database_url(migrated_sqlite_url)
    await insert_async(migrated_sqlite_url, _rows(0, 700, 4))
    await bring_up_text_index(url, tmp_path, lambda progress: None)
    execute_sqlite(migrated_sqlite_url, "DELETE FROM tasks")
    others = _rows(5_000, 800, 5)
    others[2] = replace(others[2], error="the needle")
    await insert_async(migrated_sqlite_url, others, ())
    browser = DatabaseBrowser(migrated_sqlite_url, text_indexes=tmp_path)
    assert await _found(browser, "needle") == {others[2].id}
    await browser.close()


async def test_an_index_that_was_not_finished_is_not_used_and_goes_on(
    migrated_sqlite_url: str, tmp_path: Path
) -> None:
    url = parse_database_url(migrated_sqlite_url)
    rows = _rows(0, 800, 6)
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
    assert await _found(browser, "needle") == {rows[2].id}
    report = await bring_up_text_index(url, tmp_path, lambda progress: None)
    assert report.written is not None
    assert 0 < report.written < 800
    assert await _found(browser, "needle") == {rows[2].id}
    await browser.close()


async def test_of_two_that_bring_an_index_up_to_date_the_last_one_does(
    migrated_sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the first could write what it had read before over what the last one has mended."""
    monkeypatch.setattr(sqlite_build, "BATCH_ROWS", 100)
    rows = _rows(0, 800, 6)
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
    assert await _found(browser, "needle") == {row.id for row in rows}
    await browser.close()


async def test_what_is_seen_only_while_it_is_read_is_not_taken_for_covered(
    migrated_sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A log may hold a change for as long as the disk takes, before anybody sees it."""

    def of_what_comes(database: DatabaseUrl) -> FileState:
        execute_sqlite(migrated_sqlite_url, "UPDATE tasks SET error = 'a needle'")
        return state_of(database)

    await insert_async(migrated_sqlite_url, _rows(0, 5, 6))
    monkeypatch.setattr(sqlite_build, "settled_state", of_what_comes)
    url = parse_database_url(migrated_sqlite_url)
    report = await bring_up_text_index(url, tmp_path, lambda progress: None)
    assert "is being written to" in report.notes[0]
    assert "has changed since" in (await text_index_status(url, tmp_path)).covers


@pytest.mark.parametrize("by_whom", ["all", "log passed over"])
async def test_who_passes_over_a_log_has_an_index_of_what_they_read(
    migrated_sqlite_url: str, tmp_path: Path, by_whom: str
) -> None:
    rows = _rows(0, 1_000, 6)
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
        assert await _found(browser, "needle") == {row.id}
        await browser.close()
    writer.close()


def test_a_log_is_waited_for_longer_than_a_file() -> None:
    half_a_second_ago = time.time_ns() - 5 * 10**8
    assert FileState((half_a_second_ago + 1,)).settled()
    assert not FileState((1,), log_time=half_a_second_ago).settled()
    assert FileState((1,), log_time=half_a_second_ago - 10**10).settled()
