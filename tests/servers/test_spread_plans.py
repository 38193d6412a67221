"""What partitions and other servers are asked: of no more of them, nor for more, than needed."""

from __future__ import annotations

import re
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from support.databases import DatabaseMaker, run
from support.explained import Plan, plans_of
from support.postgres import server_labels
from support.spread import make_partitioned, three_shards
from support.standby import execute
from support.stored import START, StoredConversation, StoredTask, insert, number
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.query.page import Page
from taskview_core.query.request import PageRequest
from taskview_core.query.sort import Sort
from taskview_core.query.task_filter import EVERYTHING, TaskFilter

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("spread plans")]

_CONVERSATIONS = [UUID(int=(0xC << 124) | n) for n in range(40)]
_MANY = 6_000


def _fill(url: str) -> None:
    """Six days of tasks, a third of which failed, each with a payload."""
    rows = [
        StoredTask.numbered(
            n,
            conversation_id=_CONVERSATIONS[n % 40],
            parent_task_id=number(n - 40) if n >= 40 and n % 3 else None,
            agent_id=f"agent{n % 5}",
            status=("completed", "failed", "completed")[n % 3],
            input=f'{{"n": {n}, "text": "{"x" * 200}"}}',
            error="it broke" if n % 3 == 1 else None,
            created_at=START + timedelta(minutes=(n - _MANY) // 2),
            started_at=START + timedelta(seconds=n),
            completed_at=START + timedelta(seconds=2 * n),
        )
        for n in range(_MANY)
    ]
    conversations = [StoredConversation(id=each) for each in _CONVERSATIONS]
    insert(url, rows, conversations)
    run(execute(url, "ANALYZE tasks", "ANALYZE conversations"))


@pytest.fixture(scope="module")
def by_time(databases: DatabaseMaker) -> Iterator[str]:
    url = databases.empty(server_labels()[0])
    make_partitioned(url, "range")
    _fill(url)
    yield url
    databases.drop(url)


@pytest.fixture(scope="module")
def by_conversation(databases: DatabaseMaker) -> Iterator[str]:
    url = databases.empty(server_labels()[0])
    make_partitioned(url, "hash")
    _fill(url)
    yield url
    databases.drop(url)


@pytest.fixture(scope="module")
def on_shards() -> Iterator[str]:
    with three_shards() as shards:
        _fill(shards.url)
        # As of what others set up: by themselves servers look at no foreign table.
        run(execute(shards.url, *(f"ANALYZE tasks_{n}" for n in range(3))))
        yield shards.url


async def _plans(url: str, work: Callable[[DatabaseBrowser], Awaitable[Any]]) -> list[Plan]:
    browser = DatabaseBrowser(url)
    await browser.connect()
    plans = await plans_of(browser, lambda: work(browser))
    await browser.close()
    return plans


def _pages(text: str, sort: Sort) -> Callable[[DatabaseBrowser], Awaitable[Page[Any]]]:
    """Ask for the first page and the one after it."""

    async def work(browser: DatabaseBrowser) -> Page[Any]:
        task_filter, request = TaskFilter.parse(text), PageRequest(20, sort)
        page = await browser.search_tasks(task_filter, request)
        assert page.next is not None
        assert len(page.rows) == 20
        return await browser.search_tasks(task_filter, replace(request, cursor=page.next))

    return work


@pytest.mark.parametrize("down", [True, False])
@pytest.mark.parametrize("text", ["", "status:failed", "agent:agent1"])
async def test_pages_by_time_read_no_partition_but_the_first_that_fills_them(
    by_time: str, text: str, down: bool
) -> None:
    for plan in await _plans(by_time, _pages(text, Sort("created", down))):
        assert "Sort" not in plan.kinds, plan
        # The two of January's first days are empty: whoever goes up comes through them.
        assert plan.read - {"conversations", "tasks_0", "tasks_1"} == {
            "tasks_4" if down else "tasks_2"
        }


async def test_a_range_of_time_leaves_partitions_out(by_time: str) -> None:
    text = "since:2026-01-30T06:00Z until:2026-01-30T12:00Z"
    for plan in await _plans(by_time, _pages(text, Sort("created", True))):
        assert plan.tables & {f"tasks_{n}" for n in range(5)} == {"tasks_3"}


@pytest.mark.parametrize("key", ["created", "updated", "agent", "status", "started", "duration"])
async def test_pages_over_hashed_partitions_are_merged_from_their_indexes(
    by_conversation: str, key: str
) -> None:
    for plan in await _plans(by_conversation, _pages("", Sort(key, True))):
        assert "Merge Append" in plan.kinds, plan
        assert "Sort" not in plan.kinds, plan
        merged = plan.kinds[plan.kinds.index("Merge Append") + 1 :][:3]
        assert set(merged) <= {"Index Scan", "Index Only Scan"}, plan


async def test_of_one_conversation_one_partition_is_asked(
    by_conversation: str, on_shards: str
) -> None:
    conversation = _CONVERSATIONS[7]
    text = f"conversation:{conversation}"

    async def work(browser: DatabaseBrowser) -> None:
        await _pages(text, Sort("created", True))(browser)
        await browser.conversation_tree(conversation)
        await browser.count_tasks(TaskFilter.parse(text))
        await browser.facets(TaskFilter.parse(text))

    for url in (by_conversation, on_shards):
        for plan in await _plans(url, work):
            if "parent" not in plan.statement and "tasks.id = any" not in plan.statement:
                assert len(plan.tables - {"conversations"}) == 1, plan.tables


@pytest.mark.parametrize("down", [True, False])
@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("", ""),
        ("status:failed", "status = 'failed'"),
        ("status:failed,running", "status = ANY"),
        ("agent:agent1 status:completed", "agent_id = 'agent1'"),
        ("agent:agent*", "starts_with(agent_id, 'agent'"),
        ("has:error", "error <> ''"),
        ("is:root", "parent_task_id IS NULL"),
        ("since:2026-01-30T06:00Z", "created_at >= '2026-01-30 06:00:00+00'"),
        ("updated:>2020-01-01", "updated_at >= '2020-01-02"),
    ],
)
async def test_shards_are_asked_for_their_part_in_its_order(
    on_shards: str, text: str, asked: str, down: bool
) -> None:
    """Filter and order are theirs; none sends a payload of a row that is not on the page."""
    sort = Sort("created", down)
    listed, whole = 0, 0
    for plan in await _plans(on_shards, _pages(text, sort)):
        assert not plan.local_filters, plan.local_filters
        assert "Sort" not in plan.kinds, plan
        first = plan.remote[-1]
        if "tasks.id = any" in plan.statement:
            whole += 1
            assert all("id = ANY" in each for each in plan.remote)
            continue
        listed += 1
        assert "Merge Append" in plan.kinds
        for each in plan.remote:
            assert "input" not in each, "keys alone are sent"
            assert asked in each or (text.startswith("since") and "created_at >=" in each), each
        word = "DESC" if down else "ASC"
        assert f"ORDER BY created_at {word}" in first
    assert (listed, whole) == (2, 2)


@pytest.mark.parametrize("key", ["agent", "status", "updated", "started"])
async def test_other_orders_are_theirs_too(on_shards: str, key: str) -> None:
    for plan in await _plans(on_shards, _pages("", Sort(key, True))):
        assert not plan.local_filters, plan.local_filters
        if "tasks.id = any" not in plan.statement:
            assert "Merge Append" in plan.kinds
            assert "ORDER BY" in plan.remote[-1]


async def test_rows_of_one_time_are_not_sent_with_each_page(on_shards: str) -> None:
    """All of a bulk load may have one: the shards know where among them a page begins."""

    async def work(browser: DatabaseBrowser) -> None:
        await _pages("", Sort("updated", True))(browser)

    plans = await _plans(on_shards, work)
    beyond = [plan for plan in plans if "tasks.updated_at <=" in plan.statement]
    assert beyond
    for plan in beyond:
        assert all("updated_at <= " in each for each in plan.remote if "ORDER BY" in each)
        sent = [node["Actual Rows"] for node in plan.nodes if "Remote SQL" in node]
        assert max(sent) < 100, "no more than what the page takes"


async def test_search_reads_in_order_and_what_it_judges_alone(on_shards: str) -> None:
    """What payloads hold is found here, for JSON is nothing that shards are asked about."""
    words = "error:broke status:failed"
    plans = await _plans(on_shards, _pages(words, Sort("created", True)))
    # Whether there is anything before a page is asked in no order.
    pages = [each for plan in plans for each in plan.remote if "SELECT id, conversation_id" in each]
    assert pages
    assert all("ORDER BY created_at DESC" in each for each in pages), pages
    for plan in plans:
        for each in plan.remote:
            assert "metadata" not in each
            assert "output" not in each
            assert "status = 'failed'" in each, each


async def test_trees_ask_shards_for_what_lies_below(on_shards: str) -> None:
    async def work(browser: DatabaseBrowser) -> None:
        await browser.subtree(number(0))

    plans = await _plans(on_shards, work)
    assert plans
    for plan in plans:
        assert not plan.local_filters
        assert all(re.search(r"\b(parent_task_)?id = ", each) for each in plan.remote), plan.remote


async def test_counts_are_of_what_the_filter_lets_through(on_shards: str) -> None:
    async def work(browser: DatabaseBrowser) -> None:
        failed = TaskFilter.parse("status:failed since:2026-01-30")
        await browser.count_tasks(failed)
        await browser.facets(failed)

    for plan in await _plans(on_shards, work):
        assert not plan.local_filters
        assert all("status = 'failed'" in each and "created_at >=" in each for each in plan.remote)
        assert not any("input" in each for each in plan.remote)


async def test_a_row_that_goes_between_the_two_steps_of_a_page(on_shards: str) -> None:
    """The page is read anew; it is full, and does not seem to be the last."""
    browser = DatabaseBrowser(on_shards)
    before = await browser.search_tasks(EVERYTHING, PageRequest(20))
    gone = before.rows[3].id
    asked: list[str] = []

    def interfere(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "tasks.id = any" in statement:
            asked.append(statement)
            if len(asked) == 1:
                delete = execute(on_shards, f"DELETE FROM tasks WHERE id = '{gone}'")
                thread = threading.Thread(target=run, args=(delete,))
                thread.start()
                thread.join()

    event.listen(browser._engine.sync_engine, "before_cursor_execute", interfere)
    page = await browser.search_tasks(EVERYTHING, PageRequest(20))
    await browser.close()
    assert len(asked) == 2
    assert [row.id for row in page.rows[:19]] == [r.id for r in before.rows if r.id != gone]
    assert len(page.rows) == 20
    assert page.next is not None
