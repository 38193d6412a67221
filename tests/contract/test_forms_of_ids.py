"""SQLite databases that several programs have written: an id is found in every form it may have."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import async_sessionmaker

from support.databases import DatabaseMaker
from support.engines import long
from support.foreign import execute_sqlite, make_guide_database
from support.many_forms import ID_FORMS, USERS, Made, fill
from support.walking import walk_backwards, walk_forwards
from taskview_core.entities import Ident, TaskRow, TaskStatus
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.persistence.conversation_repository import ConversationRepository
from taskview_core.persistence.engine import create_engine
from taskview_core.persistence.stored_time import write_time
from taskview_core.persistence.task_repository import TaskRepository
from taskview_core.query.conversation_filter import ConversationFilter
from taskview_core.query.page import Page
from taskview_core.query.request import PageRequest
from taskview_core.query.sort import NEWEST_FIRST, RECENT_FIRST, Sort
from taskview_core.query.task_filter import EVERYTHING, TaskFilter
from taskview_core.tree.assemble import TaskTree


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


def _mixed(url: str, seed: int) -> Made:
    """Fill a database with ids in a mixture of forms, every id with a form at each place."""
    dice = random.Random(seed)
    forms = dice.sample(ID_FORMS, k=2 + seed % 3)
    return fill(
        url,
        dice,
        conversations=8,
        tasks=120,
        write_id=lambda place, ident: dice.choice(forms)(ident),
        write_time=lambda place, at: write_time(at),
    )


def _one_in_the_middle(url: str) -> Made:
    """Fill a database with ids in one form, but for some in the middle of many rows."""
    return fill(
        url,
        random.Random(1),
        conversations=300,
        tasks=900,
        write_id=lambda place, ident: ID_FORMS[place % 4 if 120 < place < 160 else 0](ident),
        write_time=lambda place, at: write_time(at),
    )


MAKERS: dict[str, Callable[[str], Made]] = {
    "in the middle": _one_in_the_middle,
    **{f"mixed {seed}": lambda url, seed=seed: _mixed(url, seed) for seed in range(3)},
}


@pytest.mark.parametrize("maker", ["in the middle", *map(long, ("mixed 0", "mixed 1", "mixed 2"))])
async def test_lists_counts_and_trees_agree_with_what_was_written(url: str, maker: str) -> None:
    made = MAKERS[maker](url)
    browser = DatabaseBrowser(url)

    async def found(text: str) -> set[Ident]:
        query = TaskFilter.parse(text)

        async def search(request: PageRequest) -> Page[TaskRow]:
            return await browser.search_tasks(query, request)

        forwards = await walk_forwards(search, PageRequest(100, NEWEST_FIRST))
        backwards = await walk_backwards(search, PageRequest(100, NEWEST_FIRST))
        assert forwards.rows == backwards.rows
        ids = {row.id for row in forwards.rows}
        count = await browser.count_tasks(query)
        assert len(forwards.rows) == len(ids) == count.value, text
        times = [row.created_at for row in forwards.rows]
        assert times == sorted(times, key=str, reverse=True), text
        return ids

    everything = set(made.tasks)
    parents = {each.parent for each in made.tasks.values()}
    assert await found("is:leaf") == everything - parents
    assert await found("-is:leaf") == everything & parents
    for user in USERS:
        mine = {each.id for each in made.tasks.values() if made.users[each.conversation] == user}
        assert await found(f"user:{user}") == mine
        assert await found(f"-user:{user}") == everything - mine
    dice = random.Random(2)
    odd = [each for place, each in enumerate(made.tasks) if 120 < place < 160]
    for ident in [*dice.sample(list(made.tasks), 4), *odd[:4]]:
        task = made.tasks[ident]
        assert await found(f"id:{ident}") == {ident}
        assert await found(f"parent:{ident}") == made.children(ident)
        assert await found(f"-parent:{ident}") == everything - made.children(ident)
        assert await found(f"conversation:{task.conversation}") == made.of(task.conversation)
        assert (await browser.get_task(ident)).row.parent_task_id == task.parent
        assert {row.id for row in (await browser.subtree(ident)).rows} == made.below(ident)
        tree = TaskTree.assemble(await browser.conversation_tree(task.conversation))
        assert {each.row.id for each in tree.preorder()} == made.of(task.conversation)
        assert tree.marks == {}
        assert await browser.resolve_id(str(ident)) == ("task", ident)
        assert await browser.resolve_id(task.conversation.hex[:12]) == (
            "conversation",
            task.conversation,
        )
    several = dice.sample(list(made.tasks), 40)
    assert [each.row.id for each in await browser.get_tasks(several)] == several
    page = await browser.search_tasks(EVERYTHING, PageRequest(1000))
    assert {row.id: row.conversation_title for row in page.rows} == {
        each.id: each.conversation.hex for each in made.tasks.values()
    }
    listed = await browser.search_conversations(
        ConversationFilter(), PageRequest(400, RECENT_FIRST)
    )
    assert {row.id: (row.tasks.value, row.failed.value) for row in listed.rows} == {
        each: (len(made.of(each)), len(made.of(each))) for each in made.users
    }
    await browser.close()


@pytest.mark.parametrize("maker", MAKERS)
async def test_repositories_find_and_write_what_others_wrote(url: str, maker: str) -> None:
    made = MAKERS[maker](url)
    engine = create_engine(url)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    async with sessions() as session:
        tasks, conversations = TaskRepository(session), ConversationRepository(session)
        theirs = await conversations.find_with_tasks("ada")
        assert {each.id: {task.id for task in each.tasks} for each in theirs} == {
            ident: made.of(ident) for ident, user in made.users.items() if user == "ada"
        }
        whole, total = await tasks.find_paginated(1, 1000)
        assert ({each.id for each in whole}, total) == (set(made.tasks), len(made.tasks))
    for ident in list(made.tasks)[-1:100:-25]:
        async with sessions.begin() as session:
            before = await TaskRepository(session).get_by_id(ident)
            assert before is not None
            after = await TaskRepository(session).update(
                replace(before, status=TaskStatus.COMPLETED, output={"ok": True})
            )
            assert after.updated_at is not None
            assert before.updated_at is not None
            assert after.updated_at > before.updated_at
        async with sessions() as session:
            assert await TaskRepository(session).get_by_id(ident) == after
        assert (after.status, after.output) == (TaskStatus.COMPLETED, {"ok": True})
        async with sessions.begin() as session:
            assert await TaskRepository(session).delete(ident)
            assert await TaskRepository(session).get_by_id(ident) is None
            assert not await TaskRepository(session).delete(ident)
    await engine.dispose()


async def test_text_that_only_resembles_another_id_is_another(url: str) -> None:
    """Letters of both sizes, or dashes elsewhere: no program writes one UUID so and otherwise."""
    plain = UUID("abcdef00-0000-4000-8000-00000000000a")
    ids = [
        plain.hex,
        "A" + plain.hex[1:],
        "abcdef0000004000-8000-00000000000a--",
        "RUN-1",
        "run-1",
        "run1",
    ]
    when = "2026-01-31 10:00:00.000000"
    for ident in ids:
        execute_sqlite(
            url, "INSERT INTO conversations VALUES (?, ?, ?, NULL, ?, ?)", [ident] * 3 + [when] * 2
        )
        for name, parent in ((ident, None), (f"below {ident}", ident)):
            execute_sqlite(
                url,
                "INSERT INTO tasks (id, conversation_id, parent_task_id, agent_id, status,"
                " created_at, updated_at) VALUES (?, ?, ?, 'a', 'failed', ?, ?)",
                [name, ident, parent, when, when],
            )
    execute_sqlite(url, "DELETE FROM tasks WHERE id IN ('below RUN-1', 'below run1')")
    browser = DatabaseBrowser(url)
    page = await browser.search_tasks(EVERYTHING, PageRequest(50, Sort("created")))
    assert {str(row.conversation_id).replace("-", "") for row in page.rows} == {
        ident.replace("-", "") for ident in ids
    }
    for row in page.rows:
        title = plain.hex if row.conversation_id == plain else row.conversation_id
        assert row.conversation_title == title
        assert (await browser.get_task(row.id)).row == row
    leaves = await browser.search_tasks(TaskFilter.parse("is:leaf"), PageRequest(50))
    assert {row.id for row in leaves.rows} == {
        "RUN-1", "run1", *(f"below {ident}" for ident in ids if ident not in {"RUN-1", "run1"})
    }  # fmt: skip
    for ident in ids:
        tree = await browser.conversation_tree(plain if ident == plain.hex else ident)
        assert len(tree.rows) == (1 if ident in {"RUN-1", "run1"} else 2), ident
    await browser.close()
