"""The first page of a SQLite file by the bare driver: the same as the usual way gives, or none."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from support.first_pages import Made, rows_of_a_page
from support.foreign import execute_sqlite, make_guide_database
from support.many_forms import ID_FORMS, fill
from support.stored import StoredTask, insert
from taskview_core.errors import CannotConnectError, SchemaError
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.persistence.first_page_sqlite import read_first_page
from taskview_core.persistence.late_browser import LateBrowser
from taskview_core.persistence.stored_time import write_time
from taskview_core.persistence.url import parse_database_url
from taskview_core.query.request import PageRequest
from taskview_core.query.sort import Sort
from taskview_core.query.task_filter import EVERYTHING, TaskFilter


def path_of(url: str) -> Path:
    path = parse_database_url(url).path
    assert path is not None
    return path


async def check_the_same(url: str, size: int) -> None:
    browser = DatabaseBrowser(url)
    request = PageRequest(size)
    assert read_first_page(path_of(url), request) == await browser.search_tasks(EVERYTHING, request)
    await browser.close()


@pytest.mark.parametrize("size", [1, 49, 50, 51, 200])
async def test_it_is_the_page_that_the_usual_way_gives(migrated_sqlite_url: str, size: int) -> None:
    insert(migrated_sqlite_url, rows_of_a_page())
    await check_the_same(migrated_sqlite_url, size)


async def test_an_empty_database_has_an_empty_page(migrated_sqlite_url: str) -> None:
    await check_the_same(migrated_sqlite_url, 50)


async def test_conversations_are_found_in_any_form_of_their_ids(migrated_sqlite_url: str) -> None:
    dice = random.Random(3)
    fill(
        migrated_sqlite_url,
        dice,
        conversations=8,
        tasks=120,
        write_id=lambda place, ident: dice.choice(ID_FORMS)(ident),
        write_time=lambda place, at: write_time(at),
    )
    await check_the_same(migrated_sqlite_url, 50)


@pytest.mark.parametrize("loose", [False, True])
def test_other_tables_are_for_the_usual_way(sqlite_url: str, loose: bool) -> None:
    make_guide_database(sqlite_url, {}, loose=loose)
    assert read_first_page(path_of(sqlite_url), PageRequest()) is None, (
        "nothing leads to the newest"
    )


def test_times_that_may_be_missing_are_for_the_usual_way(sqlite_url: str) -> None:
    make_guide_database(sqlite_url, {}, loose=True)
    execute_sqlite(sqlite_url, "CREATE INDEX by_time ON tasks (created_at, id)")
    assert read_first_page(path_of(sqlite_url), PageRequest()) is None


def test_keys_that_cursors_write_otherwise_are_for_the_usual_way(migrated_sqlite_url: str) -> None:
    insert(migrated_sqlite_url, [StoredTask.numbered(n) for n in range(3)])
    execute_sqlite(migrated_sqlite_url, "UPDATE tasks SET created_at = CAST(created_at AS BLOB)")
    assert read_first_page(path_of(migrated_sqlite_url), PageRequest(3)) is not None
    assert read_first_page(path_of(migrated_sqlite_url), PageRequest(2)) is None


async def test_the_rest_is_made_for_the_first_question_that_needs_it(
    migrated_sqlite_url: str,
) -> None:
    insert(migrated_sqlite_url, [StoredTask.numbered(n) for n in range(60)])
    make = Made(migrated_sqlite_url)
    browser = LateBrowser(parse_database_url(migrated_sqlite_url), make)
    await browser.connect()
    first = await browser.search_tasks(EVERYTHING, PageRequest(50))
    assert make.times == 0
    second = await browser.search_tasks(EVERYTHING, PageRequest(50, cursor=first.next))
    assert len({row.id for row in (*first.rows, *second.rows)}) == 60
    assert await browser.search_tasks(EVERYTHING, PageRequest(50)) == first
    assert (await browser.count_tasks(EVERYTHING)).value == 60
    assert make.times == 1
    await browser.close()


@pytest.mark.parametrize(
    ("task_filter", "request_"),
    [
        (TaskFilter.parse("status:failed"), PageRequest()),
        (EVERYTHING, PageRequest(sort=Sort("created", False))),
    ],
)
async def test_other_pages_are_for_the_usual_way(
    migrated_sqlite_url: str, task_filter: TaskFilter, request_: PageRequest
) -> None:
    insert(migrated_sqlite_url, [StoredTask.numbered(n) for n in range(3)])
    make = Made(migrated_sqlite_url)
    browser = LateBrowser(parse_database_url(migrated_sqlite_url), make)
    await browser.connect()
    await browser.search_tasks(task_filter, request_)
    assert make.times == 1
    await browser.close()


async def test_what_is_wrong_is_said_in_the_usual_words(sqlite_url: str, tmp_path: Path) -> None:
    for url, error in ((sqlite_url, SchemaError), (str(tmp_path / "no.db"), CannotConnectError)):
        browser = LateBrowser(parse_database_url(url), Made(url))
        with pytest.raises(error):
            await browser.connect()
        await browser.close()


async def test_closing_what_was_not_needed_makes_nothing(migrated_sqlite_url: str) -> None:
    make = Made(migrated_sqlite_url)
    browser = LateBrowser(parse_database_url(migrated_sqlite_url), make)
    await browser.connect()
    await browser.close()
    assert make.times == 0
