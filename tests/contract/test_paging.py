"""Paging is complete: each row exactly once, forwards and backwards, in the order promised."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from support.databases import DatabaseMaker
from support.engines import long
from support.stored import START, StoredTask, insert, insert_async, number
from support.walking import walk_backwards, walk_forwards
from taskview_core.entities import TaskRow
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.query.page import Page
from taskview_core.query.request import Cursor, PageRequest, Place
from taskview_core.query.sort import TASK_SORT_KEYS, Sort
from taskview_core.query.task_filter import EVERYTHING, TaskFilter

MANY = 2_500
SORTS = [Sort(key, descending) for key in TASK_SORT_KEYS for descending in (False, True)]
USUAL_SORTS = [
    sort if place % 4 in (0, 3) else long(sort, id=str(sort)) for place, sort in enumerate(SORTS)
]
"""Each key in one direction; in the other one in CI."""


def _rows() -> list[StoredTask]:
    """Give rows of which thousands share one timestamp, and a third have no times at all."""
    dice = random.Random(7)
    rows = []
    for index in range(MANY):
        created = START if index % 5 else START + timedelta(microseconds=dice.randrange(5))
        started = None if index % 3 == 0 else START + timedelta(seconds=dice.randrange(3))
        ended = None if started is None or index % 4 == 0 else started
        rows.append(
            StoredTask(
                id=number(dice.getrandbits(60)),
                agent_id=dice.choice(["planner", "tool:Bash", "Ärzte", "zeta", "Zeta"]),
                status=dice.choice(["completed", "failed", "paused?", "Completed"]),
                created_at=created,
                started_at=started,
                completed_at=ended
                and ended + timedelta(microseconds=dice.choice([0, 1, -5, 10**9])),
                updated_at=created + timedelta(seconds=dice.randrange(2)),
            )
        )
    return rows


ROWS = _rows()
BY_ID = {row.id: row for row in ROWS}


@pytest.fixture(scope="module")
def filled_url(engine_label: str, databases: DatabaseMaker) -> Iterator[str]:
    url = databases.migrated(engine_label)
    insert(url, ROWS)
    yield url
    databases.drop(url)


@pytest.fixture
async def filled(filled_url: str) -> AsyncIterator[DatabaseBrowser]:
    browser = DatabaseBrowser(filled_url)
    await browser.connect()
    yield browser
    await browser.close()


def _key(sort: Sort) -> Callable[[StoredTask], Any]:
    """Give the sort value of a row, straight from the issue's words."""
    columns: dict[str, Callable[[StoredTask], Any]] = {
        "created": lambda row: row.created_at,
        "started": lambda row: row.started_at,
        "completed": lambda row: row.completed_at,
        "updated": lambda row: row.updated_at,
        "duration": lambda row: (
            None
            if row.started_at is None or row.completed_at is None
            else row.completed_at - row.started_at
        ),
        "agent": lambda row: row.agent_id.encode(),
        "status": lambda row: row.status.encode(),
    }
    return columns[sort.key]


def expected_order(rows: Sequence[StoredTask], sort: Sort) -> list[StoredTask]:
    """Sort as promised: the key, then (agent and status) the creation, then the id."""
    key = _key(sort)
    by_creation = sort.key in {"agent", "status"}

    def whole(row: StoredTask) -> tuple[Any, ...]:
        return (key(row), row.created_at if by_creation else START, row.id)

    filled = [row for row in rows if key(row) is not None]
    empty = [row for row in rows if key(row) is None]
    return [
        *sorted(filled, key=whole, reverse=sort.descending),
        *sorted(empty, key=lambda row: row.id, reverse=sort.descending),
    ]


def _searching(
    browser: DatabaseBrowser, task_filter: TaskFilter = EVERYTHING
) -> Callable[[PageRequest], Any]:
    async def search(request: PageRequest) -> Page[TaskRow]:
        return await browser.search_tasks(task_filter, request)

    return search


@pytest.mark.parametrize("sort", USUAL_SORTS, ids=str)
async def test_every_row_once_in_order_both_ways(filled: DatabaseBrowser, sort: Sort) -> None:
    request = PageRequest(230, sort)
    forwards = await walk_forwards(_searching(filled), request)
    backwards = await walk_backwards(_searching(filled), request)
    expected = [row.id for row in expected_order(ROWS, sort)]
    assert [row.id for row in forwards.rows] == expected
    assert [row.id for row in backwards.rows] == expected
    assert [len(page.rows) for page in forwards.pages[:-1]] == [230] * (len(forwards.pages) - 1)


@pytest.mark.parametrize("sort", USUAL_SORTS, ids=str)
@pytest.mark.parametrize("size", [1, *map(long, (2, 3, 7))])
async def test_pages_across_the_border_of_null(
    filled: DatabaseBrowser, sort: Sort, size: int
) -> None:
    """Small pages around the border between values and NULL, entered from both sides."""
    some = TaskFilter.parse("status:failed agent:planner created:>2026-01-31T10:00:00Z")
    wanted = [
        row
        for row in ROWS
        if row.status == "failed" and row.agent_id == "planner" and row.created_at > START
    ]
    assert any(_key(sort)(row) is None for row in wanted) or sort.key in {
        "created",
        "updated",
        "agent",
        "status",
    }
    request = PageRequest(size, sort)
    forwards = await walk_forwards(_searching(filled, some), request)
    backwards = await walk_backwards(_searching(filled, some), request)
    expected = [row.id for row in expected_order(wanted, sort)]
    assert [row.id for row in forwards.rows] == expected
    assert [row.id for row in backwards.rows] == expected


@pytest.mark.parametrize("sort", USUAL_SORTS, ids=str)
async def test_a_page_back_is_the_page_before(filled: DatabaseBrowser, sort: Sort) -> None:
    search = _searching(filled)
    first = await search(PageRequest(40, sort))
    assert first.next is not None
    second = await search(PageRequest(40, sort, first.next))
    assert second.previous is not None
    back = await search(PageRequest(40, sort, second.previous))
    assert back.rows == first.rows
    assert back.previous is None
    again = await search(PageRequest(40, sort, second.first))
    assert again.rows == first.rows
    assert second.last == first.last


async def test_a_page_of_everything_has_no_neighbours(filled: DatabaseBrowser) -> None:
    page = await filled.search_tasks(EVERYTHING, PageRequest(MANY))
    assert len(page.rows) == MANY
    assert (page.next, page.previous, page.offset) == (None, None, 0)
    last = await filled.search_tasks(EVERYTHING, PageRequest(MANY, cursor=page.last))
    assert last.rows == page.rows
    assert (last.next, last.previous) == (None, None)


async def test_an_empty_list_has_no_neighbours(filled: DatabaseBrowser) -> None:
    nothing = TaskFilter.parse("agent:nobody")
    for place in (Place.FIRST, Place.LAST):
        page = await filled.search_tasks(
            nothing, PageRequest(10, cursor=Cursor(place, PageRequest().sort))
        )
        assert page.rows == ()
        assert (page.next, page.previous) == (None, None)


async def test_offsets_count_the_rows_before_a_page(filled: DatabaseBrowser) -> None:
    walk = await walk_forwards(_searching(filled), PageRequest(300))
    before = 0
    for page in walk.pages:
        assert page.offset in {None, before}
        before += len(page.rows)
    assert walk.pages[1].offset == 300, "known as long as one walks from the first page"


@pytest.mark.parametrize("descending", [False, True])
async def test_a_jump_to_a_time_starts_with_the_first_row_from_there(
    filled: DatabaseBrowser, descending: bool
) -> None:
    sort = Sort("created", descending)
    ordered = expected_order(ROWS, sort)
    for moment in (START + timedelta(microseconds=2), START - timedelta(days=1)):
        cursor = Cursor(Place.FROM, sort, (moment.isoformat(),))
        page = await filled.search_tasks(EVERYTHING, PageRequest(5, sort, cursor))
        beyond = [
            row
            for row in ordered
            if (row.created_at <= moment if descending else row.created_at >= moment)
        ]
        assert [row.id for row in page.rows] == [row.id for row in beyond[:5]]
        assert page.has_previous == (len(beyond) < len(ordered))


async def test_rows_are_what_was_stored(filled: DatabaseBrowser) -> None:
    page = await filled.search_tasks(EVERYTHING, PageRequest(MANY))
    for row in page.rows:
        stored = BY_ID[row.id]  # type: ignore[index]  # all of these ids are UUIDs
        assert (row.agent_id, row.status.value) == (stored.agent_id, stored.status)
        assert row.created_at == stored.created_at
        assert row.started_at == stored.started_at
        assert row.completed_at == stored.completed_at
        assert row.updated_at == stored.updated_at
        assert row.oddities == ()
        assert all(
            moment is None or moment.tzinfo is UTC
            for moment in (row.created_at, row.started_at, row.completed_at, row.updated_at)
        )


async def test_years_far_away_page_too(migrated_url: str) -> None:
    far = [
        datetime(
            1, 1, 1, microsecond=1, tzinfo=UTC
        ),  # asyncpg writes the first of all as -infinity
        datetime(9999, 12, 31, 23, 59, 59, 999998, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(999, 6, 1, tzinfo=UTC),
    ]
    rows = [
        StoredTask.numbered(index, created_at=moment, started_at=moment, completed_at=other)
        for index, (moment, other) in enumerate(zip(far, reversed(far), strict=True))
    ]
    await insert_async(migrated_url, rows)
    browser = DatabaseBrowser(migrated_url)
    await browser.connect()
    for sort in SORTS:
        walk = await walk_forwards(_searching(browser), PageRequest(2, sort))
        back = await walk_backwards(_searching(browser), PageRequest(2, sort))
        expected = [row.id for row in expected_order(rows, sort)]
        assert [row.id for row in walk.rows] == expected, str(sort)
        assert [row.id for row in back.rows] == expected, str(sort)
    await browser.close()
