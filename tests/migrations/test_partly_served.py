"""Indexes of others that do a part of the work: what is still slow is told, and is so."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import Connection

from support.databases import DatabaseMaker
from support.foreign import make_guide_database
from support.heard import heard
from support.stored import START, StoredConversation, StoredTask, insert, number
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.persistence.engine import create_engine
from taskview_core.persistence.url import parse_database_url
from taskview_core.query.conversation_filter import ConversationFilter
from taskview_core.query.request import PageRequest
from taskview_core.query.sort import Sort
from taskview_core.query.task_filter import TaskFilter
from taskview_migrations import status
from taskview_migrations.expected import expected_indexes
from taskview_tui.cli.main import main

pytestmark = pytest.mark.long

TALK = UUID(int=7)
MOMENT = "sorts those of the same moment"

ALL, TIES = "sorts all that it finds", "sorts those of one value"
CASES = (
    ("conversations (updated_at)", "updated", "listing conversations by their last activity", TIES),
    ("conversations (created_at DESC)", "created", "listing conversations by when", TIES),
    ("conversations (created_at DESC, id)", "created", "listing conversations by when", TIES),
    ("conversations (user_id)", "user", "sorting conversations by user sorts all of each", TIES),
    ("tasks (created_at)", "tasks", f"every page of the task list {MOMENT}", TIES),
    ("tasks (created_at, status)", "tasks", f"every page of the task list {MOMENT}", TIES),
    ("tasks (updated_at)", "sort updated", f"sorting by updated {MOMENT}", TIES),
    ("tasks (started_at)", "sort started", f"sorting by started {MOMENT}, and all that", TIES),
    ("tasks (status, agent_id)", "status:failed", "pages under a status sort all its tasks", ALL),
    ("tasks (status, created_at)", "status:failed", f"a page under a status {MOMENT}", TIES),
    ("tasks (agent_id)", "agent:a3", "pages under an agent sort all its tasks", ALL),
    ("tasks (agent_id, created_at DESC)", "agent:a3", f"a page under an agent {MOMENT}", TIES),
    ("tasks (agent_id, status)", "agent:a3 status:failed", "pages under an agent and a", ALL),
    ("tasks (conversation_id)", "tree", "opening a conversation's tree, and each page of", ALL),
    ("tasks (conversation_id)", f"conversation:{TALK}", "opening a conversation's tree, and", ALL),
    (
        "tasks (conversation_id, created_at)",
        f"conversation:{TALK}",
        f"a page of a conversation's tasks {MOMENT}",
        TIES,
    ),
    ("tasks (parent_task_id)", "subtree", "each page of a task's children sorts all", ALL),
    ("tasks (parent_task_id)", f"parent:{number(0)}", "each page of a task's children", ALL),
    (
        "tasks (parent_task_id) WHERE (parent_task_id IS NOT NULL)",
        f"parent:{number(0)}",
        "each page of a task's children sorts all of them",
        ALL,
    ),
    (
        "tasks (parent_task_id, created_at)",
        f"parent:{number(0)}",
        f"a page of a task's children {MOMENT}",
        TIES,
    ),
)


@pytest.fixture(scope="module")
def foreign_url(engine_label: str, databases: DatabaseMaker) -> Iterator[str]:
    """The guide's tables with some hundred rows and no index at all but that of the ids."""
    url = databases.empty(engine_label)
    make_guide_database(url, {})
    tasks = [
        StoredTask.numbered(
            each,
            conversation_id=UUID(int=each % 10),
            agent_id=f"a{each % 5}",
            status="failed" if each % 4 == 0 else "completed",
            parent_task_id=number(0) if each % 3 else None,
            started_at=START + timedelta(seconds=each) if each % 3 else None,
        )
        for each in range(300)
    ]
    talks = [StoredConversation(id=UUID(int=each), user_id=f"u{each % 3}") for each in range(100)]
    insert(url, tasks, talks)
    execute(url, "DROP INDEX ix_tasks_status")
    yield url
    databases.drop(url)


def execute(url: str, statement: str) -> None:
    """Run a statement as another program would."""
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        connection.execute(statement)
        connection.close()
        return

    async def run() -> None:
        postgres = await asyncpg.connect(url)
        await postgres.execute(statement)
        await postgres.close()

    asyncio.run(run())


@pytest.fixture
def theirs(foreign_url: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """The database with one index more."""
    execute(foreign_url, f"CREATE INDEX theirs ON {request.param}")
    yield foreign_url
    execute(foreign_url, "DROP INDEX theirs")


async def _do(browser: DatabaseBrowser, what: str) -> None:
    if what in {"updated", "created", "user"}:
        request = PageRequest(20, Sort(what, descending=True))
        await browser.search_conversations(ConversationFilter(), request)
    elif what == "tree":
        await browser.conversation_tree(TALK)
    elif what == "subtree":
        await browser.subtree(number(0))
    else:
        key = what.removeprefix("sort ") if what.startswith("sort ") else "created"
        words = what if ":" in what else ""
        await browser.search_tasks(TaskFilter.parse(words), PageRequest(20, Sort(key)))


async def _plans(url: str, what: str) -> str:
    """Give the plans of what is asked, where the planner may not read so small a table whole."""
    browser = DatabaseBrowser(url)
    await browser.connect()
    with heard(browser._engine, lambda statement: "ORDER BY" in statement) as sent:
        await _do(browser, what)
    await browser.close()

    def explain(connection: Connection) -> str:
        words = "EXPLAIN QUERY PLAN"
        if connection.dialect.name == "postgresql":
            words = "EXPLAIN"
            for setting in ("enable_seqscan", "enable_sort", "enable_bitmapscan"):
                connection.exec_driver_sql(f"SET {setting} = off")
        rows = [connection.exec_driver_sql(f"{words} {each}", given).all() for each, given in sent]
        return "\n".join(str(row[-1]) for each in rows for row in each)

    engine = create_engine(url)
    async with engine.connect() as connection:
        plans = await connection.run_sync(explain)
    await engine.dispose()
    return plans


@pytest.mark.parametrize(("theirs", "what", "words", "sorts"), CASES, indirect=["theirs"])
def test_what_is_told_is_what_the_database_does(
    theirs: str, what: str, words: str, sorts: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = asyncio.run(status(parse_database_url(theirs)))
    (index,) = [each for each in found.missing if each.slow.startswith(words)]
    assert index.partly_by == "theirs"
    plans = asyncio.run(_plans(theirs, what))
    assert "theirs" in plans, plans
    by_all = "FOR ORDER BY" in plans or (" Sort " in plans and "Incremental" not in plans)
    assert by_all == (sorts == ALL), plans
    assert main(("db", "status", theirs)) == 0
    line = f"~ {index.name}  missing, theirs does a part of its work: without it {words}"
    assert line in capsys.readouterr().out


@pytest.mark.parametrize(
    "theirs",
    [
        "tasks (created_at) WHERE status = 'failed'",
        "tasks (parent_task_id) WHERE status = 'failed' AND parent_task_id IS NOT NULL",
        "tasks (id, created_at)",
    ],
    indirect=True,
)
async def test_what_serves_no_list_is_not_told_to(theirs: str) -> None:
    found = await status(parse_database_url(theirs))
    assert not any(index.present or index.partly_by for index in found.indexes)


@pytest.mark.parametrize("made", ["USING brin (created_at, id)", "(created_at NULLS FIRST, id)"])
async def test_what_gives_no_order_that_lists_have_does_no_work(
    migrated_postgres_url: str, made: str
) -> None:
    postgres = await asyncpg.connect(migrated_postgres_url)
    await postgres.execute("DROP INDEX ix_tasks_created")
    await postgres.execute(f"CREATE INDEX theirs ON tasks {made}")
    await postgres.close()
    (missing,) = (await status(parse_database_url(migrated_postgres_url))).missing
    assert (missing.name, missing.partly_by) == ("ix_tasks_created", None)


def test_there_are_words_for_each_number_of_columns() -> None:
    for index in expected_indexes():
        most = len(index.columns) if index.narrow else len(index.columns) - 1
        assert len(index.slow) == (most + 1 if _may_be_served(index.columns, index.name) else 1)


def _may_be_served(columns: tuple[str, ...], name: str) -> bool:
    return "(expression)" not in columns and name not in {
        "ix_tasks_conversation_roots",
        "ix_tasks_created_odd",
    }
