"""Databases made from the guide's own models open and work as they are, however odd their rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import JSON

from support.databases import SQLITE, DatabaseMaker, engine_labels
from support.engines import long, marks_of
from support.foreign import BINARY_JSON, everything, guide_rows_by_orm, make_guide_database
from support.stored import CONVERSATION, number
from support.walking import walk_backwards, walk_forwards
from taskview_core.entities import TaskRow
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.query.conversation_filter import ConversationFilter
from taskview_core.query.page import Page
from taskview_core.query.request import PageRequest
from taskview_core.query.sort import TASK_SORT_KEYS, Sort
from taskview_core.query.task_filter import EVERYTHING
from taskview_core.tree.assemble import TaskTree

KINDS = {"json": JSON(), "jsonb": BINARY_JSON}


@pytest.fixture(
    scope="module",
    params=[
        pytest.param((label, kind), marks=marks_of(label), id=f"{label}-{kind}")
        for label in engine_labels()
        for kind in (sorted(KINDS) if label != SQLITE else ["json"])
    ],
)
def guide_url(request: pytest.FixtureRequest, databases: DatabaseMaker) -> Iterator[str]:
    """The guide's database on each engine; SQLite has no JSONB."""
    label, kind = request.param
    url = databases.empty(label)
    make_guide_database(url, guide_rows_by_orm(), KINDS[kind])
    yield url
    databases.drop(url)


@pytest.fixture
async def guide(guide_url: str) -> Any:
    browser = DatabaseBrowser(guide_url)
    await browser.connect()
    yield browser
    await browser.close()


@pytest.mark.parametrize(
    "sort",
    [
        (pytest.param if (place + down) % 2 else long)(Sort(key, down))
        for place, key in enumerate(TASK_SORT_KEYS)
        for down in (0, 1)
    ],
    ids=str,
)
async def test_paging_is_complete_without_our_indexes(guide: DatabaseBrowser, sort: Sort) -> None:
    async def search(request: PageRequest) -> Page[TaskRow]:
        return await guide.search_tasks(EVERYTHING, request)

    forwards = await walk_forwards(search, PageRequest(7, Sort(sort.key, bool(sort.descending))))
    backwards = await walk_backwards(search, PageRequest(7, Sort(sort.key, bool(sort.descending))))
    assert len({row.id for row in forwards.rows}) == len(forwards.rows) == 100
    assert backwards.rows == forwards.rows


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("status:paused", range(2, 100, 4)),
        ('status:""', range(3, 100, 4)),
        ("-status:paused,failed", [n for n in range(100) if n % 4 in (0, 3)]),
        ("überprüfung", range(0, 100, 6)),
        ("ÜBERPRÜFUNG", range(0, 100, 6)),
        ("input:prompt", range(0, 100, 6)),
        ("input:12", [n for n in range(100) if n % 6 == 3] + [12]),
        ("error:ωMEGA", range(1, 100, 4)),
        ("has:output", range(1, 100, 2)),
        ("-has:input", [n for n in range(100) if n % 6 in (4, 5)]),
        ("metadata.attempt:42", [42]),
        ("metadata.a.b:2", range(100)),
        ("agent:Ä*", range(2, 100, 3)),
        ("agent:tool:*", range(1, 100, 3)),
        ("is:root", [0]),
        ("is:leaf", [n for n in range(100) if 3 * n + 1 > 99]),
        (f"parent:{number(2)}", [7, 8, 9]),
        (f"conversation:{CONVERSATION}", range(100)),
        (f"id:{number(7)}", [7]),
        ("id:a000", range(100)),
        ("user:ada", range(100)),
        ("user:bob", []),
        ("duration:>=30m", [n for n in range(31, 100) if n % 4 == 1]),
        ("completed:>2026-01-31T10:50:00Z", [n for n in range(51, 100) if n % 4 == 1]),
    ],
)
async def test_filters_work_as_on_our_own(guide: DatabaseBrowser, text: str, numbers: Any) -> None:
    wanted = sorted(set(numbers))
    if text == "input:12":
        wanted = [n for n in range(100) if n % 6 == 3] + [12]
    assert await everything(guide, text) == sorted(set(wanted))


async def test_everything_else_works_too(guide: DatabaseBrowser) -> None:
    detail = await guide.get_task(number(6))
    assert detail.input.value() == {"prompt": "Überprüfung 6"}
    assert detail.metadata.value() == {"attempt": 6, "a": {"b": [1, 2]}}
    assert detail.row.parent_task_id == number(1)
    tree = TaskTree.assemble(await guide.conversation_tree(CONVERSATION))
    assert (tree.roots, len(list(tree.preorder())), tree.marks) == ((number(0),), 100, {})
    below = await guide.subtree(number(1))
    assert {number(1), number(4), number(13)} <= {row.id for row in below.rows}
    facets = await guide.facets(EVERYTHING)
    assert {each.value: each.count.value for each in facets.statuses} == {
        "completed": 25, "failed": 25, "paused": 25, "": 25
    }  # fmt: skip
    assert await guide.resolve_id(str(CONVERSATION)[:6]) == ("conversation", CONVERSATION)
    page = await guide.search_conversations(
        ConversationFilter(), PageRequest(10, Sort("updated", descending=True))
    )
    assert [(row.title, row.tasks.value, row.failed.value) for row in page.rows] == [
        (None, 100, 25)
    ]


# --- SQLite: what no other engine would take -------------------------------------------------
