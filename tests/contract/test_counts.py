"""Counts that stop early say so; facets name what there is under the filter."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text

from support.databases import DatabaseMaker, run
from support.stored import CONVERSATION, START, StoredConversation, StoredTask, insert, number
from taskview_core.entities import Count, Facets
from taskview_core.errors import QueryTimeoutError
from taskview_core.interfaces.browser import COUNT_CAP
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.persistence.running import Session
from taskview_core.persistence.sql.conversation_pages import _capped
from taskview_core.query.conversation_filter import ConversationFilter
from taskview_core.query.request import PageRequest
from taskview_core.query.sort import RECENT_FIRST
from taskview_core.query.task_filter import EVERYTHING, TaskFilter

MANY = COUNT_CAP + 500
QUIET = UUID("c0000000-0000-4000-8000-000000000002")


async def sample(url: str) -> None:
    """Have a server look at its tables, as it does by itself in the course of time."""
    connection = await asyncpg.connect(url)
    await connection.execute("ANALYZE tasks")
    await connection.close()


@pytest.fixture(scope="module")
def many_url(engine_label: str, databases: DatabaseMaker) -> Iterator[str]:
    """More tasks than a capped count goes to, a hundredth of them failed."""
    url = databases.migrated(engine_label)
    rows = [
        StoredTask.numbered(
            index,
            agent_id=f"agent{index % 3}",
            status="failed" if index % 100 == 0 else "completed",
            input='{"word": "needle"}' if index % 1000 == 7 else '{"word": "hay"}',
        )
        for index in range(MANY)
    ]
    rows.append(StoredTask.numbered(MANY, conversation_id=QUIET, agent_id="rare", status="odd"))
    quiet = StoredConversation(id=QUIET, title=None, updated_at=START - timedelta(days=1))
    insert(url, rows, [StoredConversation(), quiet])
    if not url.startswith("sqlite"):
        run(sample(url))
    yield url
    databases.drop(url)


@pytest.fixture
async def many(many_url: str) -> AsyncIterator[DatabaseBrowser]:
    browser = DatabaseBrowser(many_url)
    await browser.connect()
    yield browser
    await browser.close()


async def test_a_count_stops_at_its_cap(many: DatabaseBrowser) -> None:
    count = await many.count_tasks(EVERYTHING)
    assert (count.value, count.exact, str(count)) == (10_000, False, "10,000+")
    exact = await many.count_tasks(EVERYTHING, None)
    assert (exact.value, exact.exact, str(exact)) == (MANY + 1, True, f"{MANY + 1:,}")


@pytest.mark.parametrize(
    ("cap", "value", "exact"),
    [(104, 104, False), (105, 105, True), (106, 105, True), (1, 1, False)],
)
@pytest.mark.parametrize("words", ["status:failed", "status:failed hay"])
async def test_the_border_of_a_cap(
    many: DatabaseBrowser, words: str, cap: int, value: int, exact: bool
) -> None:
    """Exactly as many as the cap is still exact; also where Python has to judge each row."""
    count = await many.count_tasks(TaskFilter.parse(words), cap)
    assert (count.value, count.exact) == (value, exact)


async def test_words_are_counted_too(many: DatabaseBrowser) -> None:
    assert (await many.count_tasks(TaskFilter.parse("needle"))).value == 11
    assert (await many.count_tasks(TaskFilter.parse("-needle"), None)).value == MANY + 1 - 11
    assert (await many.count_tasks(TaskFilter.parse("-needle"))).exact is False


async def test_facets_of_everything_are_all_there(many: DatabaseBrowser) -> None:
    facets = await many.facets(EVERYTHING)
    assert facets.complete
    statuses = {each.value: str(each.count) for each in facets.statuses}
    assert statuses == {"completed": "5,000+", "failed": "105", "odd": "1"}
    assert [each.value for each in facets.statuses] == ["completed", "failed", "odd"]
    agents = {each.value: each.count.value for each in facets.agents}
    assert agents == {"agent0": 3500, "agent1": 3500, "agent2": 3500, "rare": 1}


async def test_facets_where_no_index_can_be_stepped_through(
    many: DatabaseBrowser, many_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Citus, which refuses recursive queries: here the words are the server's own."""
    if many_url.startswith("sqlite"):
        return

    async def refused(session: Session) -> None:
        await session.execute(text("SELECT * FROM tasks AS a FULL JOIN tasks AS b ON a.id < b.id"))

    monkeypatch.setattr("taskview_core.persistence.sql.counts._distinct", refused)
    facets = await many.facets(EVERYTHING)
    assert not facets.complete
    assert {each.value for each in facets.agents} >= {"agent0", "agent1", "agent2"}


@pytest.mark.parametrize(
    ("words", "few"), [("", False), ("status:completed", False), ("agent:agent1", True)]
)
async def test_facets_are_exact_a_moment_later_where_narrow_indexes_tell_them(
    many: DatabaseBrowser, words: str, few: bool
) -> None:
    task_filter = TaskFilter.parse(words)
    told: list[Facets] = []
    facets = await many.facets(task_filter, heard=told.append)
    assert told[0].is_exact == few
    assert facets.is_exact
    for values in (facets.statuses, facets.agents):
        numbers = {each.value: each.count for each in values}
        key = "status" if values is facets.statuses else "agent"
        assert numbers == {
            value: await many.count_tasks(TaskFilter.parse(f"{words} {key}:{value}"), None)
            for value in numbers
        }
        assert (
            sum(count.value for count in numbers.values())
            == (await many.count_tasks(task_filter, None)).value
        )


async def test_facets_stay_capped_where_all_take_too_long(
    many: DatabaseBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def too_long(*_: object) -> None:
        raise QueryTimeoutError("it took too long")

    monkeypatch.setattr("taskview_core.persistence.task_lists.exact_values", too_long)
    told: list[Facets] = []
    assert await many.facets(EVERYTHING, heard=told.append) == told[0]


async def test_facets_of_a_large_conversation_say_that_they_are_of_a_part(
    many: DatabaseBrowser,
) -> None:
    words = TaskFilter.parse(f"conversation:{CONVERSATION}")
    facets = await many.facets(words, heard=lambda _: None)
    assert not facets.complete
    assert facets == await many.facets(words)


async def test_facets_follow_the_filter(many: DatabaseBrowser) -> None:
    facets = await many.facets(TaskFilter.parse("status:failed agent:agent0"))
    assert {each.value: each.count.value for each in facets.statuses} == {"failed": 35}
    assert {each.value: each.count.value for each in facets.agents} == {"agent0": 35}
    alone = await many.facets(TaskFilter.parse("agent:agent0"))
    assert {each.value: each.count.value for each in alone.statuses} == {
        "completed": 3465,
        "failed": 35,
    }
    assert {each.value: each.count.value for each in alone.agents} == {"agent0": 3500}
    expected = dict.fromkeys(("agent0", "agent1", "agent2"), 3465)
    completed = await many.facets(TaskFilter.parse("status:completed"))
    assert {each.value: str(each.count) for each in completed.statuses} == {"completed": "5,000+"}
    assert {each.value: each.count.value for each in completed.agents} == expected
    assert (await many.facets(TaskFilter.parse("agent:nobody"))).statuses == ()


async def test_conversations_count_their_tasks_capped(many: DatabaseBrowser) -> None:
    page = await many.search_conversations(ConversationFilter(), PageRequest(10, RECENT_FIRST))
    found = {row.id: row for row in page.rows}
    assert (str(found[QUIET].tasks), str(found[QUIET].failed)) == ("1", "0")
    tasks, failed = found[CONVERSATION].tasks, found[CONVERSATION].failed
    assert not tasks.exact
    assert 1_000 <= tasks.value <= MANY
    assert not failed.exact
    assert 0 < failed.value <= 105


async def test_what_a_narrow_index_tells_is_counted_in_a_moment(many: DatabaseBrowser) -> None:
    assert await many.count_quickly(EVERYTHING) == Count(MANY + 1)
    odd = TaskFilter.parse("status:odd agent:rare")
    assert await many.count_quickly(odd) == Count(1)
    for words in ("is:root", "hello", "-status:failed", "user:ada"):
        assert await many.count_quickly(TaskFilter.parse(words)) is None


@pytest.mark.parametrize(
    "words", ["since:2020-01-01", "status:failed,completed", "agent:agent* until:2099-01-01"]
)
async def test_what_takes_longer_is_estimated_where_the_server_can(
    many: DatabaseBrowser, many_url: str, words: str
) -> None:
    count = await many.count_quickly(TaskFilter.parse(words))
    if many_url.startswith("sqlite"):
        assert count is None
    else:
        assert count is not None
        assert (count.about, count.exact) == (True, False)
        assert count.value == pytest.approx(MANY, rel=0.1)
        assert str(count).startswith("about 1")


async def test_a_count_that_takes_too_long_is_estimated(
    many: DatabaseBrowser, many_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:

    async def too_long(*_: object) -> Count:
        raise QueryTimeoutError("counting took too long")

    monkeypatch.setattr("taskview_core.persistence.task_lists.count_rows", too_long)
    count = await many.count_quickly(EVERYTHING)
    assert (count is None) if many_url.startswith("sqlite") else (count is not None and count.about)


async def test_what_cannot_even_be_estimated_in_a_moment_is_none(
    many: DatabaseBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def too_long(*_: object) -> Count:
        raise QueryTimeoutError("it took too long")

    monkeypatch.setattr("taskview_core.persistence.task_lists.count_rows", too_long)
    monkeypatch.setattr("taskview_core.persistence.task_lists.estimated", too_long)
    assert await many.count_quickly(EVERYTHING) is None


async def test_an_estimate_below_what_was_counted_is_none(many: DatabaseBrowser) -> None:
    assert await many.count_quickly(TaskFilter.parse("since:2020-01-01 status:odd,failed")) is None


def test_an_estimate_is_shown_with_the_digits_that_can_be_meant() -> None:
    assert str(Count.estimated(12_345)) == "about 12,000"
    assert str(Count.estimated(99_600)) == "about 100,000"
    assert str(Count.estimated(104_912_345)) == "about 100,000,000"


def test_no_more_failed_than_there_are() -> None:
    tasks, failed = _capped(1_001, 1_001, 1_000)
    assert (str(tasks), str(failed)) == ("1,000+", "1,000+")


async def test_conversations_are_counted(many: DatabaseBrowser) -> None:
    assert str(await many.count_conversations(ConversationFilter())) == "2"
    assert str(await many.count_conversations(ConversationFilter(), 1)) == "1+"
    assert str(await many.count_conversations(ConversationFilter.parse("user:ada"))) == "2"
    assert str(await many.count_conversations(ConversationFilter.parse("conversation"))) == "1"


async def test_rows_that_were_counted_can_be_found(many: DatabaseBrowser) -> None:
    page = await many.search_tasks(TaskFilter.parse("agent:rare status:odd"), PageRequest(5))
    assert [row.id for row in page.rows] == [number(MANY)]
