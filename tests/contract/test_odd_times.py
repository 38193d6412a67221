"""Ranges of time on SQLite where nearly all times lie where they sort, and a few do not."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import pytest
from sqlalchemy import select
from sqlalchemy.sql.elements import BooleanClauseList

from support.databases import DatabaseMaker
from support.engines import long
from support.stored import CONVERSATION, START, StoredConversation, insert, number
from support.walking import walk_backwards, walk_forwards
from taskview_core.entities import TaskRow
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.persistence.sql.expressions import Bounds
from taskview_core.persistence.sql.profile import profile_of
from taskview_core.persistence.sql.sqlite_range import time_within
from taskview_core.persistence.sql.tables import tasks
from taskview_core.persistence.stored_time import read_time, write_time
from taskview_core.query.page import Page
from taskview_core.query.request import PageRequest
from taskview_core.query.sort import Sort
from taskview_core.query.task_filter import TaskFilter

_HOURS = timedelta(hours=5)
_USUAL = [write_time(START + index * _HOURS) for index in range(-12, 13)]
_BEFORE, _DAY = f"{START - timedelta(days=1):%Y-%m-%d}", f"{START:%Y-%m-%d}"
Stored: TypeAlias = str | int | float | bytes

ODD: dict[str, list[Stored]] = {
    "none": [],
    "far west": [f"{_BEFORE} 14:00:30.5-19:59", f"{_DAY} 02:00:00-08:00"],
    "far east": [f"{_DAY}T23:59:59.000001+13:30", f"{_DAY} 18:00:00.000000+0800"],
    "days": [_BEFORE, _DAY],
    "no seconds": [f"{_DAY} 10:00", f"{_DAY}T10:00Z", f"{_DAY} 09:59"],
    "no fraction": [f"{_DAY} 10:00:00", f"{_DAY} 10:00:00Z", f"{_DAY} 10:00:00+00:00"],
    "T": [
        f"{_DAY}T10:00:00",
        f"{_DAY}T09:59:59.999999Z",
        f"{_DAY}T23:00:00",
        f"{_BEFORE}T01:00:00",
    ],
    "t": [f"{_DAY}t10:00:00", f"{_DAY}t02:00:00z", f"{_BEFORE}t23:00:00"],
    "comma": [f"{_DAY} 10:00:00,5", f"{_DAY} 10:00:00,000001"],
    "long fractions": [
        f"{_DAY} 10:00:00.0000009",
        f"{_DAY} 10:00:00.9",
        f"{_DAY} 10:00:00.99999999",
    ],
    "no times": ["2026-02-30 10:00:00.000000", f"{_DAY} 10:00:00.000000\0", "now", "", ":", "é"],
    "digits": [f"{_DAY} 1x:00:00.000000", f"{_DAY} 10:00:00.00000", "2026-01-31 25:00:00.000000"],
    "bytes": [f"{_DAY} 10:00:00.000000".encode(), b""],
    "numbers": [int(START.timestamp()), START.timestamp() + 0.25, 0],
}


@pytest.fixture(params=["alone", long("among T")])
def usual(request: pytest.FixtureRequest) -> list[str]:
    """Times as our own program writes them, by themselves or among those of others."""
    if request.param == "alone":
        return _USUAL
    return [each.replace(" ", "T") if index % 3 else each for index, each in enumerate(_USUAL)]


@pytest.fixture(params=ODD)
def stored(request: pytest.FixtureRequest, usual: list[str]) -> list[Stored]:
    """What stands in the rows, whose numbers are the places here."""
    return [*usual, *ODD[request.param]]


@pytest.fixture
def url(stored: list[Stored], databases: DatabaseMaker) -> Iterator[str]:
    made = databases.migrated("sqlite")
    insert(made, [], [StoredConversation()])
    connection = sqlite3.connect(made.removeprefix("sqlite:///"))
    with connection:
        connection.executemany(
            "INSERT INTO tasks (id, conversation_id, agent_id, status, created_at, updated_at)"
            " VALUES (?, ?, 'a', 'completed', ?, ?)",
            [
                (number(index).hex, CONVERSATION.hex, value, value)
                for index, value in enumerate(stored)
            ],
        )
    connection.close()
    yield made
    databases.drop(made)


@pytest.fixture
async def browser(url: str) -> AsyncIterator[DatabaseBrowser]:
    opened = DatabaseBrowser(url)
    await opened.connect()
    yield opened
    await opened.close()


def _bounds() -> list[datetime]:
    """Give the borders that the odd ones are about, and those beside them."""
    midnight = START.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    moments = [START, midnight, START - timedelta(minutes=1), START + timedelta(seconds=0.5)]
    steps = (timedelta(0), timedelta(microseconds=1), -timedelta(microseconds=1))
    return [moment + step for moment in moments for step in steps]


async def test_bounds_are_exact(browser: DatabaseBrowser, stored: list[Stored]) -> None:
    at = [read_time(value) for value in stored]

    async def check(text: str, expected: int) -> None:
        assert (await browser.count_tasks(TaskFilter.parse(text))).value == expected, text

    for bound in _bounds():
        words = bound.isoformat()
        await check(f"created:>={words}", sum(each is not None and each >= bound for each in at))
        await check(f"created:>{words}", sum(each is not None and each > bound for each in at))
        await check(f"created:<={words}", sum(each is not None and each <= bound for each in at))
        await check(f"-created:<{words}", sum(each is None or each >= bound for each in at))
        end = bound + timedelta(hours=9)
        within = sum(each is not None and bound <= each < end for each in at)
        await check(f"created:{words}..<{end.isoformat()}", within)


async def test_pages_of_a_range_are_complete(
    browser: DatabaseBrowser, stored: list[Stored]
) -> None:
    low, high = START - timedelta(hours=12), START
    at = [read_time(value) for value in stored]
    expected = {
        number(index) for index, each in enumerate(at) if each is not None and low <= each <= high
    }
    query = TaskFilter.parse(f"created:{low.isoformat()}..{high.isoformat()}")

    async def search(request: PageRequest) -> Page[TaskRow]:
        return await browser.search_tasks(query, request)

    for sort in (Sort("created"), Sort("created", descending=True), Sort("updated")):
        forwards = await walk_forwards(search, PageRequest(2, sort))
        assert {row.id for row in forwards.rows} == expected
        assert len(forwards.rows) == len(expected)
        assert (await walk_backwards(search, PageRequest(3, sort))).rows == forwards.rows


@pytest.mark.parametrize("stored", [_USUAL], ids=["usual"])
async def test_an_index_is_entered_at_the_very_second(browser: DatabaseBrowser) -> None:
    low, high = START, START + 2 * _HOURS
    async with browser._engine.connect() as connection:
        profile = await profile_of(connection)
        within = time_within(
            profile,
            tasks.c.created_at,
            Bounds(low, False, high, True),
            seek_low=True,
            seek_high=True,
        )
        assert isinstance(within, BooleanClauseList)
        *entries, told = within.clauses
        wide = select(tasks.c.created_at).where(*entries).order_by(tasks.c.created_at)
        found = (await connection.execute(wide)).scalars().all()
        assert found == _USUAL[12:15], "and the row of the upper bound's own second"
        exact = select(tasks.c.created_at).where(told).order_by(tasks.c.created_at)
        assert (await connection.execute(exact)).scalars().all() == _USUAL[12:14]
        query = str(wide.compile(connection.sync_engine, compile_kwargs={"literal_binds": True}))
        plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}")
        steps = [str(row[-1]) for row in plan]
    assert len([step for step in steps if "ix_tasks_created_odd (created_at>? AND" in step]) == 2
    assert not any("SCAN" in step for step in steps)
