"""Tasks in partitions and on three servers: pages, trees, counts and commands as of one table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from contract.test_paging import ROWS, SORTS, expected_order
from support.databases import DatabaseMaker
from support.postgres import server_labels
from support.spread import WAYS, make_partitioned, three_shards
from support.stored import START, StoredConversation, StoredTask, insert, number
from support.walking import walk_backwards, walk_forwards
from taskview_core.entities import TaskRow
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.query.conversation_filter import ConversationFilter
from taskview_core.query.page import Page
from taskview_core.query.request import PageRequest
from taskview_core.query.sort import NEWEST_FIRST, Sort
from taskview_core.query.task_filter import EVERYTHING, TaskFilter
from taskview_tui.cli.main import main

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("spread")]

_CONVERSATIONS = [UUID(int=(0xC << 124) | n) for n in range(40)]


def _rows() -> list[StoredTask]:
    """Spread the rows of the paging tests, with their shared times, over conversations.

    Each is below one before it, in its own conversation or, now and then, in another one.
    """
    rows = []
    for n, row in enumerate(ROWS):
        above = n - (len(_CONVERSATIONS) if n % 50 else 1)
        rows.append(
            replace(
                row,
                conversation_id=_CONVERSATIONS[n % len(_CONVERSATIONS)],
                parent_task_id=ROWS[above].id if above >= 0 and n % 7 else None,
                input=f'{{"n": {n}, "word": "{"needle" if n % 500 == 3 else "hay"}"}}',
                error="Traceback (most recent call last)" if n % 9 == 0 else None,
                metadata='{"tokens": 3}' if n % 11 == 0 else None,
            )
        )
    # Some days of them, so that a partition by time has neighbours.
    later = [
        replace(
            row,
            id=number(0xDA << 40 | n),
            created_at=START + timedelta(days=-2 + n % 4, seconds=n),
            parent_task_id=None,
        )
        for n, row in enumerate(rows[:120])
    ]
    return [*rows, *later]


TASKS = _rows()
CONVERSATIONS = [
    StoredConversation(id=ident, title=f"title {n}", user_id=f"user{n % 3}")
    for n, ident in enumerate(_CONVERSATIONS)
]


@pytest.fixture(scope="module")
def plain(databases: DatabaseMaker) -> Iterator[str]:
    """The same rows in one table of one server."""
    url = databases.migrated(server_labels()[0])
    insert(url, TASKS, CONVERSATIONS)
    yield url
    databases.drop(url)


@pytest.fixture(scope="module", params=WAYS)
def spread(request: pytest.FixtureRequest, databases: DatabaseMaker) -> Iterator[str]:
    if request.param == "shards":
        with three_shards() as shards:
            insert(shards.url, TASKS, CONVERSATIONS)
            yield shards.url
        return
    url = databases.empty(server_labels()[0])
    make_partitioned(url, request.param)
    insert(url, TASKS, CONVERSATIONS)
    yield url
    databases.drop(url)


async def _walked(
    browser: DatabaseBrowser, task_filter: TaskFilter, sort: Sort, size: int
) -> list[TaskRow]:
    async def search(request: PageRequest) -> Page[TaskRow]:
        return await browser.search_tasks(task_filter, request)

    forwards = await walk_forwards(search, PageRequest(size, sort))
    backwards = await walk_backwards(search, PageRequest(size, sort))
    assert backwards.rows == forwards.rows
    return forwards.rows


async def test_every_row_once_in_every_order(spread: str) -> None:
    browser = DatabaseBrowser(spread)
    for sort in SORTS:
        rows = await _walked(browser, EVERYTHING, sort, 400)
        assert [row.id for row in rows] == [row.id for row in expected_order(TASKS, sort)], str(
            sort
        )
        titles = {row.conversation_id: row.conversation_title for row in rows}
        assert titles == {each.id: each.title for each in CONVERSATIONS}
    await browser.close()


_FILTERS = (
    "status:failed agent:planner",
    "status:failed,completed -agent:z*",
    f"conversation:{_CONVERSATIONS[3]}",
    f"conversation:{_CONVERSATIONS[3]} is:root",
    f"parent:{ROWS[0].id}",
    "is:leaf",
    "is:orphan",
    "is:stuck",
    "has:error",
    "-has:error user:user1",
    "needle",
    "error:traceback hay",
    "metadata.tokens:3",
    "created:>2026-01-31T10:00:00Z",
    "since:2026-01-30 until:2026-01-30",
    "duration:>1s",
    "nowhere",
)


async def test_what_filters_find_is_the_same_as_in_one_table(spread: str, plain: str) -> None:
    one, other = DatabaseBrowser(plain), DatabaseBrowser(spread)
    for text in _FILTERS:
        task_filter = TaskFilter.parse(text)
        others = (Sort("agent", False), Sort("duration", True)) if text in _FILTERS[::4] else ()
        for sort in (NEWEST_FIRST, *others):
            expected = await _walked(one, task_filter, sort, 300)
            assert await _walked(other, task_filter, sort, 300) == expected, (text, sort)
        count = await one.count_tasks(task_filter, None)
        assert await other.count_tasks(task_filter, None) == count, text
        assert count.value == len(expected)
        assert await other.count_tasks(task_filter) == count, text
    await one.close()
    await other.close()


async def test_facets_and_conversations_are_the_same(spread: str, plain: str) -> None:
    one, other = DatabaseBrowser(plain), DatabaseBrowser(spread)
    for text in ("status:failed", "agent:planner status:failed", "has:error"):
        task_filter = TaskFilter.parse(text)
        assert await other.facets(task_filter) == await one.facets(task_filter), text
    for asked in (ConversationFilter(), ConversationFilter.parse("user:user1 title")):
        request = PageRequest(30, Sort("created", True))
        expected = await one.search_conversations(asked, request)
        assert (await other.search_conversations(asked, request)).rows == expected.rows
    await one.close()
    await other.close()


async def test_trees_and_single_tasks_are_the_same(spread: str, plain: str) -> None:
    one, other = DatabaseBrowser(plain), DatabaseBrowser(spread)
    for conversation in _CONVERSATIONS[::10]:
        expected = await one.conversation_tree(conversation)
        assert await other.conversation_tree(conversation) == expected
        assert expected.elsewhere, "there is a parent in another conversation"
    for top in (ROWS[0].id, ROWS[40].id):
        found, tree = await other.subtree(top), await one.subtree(top)
        assert len(tree.rows) > 3
        assert set(found.rows) == set(tree.rows)
    ids = [row.id for row in TASKS[:30]]
    assert await other.get_tasks(ids) == await one.get_tasks(ids)
    assert await other.get_usage(ids) == await one.get_usage(ids)
    assert await other.naming_a_parent(ids) == await one.naming_a_parent(ids)
    assert await other.resolve_id(str(ids[0])) == ("task", ids[0])
    assert await other.run_limits() == await one.run_limits()
    await one.close()
    await other.close()


def _printed(words: Sequence[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert main(words) == 0, words
    return capsys.readouterr().out


def test_commands_print_the_same(
    spread: str, plain: str, capsys: pytest.CaptureFixture[str]
) -> None:
    task, conversation = str(ROWS[40].id), str(_CONVERSATIONS[3])
    for command, *words in (
        ("ls", "--filter", "status:failed needle", "-o", "jsonl"),
        ("ls", "--sort", "-duration", "--limit", "70", "-o", "csv"),
        ("ls", "--filter", "has:error", "--full", "-o", "json"),
        ("tree", conversation),
        ("tree", task, "-o", "json"),
        ("show", task),
        ("show", conversation),
        ("count", "--filter", "error:traceback", "--exact"),
        ("export", conversation),
    ):
        expected = _printed([command, plain, *words], capsys)
        assert _printed([command, spread, *words], capsys) == expected
        assert len(expected) > 3
