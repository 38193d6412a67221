"""SQLite databases whose times are written otherwise: they show, filter and page completely."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from support.engines import long
from support.foreign import (
    KEEPS_MICROSECONDS,
    SORTS_AS_TIME,
    TIME_FORMS,
    execute_sqlite,
    make_guide_database,
)
from support.stored import CONVERSATION, START, number
from support.walking import walk_backwards, walk_forwards
from taskview_core.entities import TaskRow
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.query.page import Page
from taskview_core.query.request import Cursor, PageRequest, Place
from taskview_core.query.sort import TASK_SORT_KEYS, Sort
from taskview_core.query.task_filter import EVERYTHING, TaskFilter

pytestmark = pytest.mark.long

FORMS = sorted(TIME_FORMS)


def _moments(count: int) -> list[datetime]:
    """Give times of which many are the same, some with microseconds and some without."""
    dice = random.Random(11)
    return [
        START + timedelta(seconds=dice.randrange(12), microseconds=dice.choice([0, 0, 1, 500_000]))
        for _ in range(count)
    ]


def _make(url: str, forms: list[str], count: int = 60) -> dict[int, datetime]:
    """Make the guide's tables and rows whose times are in these forms, by turns."""
    dice = random.Random(13)
    made: dict[int, datetime] = {}
    make_guide_database(
        url,
        {
            "conversations": [
                {"id": CONVERSATION, "user_id": "ada", "created_at": START, "updated_at": START}
            ]
        },
    )
    for index, moment in enumerate(_moments(count)):
        write = TIME_FORMS[forms[index % len(forms)]]
        ended = moment + timedelta(seconds=dice.randrange(5)) if index % 3 else None
        execute_sqlite(
            url,
            "INSERT INTO tasks (id, conversation_id, agent_id, status, created_at, started_at,"
            " completed_at, updated_at) VALUES (?, ?, 'planner', 'completed', ?, ?, ?, ?)",
            [
                number(index).hex,
                CONVERSATION.hex,
                write(moment),
                write(moment) if index % 2 else None,
                None if ended is None else write(ended),
                write(moment),
            ],
        )
        made[index] = moment
    return made


async def _opened(url: str) -> DatabaseBrowser:
    browser = DatabaseBrowser(url)
    await browser.connect()
    return browser


def _number(row: TaskRow) -> int:
    return int(str(row.id)[-8:], 16)


def _as_kept(form: str, moment: datetime) -> datetime:
    """Cut a time to what a form keeps of it."""
    if form in {"seconds", "epoch"}:
        return moment.replace(microsecond=0)
    if form in {"milliseconds", "space_and_Z"}:
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    return moment


@pytest.mark.parametrize(
    "keys", [("created", "duration"), long(TASK_SORT_KEYS)], ids=["some", "all"]
)
@pytest.mark.parametrize("form", FORMS)
async def test_each_form_shows_and_pages(sqlite_url: str, form: str, keys: tuple[str, ...]) -> None:
    made = _make(sqlite_url, [form])
    browser = await _opened(sqlite_url)

    async def search(request: PageRequest) -> Page[TaskRow]:
        return await browser.search_tasks(EVERYTHING, request)

    for sort in (Sort(key, down) for key in keys for down in (False, True)):
        forwards = await walk_forwards(search, PageRequest(13, sort))
        backwards = await walk_backwards(search, PageRequest(17, sort))
        assert sorted(map(_number, forwards.rows)) == sorted(made), str(sort)
        assert backwards.rows == forwards.rows, str(sort)
        if sort.key == "created" and form in SORTS_AS_TIME:
            times = [row.created_at for row in forwards.rows]
            assert times == sorted(times, key=lambda at: at or START, reverse=sort.descending)
    for row in (await browser.search_tasks(EVERYTHING, PageRequest(500))).rows:
        assert row.oddities == ()
        assert row.created_at is not None
        if form in KEEPS_MICROSECONDS or form in {"seconds", "milliseconds", "epoch"}:
            assert row.created_at == _as_kept(form, made[_number(row)])
        assert abs(row.created_at - made[_number(row)]) < timedelta(seconds=1)
    await browser.close()


@pytest.mark.parametrize("seed", [0, long(1), long(2)])
async def test_a_mixture_of_forms_pages_completely(sqlite_url: str, seed: int) -> None:
    forms = FORMS.copy()
    random.Random(seed).shuffle(forms)
    made = _make(sqlite_url, forms, 3 * len(forms))
    browser = await _opened(sqlite_url)

    async def search(request: PageRequest) -> Page[TaskRow]:
        return await browser.search_tasks(EVERYTHING, request)

    for sort in (Sort(key, down) for key in TASK_SORT_KEYS for down in (False, True)):
        for size in (1, 5):
            forwards = await walk_forwards(search, PageRequest(size, sort))
            backwards = await walk_backwards(search, PageRequest(size, sort))
            assert sorted(map(_number, forwards.rows)) == sorted(made), f"{sort} by {size}"
            assert backwards.rows == forwards.rows, f"{sort} by {size}"
    await browser.close()


BOUNDS = [
    "created:>=2026-01-31T10:00:03Z",
    "created:>2026-01-31T10:00:03Z",
    "created:<2026-01-31T10:00:03.5Z",
    "created:<=2026-01-31T10:00:03.5Z",
    "created:2026-01-31T10:00:02Z..2026-01-31T10:00:05Z",
    "-created:>=2026-01-31T10:00:03Z",
    "since:2026-01-31",
    "until:2026-01-30",
    "created:>2026-01-31",
    "started:>=2026-01-31T10:00:03Z",
    "-started:>=2026-01-31T10:00:03Z",
    "created:>=2026-01-31T15:30:03+05:30",
]


@pytest.mark.parametrize("form", FORMS)
async def test_bounds_on_each_form_are_exact(sqlite_url: str, form: str) -> None:
    made = _make(sqlite_url, [form], 60)
    browser = await _opened(sqlite_url)
    third = datetime(2026, 1, 31, 10, 0, 3, tzinfo=UTC)
    holds = {
        BOUNDS[0]: lambda at, started: at >= third,
        BOUNDS[1]: lambda at, started: at > third,
        BOUNDS[2]: lambda at, started: at < third.replace(microsecond=500_000),
        BOUNDS[3]: lambda at, started: at <= third.replace(microsecond=500_000),
        BOUNDS[4]: lambda at, started: (
            third - timedelta(seconds=1) <= at <= third + timedelta(seconds=2)
        ),
        BOUNDS[5]: lambda at, started: at < third,
        BOUNDS[6]: lambda at, started: True,
        BOUNDS[7]: lambda at, started: False,
        BOUNDS[8]: lambda at, started: False,
        BOUNDS[9]: lambda at, started: started and at >= third,
        BOUNDS[10]: lambda at, started: not (started and at >= third),
        BOUNDS[11]: lambda at, started: at >= third,
    }
    for text in BOUNDS:
        task_filter = TaskFilter.parse(text)
        page = await browser.search_tasks(task_filter, PageRequest(500))
        expected = [
            index
            for index, moment in made.items()
            if holds[text](_as_kept(form, moment), index % 2 == 1)
        ]
        assert sorted(map(_number, page.rows)) == expected, text
        assert (await browser.count_tasks(task_filter)).value == len(expected), text
    await browser.close()


@pytest.mark.parametrize("form", FORMS)
async def test_durations_in_each_form(sqlite_url: str, form: str) -> None:
    _make(sqlite_url, [form], 60)
    browser = await _opened(sqlite_url)
    whole = await browser.search_tasks(EVERYTHING, PageRequest(500))
    for text, holds in {
        "duration:>=2s": lambda row: (
            row.duration is not None and row.duration >= timedelta(seconds=2)
        ),
        "duration:<2s": lambda row: (
            row.duration is not None and row.duration < timedelta(seconds=2)
        ),
        "-duration:<2s": lambda row: row.duration is None or row.duration >= timedelta(seconds=2),
    }.items():
        page = await browser.search_tasks(TaskFilter.parse(text), PageRequest(500))
        assert {row.id for row in page.rows} == {row.id for row in whole.rows if holds(row)}, text
    await browser.close()


@pytest.mark.parametrize("form", sorted(SORTS_AS_TIME))
async def test_a_jump_to_a_time_in_each_form(sqlite_url: str, form: str) -> None:
    made = _make(sqlite_url, [form], 60)
    browser = await _opened(sqlite_url)
    moment = START + timedelta(seconds=6)
    for descending in (False, True):
        sort = Sort("created", descending)
        page = await browser.search_tasks(
            EVERYTHING, PageRequest(5, sort, Cursor(Place.FROM, sort, (moment.isoformat(),)))
        )
        kept = sorted((_as_kept(form, at) for at in made.values()), reverse=descending)
        beyond = [at for at in kept if (at <= moment if descending else at >= moment)]
        shown = [_as_kept(form, row.created_at or START) for row in page.rows]
        if form in KEEPS_MICROSECONDS or form in {"seconds", "milliseconds", "epoch"}:
            assert shown == beyond[:5]
    await browser.close()


async def test_what_is_no_time_shows_as_it_is(sqlite_url: str) -> None:
    made = _make(sqlite_url, ["orm"], 20)
    for index, odd in enumerate(
        ["", "yesterday", "0000-00-00 00:00:00", "2026-13-45", "2026-01-31 10:00:00 oops", 1e300]
    ):
        execute_sqlite(
            sqlite_url,
            "UPDATE tasks SET created_at = ?, started_at = ?, completed_at = ? WHERE id = ?",
            [odd, odd, odd, number(index).hex],
        )
    browser = await _opened(sqlite_url)

    async def search(request: PageRequest) -> Page[TaskRow]:
        return await browser.search_tasks(EVERYTHING, request)

    for sort in (Sort(key, down) for key in TASK_SORT_KEYS for down in (False, True)):
        forwards = await walk_forwards(search, PageRequest(3, sort))
        backwards = await walk_backwards(search, PageRequest(3, sort))
        assert sorted(map(_number, forwards.rows)) == sorted(made), str(sort)
        assert backwards.rows == forwards.rows, str(sort)
    odd_rows = [row for row in (await search(PageRequest(50))).rows if _number(row) < 6]
    assert all(row.created_at is None for row in odd_rows)
    assert all(any("created_at" in oddity for oddity in row.oddities) for row in odd_rows)
    assert any("yesterday" in oddity for row in odd_rows for oddity in row.oddities)
    await browser.close()


async def test_what_is_filtered_is_what_is_shown(sqlite_url: str) -> None:
    """Odd forms: each is the time that is shown to every filter, or no time to any."""
    made = _make(sqlite_url, ["orm"], 12)
    for index, odd in enumerate(
        [
            "2026-01-31T10:00:00+0530",
            "2026-01-31T10:00:00+05",
            "2026-01-31T10:00:00,5",
            "2026-01-31t10:00z",
            "2026-01-31 10:00:00.9999999Z",
            "2026-01-31 24:00:00",
            "2026-02-30 10:00:00",
            "2026-01-31 10:00:00 UTC",
            "20260131T100000",
            -(10**11) + 1,
        ]
    ):
        execute_sqlite(
            sqlite_url,
            "UPDATE tasks SET created_at = ?, started_at = ?, completed_at = ? WHERE id = ?",
            [odd, odd, "2026-03-31 10:00:00.000000", number(index).hex],
        )
    browser = await _opened(sqlite_url)
    rows = (await browser.search_tasks(EVERYTHING, PageRequest(50))).rows
    assert len(rows) == len(made)
    assert {_number(row) for row in rows if row.created_at is None} == {5, 6, 7, 8, 9}

    async def found(text: str) -> set[int]:
        page = await browser.search_tasks(TaskFilter.parse(text), PageRequest(50))
        return {_number(row) for row in page.rows}

    for row in rows:
        if row.created_at is None:
            assert _number(row) in await found("-created:>=0001-01-01")
            assert _number(row) in await found("-duration:>-1000000w")
        else:
            at = row.created_at.isoformat().replace("+00:00", "Z")
            assert _number(row) in await found(f"created:{at}..{at}")
    await browser.close()
