"""Searches for text go through a list in windows: nothing is lost between them or found twice."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest

from support.databases import DatabaseMaker
from support.endless import make_plain_view
from support.foreign import make_guide_database
from support.heard import heard
from support.hurried import Hurry
from support.stored import (
    START,
    StoredConversation,
    StoredTask,
    insert,
    insert_async,
    json_text,
    number,
)
from support.walking import as_text_and_back, walk_backwards, walk_forwards
from taskview_core.entities import Count, Facets, TaskRow
from taskview_core.errors import QueryTimeoutError
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.persistence.sql import judged, windows
from taskview_core.persistence.sql.counts import count_rows
from taskview_core.persistence.sql.scanned import by_ways
from taskview_core.query.page import Page
from taskview_core.query.request import PageRequest
from taskview_core.query.sort import NEWEST_FIRST, Sort
from taskview_core.query.stuck import RunLimits
from taskview_core.query.task_filter import EVERYTHING, TaskFilter

SORTS = [
    Sort(key, descending)
    for key in ("created", "completed", "agent", "duration")
    for descending in (False, True)
]
FILTERS = ["needle", "-needle", "needle status:failed", "needle agent:zeta -since:2026-02-01"]


def _rows() -> list[StoredTask]:
    """Give rows with many equal times and times that are missing, a third with the needle."""
    dice = random.Random(11)
    rows = []
    for index in range(120):
        started = START + timedelta(seconds=dice.randrange(4))
        ended = None if dice.random() < 0.3 else started + timedelta(seconds=dice.randrange(3))
        rows.append(
            StoredTask(
                id=number(dice.getrandbits(60)),
                agent_id=dice.choice(["planner", "zeta"]),
                status=dice.choice(["completed", "failed"]),
                input=json_text({"text": "a Needle in it" if index % 3 == 0 else "hay"}),
                created_at=START + timedelta(seconds=dice.randrange(9)),
                started_at=started,
                completed_at=ended,
            )
        )
    return rows


ROWS = _rows()
HAS_NEEDLE = {row.id: "Needle" in (row.input or "") for row in ROWS}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make windows so small that these rows fill many of them."""
    monkeypatch.setattr(windows, "FIRST_ROWS", 3)
    monkeypatch.setattr(windows, "PEEK_ROWS", 3)
    monkeypatch.setattr(windows, "SECOND_ROWS", 7)
    monkeypatch.setattr(windows, "MOST_ROWS", 20)
    monkeypatch.setattr(windows, "MOST_HITS", 5)
    monkeypatch.setattr(windows, "MOST_KEYS", 6)


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


async def _expected(browser: DatabaseBrowser, words: str, sort: Sort) -> list[object]:
    """Give the ids in order: those without the term in the text, of which Python knows."""
    rest = " ".join(word for word in words.split() if "needle" not in word)
    page = await browser.search_tasks(TaskFilter.parse(rest), PageRequest(500, sort))
    wanted = not words.startswith("-needle")
    return [row.id for row in page.rows if HAS_NEEDLE[row.id] == wanted]  # type: ignore[index]  # all are UUIDs here


def _pairs() -> Iterator[pytest.ParameterSet]:
    """Give each order with each filter; usually each order with one filter."""
    for place, sort in enumerate(SORTS):
        for number_of_words, words in enumerate(FILTERS):
            marks = (pytest.mark.long,) if (place + place // 4 + number_of_words) % 4 else ()
            yield pytest.param(sort, words, marks=marks, id=f"{sort}-{words}")


@pytest.mark.parametrize(("sort", "words"), [*_pairs()])
async def test_pages_of_a_search_are_complete_both_ways(
    filled: DatabaseBrowser, sort: Sort, words: str
) -> None:
    task_filter = TaskFilter.parse(words)

    async def search(request: PageRequest) -> Page[TaskRow]:
        return await filled.search_tasks(task_filter, request)

    expected = await _expected(filled, words, sort)
    assert expected
    for walk in (walk_forwards, walk_backwards):
        walked = await walk(search, PageRequest(9, sort))
        assert [row.id for row in walked.rows] == expected
    assert (await filled.count_tasks(task_filter, None)).value == len(expected)


LOOKED_AT = ["-status:failed", "agent:z*", "duration:>1s", "is:leaf", "user:nobody", "is:orphan"]


@pytest.mark.parametrize("sort", SORTS, ids=str)
async def test_each_order_that_has_an_index_is_searched_in_it(
    filled: DatabaseBrowser, sort: Sort
) -> None:
    told: list[Page[TaskRow]] = []
    words = TaskFilter.parse("needle")
    page = await filled.search_tasks(words, PageRequest(5, sort), heard=told.append)
    assert len(page.rows) == 5
    assert told
    assert all(each.partial is not None and each.partial.in_order for each in told)
    last = told[-1].partial
    assert last is not None
    assert last.rows_read < len(ROWS) / 2, "no further than to the page"


@pytest.mark.parametrize("words", LOOKED_AT)
@pytest.mark.parametrize("sort", [NEWEST_FIRST, Sort("completed")], ids=str)
async def test_where_one_statement_takes_too_long_a_list_is_read_in_windows(
    filled: DatabaseBrowser, words: str, sort: Sort
) -> None:
    task_filter = TaskFilter.parse(words)
    expected = await filled.search_tasks(task_filter, PageRequest(500, sort))
    count, facets = await filled.count_tasks(task_filter, None), await filled.facets(task_filter)
    Hurry(filled)

    async def search(request: PageRequest) -> Page[TaskRow]:
        return await filled.search_tasks(task_filter, request)

    for walk in (walk_forwards, walk_backwards):
        assert tuple((await walk(search, PageRequest(40, sort))).rows) == expected.rows
    told: list[Count] = []
    assert await filled.count_tasks(task_filter, None, heard=told.append) == count
    assert [each.value for each in told] == sorted(each.value for each in told)
    assert len(told) > 1, "the number grows"
    offered: list[Facets] = []
    assert await filled.facets(task_filter, heard=offered.append) == facets
    assert [each.complete for each in offered] == [*([False] * (len(offered) - 1)), True]


async def test_a_count_stops_where_it_is_far_enough_and_says_what_it_has_in_time(
    filled: DatabaseBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    Hurry(filled)
    words = TaskFilter.parse("-status:odd")
    told: list[Count] = []
    assert await filled.count_tasks(words, 30, heard=told.append) == Count(30, exact=False)
    assert told[0].value < 30
    told.clear()

    def out_of_time(count: Count) -> None:
        told.append(count)
        raise QueryTimeoutError("the time is up")

    assert await filled.count_tasks(words, heard=out_of_time) == told[0]
    assert not told[0].exact


async def test_from_the_few_conversations_of_a_user_an_index_leads_to_their_tasks(
    migrated_url: str,
) -> None:
    """In whatever form a task names its conversation."""
    mine, other = number(2**70), number(2**71)
    rows = [
        StoredTask.numbered(index, conversation_id=mine if index % 40 == 0 else other)
        for index in range(400)
    ]
    there = [StoredConversation(id=mine, user_id="ana"), StoredConversation(id=other, user_id="b")]
    await insert_async(migrated_url, rows, there)
    if migrated_url.startswith("sqlite"):
        with sqlite3.connect(migrated_url.removeprefix("sqlite:///")) as connection:
            dashed = (str(mine).upper(), mine.hex)
            changed = "UPDATE tasks SET conversation_id = ? WHERE conversation_id = ?"
            connection.execute(f"{changed} AND rowid % 80 = 1", dashed)
    browser = DatabaseBrowser(migrated_url)
    await browser.connect()
    Hurry(browser)
    told: list[Page[TaskRow]] = []
    with heard(browser._engine) as sent:
        page = await browser.search_tasks(
            TaskFilter.parse("user:ana"), PageRequest(), heard=told.append
        )
    lists = browser._lists
    led = by_ways(await lists._made(TaskFilter.parse("user:ana"), RunLimits()))
    if led is not None:
        way = led
        count = await lists._asker.ask(lambda session: count_rows(session, way, None))
        assert count == Count(10)
    assert (led is not None) == migrated_url.startswith("sqlite")
    await browser.close()
    assert {row.id for row in page.rows} == {row.id for row in rows if row.conversation_id == mine}
    assert page.partial is None
    assert told
    assert len(told) < 10, "not window after window"
    if migrated_url.startswith("sqlite"):
        assert any("UNION ALL" in statement for statement, _ in sent)


@pytest.mark.parametrize("words", ["needle", "-needle", "nothing-has-this"])
async def test_a_search_tells_what_it_has_found_and_how_far_it_has_come(
    filled: DatabaseBrowser, words: str
) -> None:
    told: list[Page[TaskRow]] = []
    request = PageRequest(200)
    page = await filled.search_tasks(TaskFilter.parse(words), request, heard=told.append)
    assert page.partial is None
    assert len(told) > 4
    times, read = [], []
    for before in told:
        assert before.rows == page.rows[: len(before.rows)]
        assert before.partial is not None
        times.append(before.partial.searched_to)
        read.append(before.partial.rows_read)
    assert all(time is not None for time in times)
    assert times == sorted(times, reverse=True)  # type: ignore[type-var]  # none is None
    assert read == sorted(set(read))
    assert read[-1] <= len(ROWS)


async def test_a_search_that_was_stopped_goes_on_from_where_it_was(
    filled: DatabaseBrowser,
) -> None:
    expected = await _expected(filled, "needle", NEWEST_FIRST)
    found: list[object] = []
    request = PageRequest(200)
    while True:
        page, stopped = await _stopped_at_once(filled, request)
        found += [row.id for row in page.rows]
        if not stopped:
            break
        assert page.next is not None
        request = PageRequest(200, cursor=as_text_and_back(page.next))
    assert found == expected


async def _stopped_at_once(
    browser: DatabaseBrowser, request: PageRequest
) -> tuple[Page[TaskRow], bool]:
    """Search until the first word of it, and stop it then."""
    first: asyncio.Future[Page[TaskRow]] = asyncio.get_running_loop().create_future()

    def heard(page: Page[TaskRow]) -> None:
        if not first.done():
            first.set_result(page)

    work = asyncio.ensure_future(
        browser.search_tasks(TaskFilter.parse("needle"), request, heard=heard)
    )
    await asyncio.wait({work, first}, return_when=asyncio.FIRST_COMPLETED)
    if not first.done():
        return await work, False
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    return await first, True


async def test_where_every_window_takes_too_long_the_rows_are_found_all_the_same(
    filled: DatabaseBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(windows, "MOST_SECONDS", 1e-9)
    page = await filled.search_tasks(TaskFilter.parse("needle"), PageRequest(200))
    assert page.partial is None
    assert [row.id for row in page.rows] == await _expected(filled, "needle", NEWEST_FIRST)


async def test_views_are_searched_too(migrated_url: str) -> None:
    await insert_async(migrated_url, ROWS)
    await make_plain_view(migrated_url)
    browser = DatabaseBrowser(migrated_url)
    page = await browser.search_tasks(TaskFilter.parse("needle"), PageRequest(200))
    assert [row.id for row in page.rows] == await _expected(browser, "needle", NEWEST_FIRST)
    await browser.close()


@pytest.fixture(scope="module")
def unsorted_url(engine_label: str, databases: DatabaseMaker) -> Iterator[str]:
    """The guide's own tables: by no time an index leads to their rows."""
    url = databases.empty(engine_label)
    make_guide_database(url, {})
    insert(url, ROWS)
    yield url
    databases.drop(url)


@pytest.fixture
async def unsorted(unsorted_url: str) -> AsyncIterator[DatabaseBrowser]:
    browser = DatabaseBrowser(unsorted_url)
    await browser.connect()
    yield browser
    await browser.close()


@pytest.mark.parametrize("words", [*FILTERS, "is:leaf needle"])
@pytest.mark.parametrize("sort", [NEWEST_FIRST, Sort("completed"), Sort("agent", True)], ids=str)
async def test_without_an_index_the_first_rows_are_gathered_from_the_whole_table(
    unsorted: DatabaseBrowser, words: str, sort: Sort
) -> None:
    task_filter = TaskFilter.parse(words)

    async def search(request: PageRequest) -> Page[TaskRow]:
        return await unsorted.search_tasks(task_filter, request)

    expected = await _expected(unsorted, words, sort)
    assert expected
    for walk in (walk_forwards, walk_backwards):
        assert [row.id for row in (await walk(search, PageRequest(9, sort))).rows] == expected
    told: list[Count] = []
    count = await unsorted.count_tasks(task_filter, None, heard=told.append)
    assert count == Count(len(expected))
    assert len(told) > 2


async def test_what_is_gathered_shows_as_it_comes_in_the_lists_order(
    unsorted: DatabaseBrowser,
) -> None:
    told: list[Page[TaskRow]] = []
    words = TaskFilter.parse("needle")
    page = await unsorted.search_tasks(words, PageRequest(20), heard=told.append)
    assert len(page.rows) == 20
    assert page.partial is None
    partly = [each for each in told if each.rows]
    assert len(partly) > 3
    read = [each.partial.rows_read for each in told if each.partial is not None]
    assert read == sorted(set(read))
    assert len(read) == len(told)
    for each in partly:
        assert each.partial is not None
        assert each.partial.searched_to is None
        assert not each.partial.in_order
        times = [row.created_at for row in each.rows]
        assert times == sorted(times, reverse=True)  # type: ignore[type-var]  # all have one
    later = await unsorted.search_tasks(words, PageRequest(20, cursor=page.next))
    assert later.has_previous
    told.clear()
    again = PageRequest(20, cursor=page.next)
    await unsorted.search_tasks(words, again, heard=told.append)
    for each in told:
        assert each.next == again.cursor, "nothing is sure: it is searched once more"
        assert each.previous is not None
        before = await unsorted.search_tasks(words, PageRequest(20, cursor=each.previous))
        assert before.rows == page.rows[:-1]


@pytest.mark.parametrize("words", LOOKED_AT)
async def test_without_an_index_rows_that_have_to_be_looked_at_are_gathered_too(
    unsorted: DatabaseBrowser, words: str
) -> None:
    task_filter = TaskFilter.parse(words)
    expected = await unsorted.search_tasks(task_filter, PageRequest(500))
    Hurry(unsorted)

    async def search(request: PageRequest) -> Page[TaskRow]:
        return await unsorted.search_tasks(task_filter, request)

    for walk in (walk_forwards, walk_backwards):
        assert tuple((await walk(search, PageRequest(40))).rows) == expected.rows


async def test_a_table_that_sqlite_does_not_number_is_searched_by_its_key(
    sqlite_url: str,
) -> None:
    make_guide_database(sqlite_url, {})
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as connection:
        (made,) = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'tasks'"
        ).fetchone()
        connection.execute("DROP TABLE tasks")
        connection.execute(f"{made} WITHOUT ROWID")
    insert(sqlite_url, ROWS)
    browser = DatabaseBrowser(sqlite_url)
    with heard(browser._engine) as sent:
        page = await browser.search_tasks(TaskFilter.parse("needle"), PageRequest(200))
    assert [row.id for row in page.rows] == await _expected(browser, "needle", NEWEST_FIRST)
    await browser.close()
    assert not any("tasks.rowid" in statement for statement, _ in sent)
    assert any("tasks.id AS place" in statement for statement, _ in sent)


async def test_out_of_time_a_command_gets_the_part_that_was_found(
    filled_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = DatabaseBrowser(filled_url)
    await browser.search_tasks(EVERYTHING, PageRequest(1))
    real = windows.Windows.next

    async def slow(self: windows.Windows, reads: object, want: int | None) -> windows.Window:
        if self.stretch.start is not None:
            await asyncio.sleep(30)
        return await real(self, reads, want)  # type: ignore[arg-type]  # what it was called with

    monkeypatch.setattr(windows.Windows, "next", slow)
    monkeypatch.setattr(browser._asker, "seconds", 1.0)
    page = await browser.search_tasks(TaskFilter.parse("-nothing"), PageRequest(50))
    assert page.partial is not None
    assert "stopped after 1 s" in page.partial.reason
    assert len(page.rows) == 3
    assert page.next is not None
    with pytest.raises(QueryTimeoutError):
        await browser.search_tasks(TaskFilter.parse("-nothing"), PageRequest(50, cursor=page.next))
    await browser.close()


async def test_out_of_time_within_a_window_nothing_is_shown_twice(
    filled_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = DatabaseBrowser(filled_url)
    expected = await _expected(browser, "needle", NEWEST_FIRST)
    real = judged.Judged._fitting
    given = 0

    async def slow(self: judged.Judged[TaskRow], rows: Sequence[Any]) -> AsyncIterator[Any]:
        nonlocal given
        async for row in real(self, rows):
            if given == 10:
                await asyncio.sleep(30)
            given += 1
            yield row

    with monkeypatch.context() as slowly:
        slowly.setattr(judged.Judged, "_fitting", slow)
        slowly.setattr(browser._asker, "seconds", 2.0)
        page = await browser.search_tasks(TaskFilter.parse("needle"), PageRequest(50))
    assert page.partial is not None
    assert [row.id for row in page.rows] == expected[:10]
    assert page.next is not None
    after = await browser.search_tasks(
        TaskFilter.parse("needle"), PageRequest(50, cursor=page.next)
    )
    assert [row.id for row in after.rows] == expected[10:]
    await browser.close()
