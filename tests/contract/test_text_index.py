"""A text index changes how fast a term is found, and never what."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from support.endless import make_plain_view
from support.engines import long
from support.foreign import execute_sqlite
from support.stored import START, StoredTask, insert_async, number
from taskview_core.entities import TaskRow
from taskview_core.errors import TaskviewError
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.persistence.sql import windows
from taskview_core.persistence.text_index.manage import (
    bring_up_text_index,
    drop_text_index,
    text_index_status,
)
from taskview_core.persistence.text_index.sidecar import covers_at, sidecar_path
from taskview_core.persistence.url import parse_database_url
from taskview_core.query.matching import text_term_matches
from taskview_core.query.page import Page, PageRequest
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


@pytest.fixture
async def browsers(
    migrated_url: str, tmp_path: Path
) -> AsyncIterator[tuple[DatabaseBrowser, DatabaseBrowser]]:
    indexed = DatabaseBrowser(migrated_url, text_indexes=tmp_path)
    scanned = DatabaseBrowser(migrated_url)
    yield indexed, scanned
    await indexed.close()
    await scanned.close()


async def _execute(url: str, statement: str) -> None:
    if url.startswith("sqlite"):
        execute_sqlite(url, statement)
        return
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()


@pytest.mark.parametrize(("seed", "pieces"), [(1, 3), long(1, 10), long(2, 10)])
async def test_indexed_is_scanned_is_plain_python(
    browsers: tuple[DatabaseBrowser, DatabaseBrowser],
    migrated_url: str,
    tmp_path: Path,
    seed: int,
    pieces: int,
) -> None:
    url = parse_database_url(migrated_url)
    rows = _rows(0, 900, seed)
    await insert_async(migrated_url, rows)

    dice = random.Random(seed)

    def piece() -> str:
        word = dice.choice((str.upper, str.lower, str))(dice.choice(PIECES))
        begin = dice.randrange(len(word) - 1)
        return word[begin : begin + dice.randrange(2, 9)]

    async def agree(rows: list[StoredTask]) -> None:
        for term in (*TERMS, *(piece() for _ in range(pieces))):
            expected = _expected(rows, term)
            for browser in browsers:
                assert await _found(browser, term) == expected, term

    await bring_up_text_index(url, tmp_path, lambda progress: None)
    assert (await text_index_status(url, tmp_path)).usable
    await agree(rows)
    # Added, changed with its time, changed without it, and gone.
    added = _rows(900, 30, seed + 100)
    await insert_async(migrated_url, added, ())
    changed = rows[3].id.hex
    silent = rows[4].id.hex
    cast = "" if migrated_url.startswith("sqlite") else "::uuid"
    await _execute(
        migrated_url,
        "UPDATE tasks SET error = 'a timeout, changed', updated_at = '2030-01-01 00:00:00.000000'"
        f" WHERE id = '{changed}'{cast}",
    )
    await _execute(migrated_url, f"DELETE FROM tasks WHERE id = '{rows[5].id.hex}'{cast}")
    rows = [
        replace(row, error="a timeout, changed") if row.id == rows[3].id else row
        for row in [*rows, *added]
        if row.id != rows[5].id
    ]
    await agree(rows)
    await bring_up_text_index(url, tmp_path, lambda progress: None)
    await agree(rows)
    await _execute(migrated_url, f"UPDATE tasks SET error = 'éclair' WHERE id = '{silent}'{cast}")
    rows = [replace(row, error="éclair") if row.id.hex == silent else row for row in rows]
    await agree(rows)
    assert await drop_text_index(url, tmp_path)
    assert not (await text_index_status(url, tmp_path)).present
    assert not await drop_text_index(url, tmp_path)


async def _windows_told(browser: DatabaseBrowser, term: str) -> int:
    told: list[Page[TaskRow]] = []
    await browser.search_tasks(TaskFilter.parse(term), PageRequest(50), heard=told.append)
    return len(told)


async def test_few_rows_are_looked_at_with_an_index_and_all_without(
    browsers: tuple[DatabaseBrowser, DatabaseBrowser],
    migrated_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(windows, "FIRST_ROWS", 20)
    monkeypatch.setattr(windows, "PEEK_ROWS", 20)
    monkeypatch.setattr(windows, "SECOND_ROWS", 20)
    monkeypatch.setattr(windows, "MOST_ROWS", 20)
    url = parse_database_url(migrated_url)
    rows = _rows(0, 300, 7)
    rows[10] = replace(rows[10], error="the needle")
    await insert_async(migrated_url, rows)
    await bring_up_text_index(url, tmp_path, lambda progress: None)
    indexed, scanned = browsers
    for term in ("needle", "absent"):
        assert await _windows_told(indexed, term) <= 3
        if migrated_url.startswith("sqlite"):
            assert await _windows_told(scanned, term) == 15
    # What came later is found among few rows too.
    await insert_async(migrated_url, _rows(300, 3, 8), ())
    assert await _windows_told(indexed, "needle") <= 3
    assert (await indexed.count_tasks(TaskFilter.parse("needle"))).value == 1


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
