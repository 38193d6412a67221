"""Pages are walks along an index, whichever way and from wherever they are entered."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from support.databases import DatabaseMaker
from support.heard import heard
from support.stored import CONVERSATION, START, StoredTask, insert, number
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.persistence.engine import create_engine
from taskview_core.persistence.sql import statements
from taskview_core.query.request import PageRequest
from taskview_core.query.sort import TASK_SORT_KEYS, Sort
from taskview_core.query.task_filter import TaskFilter

FILTERS = (
    "",
    "status:failed",
    "agent:a1",
    "agent:a1 status:failed",
    f"conversation:{CONVERSATION}",
    f"parent:{number(0)}",
    f"conversation:{CONVERSATION} is:root",
    "created:>=2026-01-31",
    "created:<2026-02-03",
)


@pytest.fixture(scope="module")
def filled_url(engine_label: str, databases: DatabaseMaker) -> Iterator[str]:
    """Some hundred tasks; the planners do not know that they are so few."""
    url = databases.migrated(engine_label)
    rows = [
        StoredTask.numbered(
            index,
            agent_id=f"a{index % 3}",
            status=("failed", "completed")[index % 2],
            parent_task_id=number(0) if index % 4 else None,
            started_at=START if index % 3 else None,
            completed_at=START + timedelta(seconds=index) if index % 3 else None,
        )
        for index in range(300)
    ]
    insert(url, rows)
    yield url
    databases.drop(url)


def _plans(connection: Connection, sent: list[tuple[str, Any]]) -> list[str]:
    """Give the plans of statements; Postgres is told not to read so small a table as a whole."""
    words = "EXPLAIN QUERY PLAN"
    if connection.dialect.name == "postgresql":
        words = "EXPLAIN"
        for setting in ("enable_seqscan", "enable_sort", "enable_bitmapscan"):
            connection.exec_driver_sql(f"SET {setting} = off")
    plans = []
    for statement, parameters in sent:
        rows = connection.exec_driver_sql(f"{words} {statement}", parameters).all()
        plans.append("\n".join(str(row[-1]) for row in rows))
    return plans


def _is_page(statement: str) -> bool:
    return "FROM tasks" in statement and "LIMIT" in statement


async def _explained(url: str, task_filter: TaskFilter, sort: Sort) -> list[str]:
    """Give the plans of the first two pages and the last two."""
    browser = DatabaseBrowser(url)
    await browser.connect()
    first = PageRequest(20, sort)
    with heard(browser._engine, _is_page) as sent:
        for edge in ("next", "previous"):
            page = await browser.search_tasks(task_filter, first)
            if edge == "previous":
                page = await browser.search_tasks(task_filter, replace(first, cursor=page.last))
            beyond = getattr(page, edge)
            assert beyond is not None, f"{task_filter} has one page"
            await browser.search_tasks(task_filter, replace(first, cursor=beyond))
    await browser.close()
    engine = create_engine(url)
    async with engine.connect() as connection:
        plans = await connection.run_sync(_plans, sent)
    await engine.dispose()
    assert len(plans) >= 5
    return plans


def _check(plan: str) -> None:
    for word in ("TEMP B-TREE", "Sort", "Seq Scan", "Bitmap"):
        assert word not in plan, plan
    for line in plan.splitlines():
        assert not (line.startswith("SCAN tasks") and "USING" not in line), plan


@pytest.mark.parametrize("down", [True, False])
@pytest.mark.parametrize("text", FILTERS)
def test_pages_of_a_filter_walk_along_an_index(filled_url: str, text: str, down: bool) -> None:
    sort = Sort("created", down)
    for plan in asyncio.run(_explained(filled_url, TaskFilter.parse(text), sort)):
        _check(plan)


@pytest.mark.parametrize("down", [True, False])
@pytest.mark.parametrize("key", TASK_SORT_KEYS)
def test_pages_of_an_order_walk_along_an_index_from_their_row(
    filled_url: str, key: str, down: bool
) -> None:
    """A seek by the first value alone would walk past all tasks of an agent, page after page."""
    plans = asyncio.run(_explained(filled_url, TaskFilter(), Sort(key, down)))
    for plan in plans:
        _check(plan)
    if "QUERY" not in plans[0] and "Index" not in plans[0]:
        for sign in "<>":
            seek = f"<expr>{sign}?" if key == "duration" else f"id){sign}("
            assert any(seek in plan and "SCAN tasks" not in plan for plan in plans), plans
            if key == "duration":
                assert not any("SCAN tasks" in plan for plan in plans), plans


@pytest.mark.parametrize("key", TASK_SORT_KEYS)
async def test_the_words_of_a_page_are_written_once(
    filled_url: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = DatabaseBrowser(filled_url)
    request = PageRequest(20, Sort(key, descending=True))
    made: list[str] = []
    make = statements.for_driver

    def noted(*of: Any) -> Any:
        ready = make(*of)
        assert ready is not None
        made.append(ready.words)
        return ready

    monkeypatch.setattr(statements, "for_driver", noted)
    with heard(browser._engine, _is_page) as sent:
        for _ in range(4):
            await browser.search_tasks(TaskFilter(), request)
    await browser.close()
    assert made
    assert len(sent) == 4 * len(made)
    assert {words for words, _ in sent} == set(made)
