"""A text index changes how fast a term is found, and never what."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import pytest

from support.engines import long
from support.foreign import execute_sqlite
from support.indexed import PIECES, ROWS, TERMS, execute, found_by, rows_with_words
from support.stored import StoredTask, insert_async
from taskview_core.entities import TaskRow
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.persistence.sql import windows
from taskview_core.persistence.text_index.manage import (
    bring_up_text_index,
    drop_text_index,
    text_index_status,
)
from taskview_core.persistence.text_index.postgres_lookup import INDEX
from taskview_core.persistence.url import parse_database_url
from taskview_core.query.matching import text_term_matches
from taskview_core.query.page import Page
from taskview_core.query.request import Cursor, PageRequest, Place
from taskview_core.query.sort import TASK_SORT_KEYS, Sort
from taskview_core.query.task_filter import TaskFilter
from taskview_core.query.terms import TextTerm


def _expected(rows: list[StoredTask], term: str) -> set[object]:
    wanted = TextTerm(term)
    return {row.id for row in rows if text_term_matches(wanted, row.input, row.output, row.error)}


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


async def _change(url: str, task: UUID, **columns: object) -> None:
    """Change a row as another program does: only the columns that are named."""
    values = ", ".join(f"{name} = '{value}'" for name, value in columns.items())
    await execute(url, f"UPDATE tasks SET {values} WHERE id = '{_stored(url, task)}'")


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
            await execute(self.url, f"DELETE FROM tasks WHERE id = '{_stored(self.url, row.id)}'")
        if kind in ("added", "in its place"):
            self.rows.append(replace(rows_with_words(self._number, 1, self._number)[0], error=text))
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
    await insert_async(migrated_url, rows_with_words(0, ROWS, seed))
    writer = _Writer(migrated_url, rows_with_words(0, ROWS, seed), dice)

    def piece() -> str:
        word = dice.choice((str.upper, str.lower, str))(dice.choice(PIECES))
        begin = dice.randrange(len(word) - 1)
        return word[begin : begin + dice.randrange(2, 9)]

    async def agree(*terms: str) -> None:
        for term in (*terms, piece()):
            expected = _expected(writer.rows, term)
            for browser in browsers:
                assert await found_by(browser, term) == expected, term
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
    await insert_async(migrated_sqlite_url, rows_with_words(0, ROWS, 5))
    await bring_up_text_index(
        parse_database_url(migrated_sqlite_url), tmp_path, lambda progress: None
    )
    writer = _Writer(migrated_sqlite_url, rows_with_words(0, ROWS, 5), random.Random(5))
    for text in [await writer.change(each) for each in (kind, beside, kind)]:
        for browser in sqlite_browsers:
            assert await found_by(browser, text) == _expected(writer.rows, text)


@pytest.mark.usefixtures("small_windows")
async def test_postgres_is_asked_by_its_index(migrated_postgres_url: str, tmp_path: Path) -> None:
    """Of a small table it would rather read all rows, and no test would look at the index."""
    url = parse_database_url(migrated_postgres_url)
    rows = rows_with_words(0, ROWS, 6)
    await insert_async(migrated_postgres_url, rows)
    await bring_up_text_index(url, tmp_path, lambda progress: None)
    await _only_by_indexes(migrated_postgres_url)
    browser = DatabaseBrowser(migrated_postgres_url, text_indexes=tmp_path)
    for term in TERMS:
        assert await found_by(browser, term) == _expected(rows, term), term
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
    await execute(url, f'ALTER DATABASE "{name}" SET enable_seqscan = off')


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
    rows = rows_with_words(0, 300, 7)
    rows[10] = replace(rows[10], error="the needle")
    await insert_async(migrated_url, rows)
    await bring_up_text_index(url, tmp_path, lambda progress: None)
    indexed, scanned = browsers
    for term in ("needle", "absent"):
        assert len(await _told(indexed, term)) <= 3
        if migrated_url.startswith("sqlite"):
            assert len(await _told(scanned, term)) == 15
    # Of a file that was written to all rows are looked at, after what the index knows.
    await insert_async(migrated_url, rows_with_words(300, 3, 8), ())
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
    rows = rows_with_words(0, ROWS, 9)
    for at in range(100, 1_200, 100):
        rows[at] = replace(rows[at], error="the needle")
    await insert_async(migrated_sqlite_url, rows)
    await bring_up_text_index(
        parse_database_url(migrated_sqlite_url), tmp_path, lambda progress: None
    )
    await _change(migrated_sqlite_url, rows[300].id, error="no more")
    await _change(migrated_sqlite_url, rows[650].id, error="a needle that no index knows")
    if sort == "duration":  # where no index leads to the order either
        execute_sqlite(migrated_sqlite_url, "DROP INDEX ix_tasks_duration")
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
        assert each.partial.in_order or sort == "duration"
        if not each.partial.in_order:
            earlier = told.index(each) < told.index(first)
            assert earlier or len(ids) >= len(first.rows), "what the index knows stays"
        elif page.request.reads_backward:
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
    left = {row.id for row in rest.rows}
    if not last.partial.in_order:
        # Only what was found in a part of the list that is over is not met again.
        assert set(found) - left <= {row.id for row in last.rows}
        return
    hits = len(last.rows) - last.partial.hinted
    assert left == set(found[: len(found) - hits] if request.reads_backward else found[hits:])
