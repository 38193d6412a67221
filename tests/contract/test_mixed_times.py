"""SQLite databases whose times are text in some rows and numbers in others, wherever they lie."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from support.databases import DatabaseMaker
from support.engines import long
from support.foreign import TIME_FORMS, execute_sqlite, make_guide_database
from support.many_forms import Made, fill
from support.stored import CONVERSATION, START, number
from support.walking import walk_backwards, walk_forwards
from taskview_core.entities import TaskRow
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.query.page import Page
from taskview_core.query.request import PageRequest
from taskview_core.query.sort import Sort
from taskview_core.query.task_filter import EVERYTHING, TaskFilter

pytestmark = pytest.mark.long

EXACT = ("orm", "T", "+05:30", "epoch_microseconds", "epoch", "epoch_with_fraction")


@pytest.fixture(params=["our indexes", "no indexes"])
def url(request: pytest.FixtureRequest, databases: DatabaseMaker) -> Iterator[str]:
    """A SQLite database with our tables, or with the guide's."""
    if request.param == "our indexes":
        made = databases.migrated("sqlite")
    else:
        made = databases.empty("sqlite")
        make_guide_database(made, {})
    yield made
    databases.drop(made)


def _made(url: str, seed: int) -> Made:
    """Fill a database: by chance in several forms, or (0) with numbers only in the middle."""
    dice = random.Random(seed)
    forms = dice.sample(EXACT, k=4)

    def write(place: int, at: datetime) -> str | int | float:
        if seed == 0:
            return TIME_FORMS["epoch" if 140 < place < 160 else "orm"](at)
        return TIME_FORMS[dice.choice(forms)](at)

    return fill(
        url,
        dice,
        conversations=3,
        tasks=300,
        write_id=lambda place, ident: ident.hex,
        write_time=write,
    )


@pytest.mark.parametrize("seed", [0, *map(long, (1, 2, 3))])
async def test_bounds_and_pages_agree_with_what_was_written(url: str, seed: int) -> None:
    made = _made(url, seed)
    browser = DatabaseBrowser(url)
    dice = random.Random(seed)
    for _ in range(6):
        low = START + timedelta(seconds=dice.randrange(-50_000, 200_000))
        high = low + timedelta(seconds=dice.randrange(100_000))
        for text, wanted in {
            f"created:>={low.isoformat()}": lambda at, low=low: at >= low,
            f"started:>{low.isoformat()}": lambda at, low=low: at > low,
            f"-created:>={low.isoformat()}": lambda at, low=low: at < low,
            f"created:<{high.isoformat()}": lambda at, high=high: at < high,
            f"created:{low.isoformat()}..{high.isoformat()}": (
                lambda at, low=low, high=high: low <= at <= high
            ),
        }.items():
            query = TaskFilter.parse(text)
            expected = {each.id for each in made.tasks.values() if wanted(each.created)}
            assert (await browser.count_tasks(query)).value == len(expected), text

            async def search(request: PageRequest, query: TaskFilter = query) -> Page[TaskRow]:
                return await browser.search_tasks(query, request)

            for sort in (Sort("created"), Sort("created", descending=True), Sort("updated")):
                forwards = await walk_forwards(search, PageRequest(70, sort))
                assert {row.id for row in forwards.rows} == expected, f"{text} {sort}"
                assert len(forwards.rows) == len(expected)
                backwards = await walk_backwards(search, PageRequest(90, sort))
                assert backwards.rows == forwards.rows
    await browser.close()


async def test_zones_as_far_as_they_go_and_times_as_long_as_the_usual_ones(url: str) -> None:
    """`2026-01-01 10:00:00.1+0200` has the length of a time without a zone."""
    ahead = (timedelta(hours=19, minutes=59), timedelta(hours=2))

    def write(place: int, at: datetime) -> str:
        sign = -1 if place % 2 else 1
        offset = ahead[place % 4 // 2]
        local = (at + sign * offset).replace(microsecond=100_000)
        hours, minutes = divmod(int(offset.total_seconds()) // 60, 60)
        zone = f"{'-' if sign < 0 else '+'}{hours:02}{minutes:02}"
        return f"{local:%Y-%m-%d %H:%M:%S}.1{zone}"

    made = fill(
        url,
        random.Random(1),
        conversations=1,
        tasks=300,
        write_id=lambda place, ident: ident.hex,
        write_time=write,
    )
    at = sorted(each.created.replace(microsecond=100_000) for each in made.tasks.values())
    browser = DatabaseBrowser(url)
    for first, last in ((0, 299), (40, 41), (100, 250), (7, 7)):
        low, high = at[first], at[last]
        expected = sum(low <= each <= high for each in at)
        for text in (
            f"created:{low.isoformat()}..{high.isoformat()}",
            f"since:{low.isoformat()} until:{high.isoformat()}",
            f"since:2020-01-01 created:>={low.isoformat()} created:<={high.isoformat()}",
        ):
            assert (await browser.count_tasks(TaskFilter.parse(text))).value == expected, text
    none = TaskFilter.parse(f"since:{at[9].isoformat()} until:{at[3].isoformat()}")
    assert (await browser.count_tasks(none)).value == 0
    await browser.close()


async def test_odd_sort_values_page_to_their_end(sqlite_url: str) -> None:
    """Text that looks as a cursor writes bytes, bytes, and the least integer as a time."""
    make_guide_database(
        sqlite_url,
        {
            "conversations": [
                {"id": CONVERSATION, "user_id": "ada", "created_at": START, "updated_at": START}
            ]
        },
    )
    odd = ["\0blob:6162", "\0blob:zz", b"ab", "\0text:a", "\0", "", "plain", b"\0blob:", -(2**63)]
    for index, value in enumerate(odd * 2):
        execute_sqlite(
            sqlite_url,
            "INSERT INTO tasks (id, conversation_id, agent_id, status, created_at, started_at,"
            " completed_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [number(index).hex, CONVERSATION.hex, value, value, *[-(2**63)] * 4],
        )
    browser = DatabaseBrowser(sqlite_url)

    async def search(request: PageRequest) -> Page[TaskRow]:
        return await browser.search_tasks(EVERYTHING, request)

    for key in ("agent", "status", "created", "duration"):
        for descending in (False, True):
            walk = await walk_forwards(search, PageRequest(1, Sort(key, descending)))
            assert len({row.id for row in walk.rows}) == len(walk.rows) == 2 * len(odd)
    for text in ("created:>2026-01-01", "created:<2026-01-01", "duration:<1s"):
        await browser.count_tasks(TaskFilter.parse(text))
    await browser.close()
