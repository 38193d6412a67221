"""Trees in whatever state: every task once, and a query a level, not a query a node."""

from __future__ import annotations

import asyncio
import random
import threading
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from support.databases import run
from support.engines import long
from support.foreign import execute_sqlite
from support.stored import CONVERSATION, StoredConversation, StoredTask, insert_async, number
from taskview_core.entities import Ident
from taskview_core.errors import EntityNotFoundError
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.persistence.engine import create_engine
from taskview_core.tree.assemble import Mark, TaskTree
from taskview_core.tree.rows import TreeRows

OTHER = UUID("c0000000-0000-4000-8000-000000000002")
BOTH = (StoredConversation(), StoredConversation(id=OTHER))


def _shape(tree: TaskTree) -> list[tuple[int, int, str | None]]:
    """Give number, depth and mark of every line."""
    return [
        (_number(line.row.id), line.depth, line.mark and line.mark.value)
        for line in tree.preorder()
    ]


def _number(ident: Ident) -> int:
    return int(str(ident)[-8:], 16)


def _task(
    value: int, parent: int | UUID | None = None, conversation: UUID = CONVERSATION
) -> StoredTask:
    return StoredTask.numbered(value, conversation_id=conversation).with_parent(parent)


async def test_a_conversation_in_order(browser: DatabaseBrowser, migrated_url: str) -> None:
    rows = [_task(1), _task(5), _task(2, 1), _task(4, 1), _task(3, 2), _task(6, 5)]
    random.Random(3).shuffle(rows)
    await insert_async(migrated_url, rows, BOTH)
    found = await browser.conversation_tree(CONVERSATION)
    assert [_number(row.id) for row in found.rows] == [1, 2, 3, 4, 5, 6], "oldest first"
    assert _shape(TaskTree.assemble(found)) == [
        (1, 0, None), (2, 1, None), (3, 2, None), (4, 1, None), (5, 0, None), (6, 1, None)
    ]  # fmt: skip
    assert found.elsewhere == {}
    assert all(row.conversation_title == "a conversation" for row in found.rows) or all(
        row.conversation_title is None for row in found.rows
    )


async def test_odd_parents_are_marked_and_nothing_is_lost(
    browser: DatabaseBrowser, migrated_url: str
) -> None:
    rows = [
        _task(1),
        _task(2, uuid4()),
        _task(3, 3),
        _task(4, 6),
        _task(5, 4),
        _task(6, 5),
        _task(7, 6),
        _task(8, 20),
        _task(20, None, OTHER),
        _task(21, 1, OTHER),
    ]
    await insert_async(migrated_url, rows, BOTH)
    found = await browser.conversation_tree(CONVERSATION)
    assert found.elsewhere == {number(20): OTHER}
    tree = TaskTree.assemble(found)
    assert tree.marks == {
        number(2): Mark.ORPHAN,
        number(3): Mark.CYCLE,
        number(4): Mark.CYCLE,
        number(8): Mark.ELSEWHERE,
    }
    assert sorted(each[0] for each in _shape(tree)) == [1, 2, 3, 4, 5, 6, 7, 8]
    other = TaskTree.assemble(await browser.conversation_tree(OTHER))
    assert _shape(other) == [(20, 0, None), (21, 0, "elsewhere")]


async def test_a_subtree_crosses_conversations(browser: DatabaseBrowser, migrated_url: str) -> None:
    rows = [_task(1), _task(2, 1), _task(3, 2, OTHER), _task(4, 3), _task(5, 1), _task(6, 3, OTHER)]
    await insert_async(migrated_url, rows, BOTH)
    found = await browser.subtree(number(2))
    tree = TaskTree.assemble(found, top=number(2))
    assert _shape(tree) == [(2, 0, "above"), (3, 1, None), (4, 2, None), (6, 2, None)]
    whole = TaskTree.assemble(await browser.subtree(number(1)), top=number(1))
    assert sorted(each[0] for each in _shape(whole)) == [1, 2, 3, 4, 5, 6]
    leaf = TaskTree.assemble(await browser.subtree(number(6)), top=number(6))
    assert _shape(leaf) == [(6, 0, "above")]


async def test_a_subtree_with_a_ring_ends(browser: DatabaseBrowser, migrated_url: str) -> None:
    rows = [_task(1, 3), _task(2, 1), _task(3, 2), _task(4, 3), _task(5, 5), _task(6, 5)]
    await insert_async(migrated_url, rows, BOTH)
    for top in (1, 2, 3):
        tree = TaskTree.assemble(await browser.subtree(number(top)), top=number(top))
        shape = _shape(tree)
        assert shape[0] == (top, 0, "cycle")
        assert sorted(each[0] for each in shape) == [1, 2, 3, 4]
    alone = TaskTree.assemble(await browser.subtree(number(5)), top=number(5))
    assert _shape(alone) == [(5, 0, "cycle"), (6, 1, None)]


async def test_what_is_not_there_is_not_found(browser: DatabaseBrowser, migrated_url: str) -> None:
    await insert_async(migrated_url, [], BOTH)
    with pytest.raises(EntityNotFoundError):
        await browser.subtree(number(1))
    with pytest.raises(EntityNotFoundError):
        await browser.conversation_tree(uuid4())
    assert (await browser.conversation_tree(OTHER)).rows == (), "there, and empty"


async def _counted(browser: DatabaseBrowser, ident: UUID) -> tuple[TreeRows, int]:
    seen: list[str] = []

    def note(conn: object, cursor: object, statement: str, *rest: object) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        rows = await browser.subtree(ident)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    return rows, len([each for each in seen if "tasks" in each])


async def test_a_subtree_takes_a_query_a_level(browser: DatabaseBrowser, migrated_url: str) -> None:
    """Three levels of 1, 40 and 1600 tasks: a query a node would be 1641."""
    rows = [_task(0)]
    rows += [_task(1 + each, 0) for each in range(40)]
    rows += [_task(100 + each, 1 + each % 40) for each in range(1600)]
    await insert_async(migrated_url, rows, BOTH)
    found, statements = await _counted(browser, number(0))
    assert len(found.rows) == 1641
    assert statements <= 12, statements


async def test_a_subtree_is_of_one_moment(browser: DatabaseBrowser, migrated_url: str) -> None:
    """A task that moves meanwhile is where it was or where it is: not nowhere, not in two states.

    Read a level at a time, each in a moment of its own, it was missed: its new place had been
    looked at before it came, and its old one after it had gone.
    """
    if migrated_url.startswith("sqlite"):
        await asyncio.to_thread(execute_sqlite, migrated_url, "PRAGMA journal_mode = WAL")
    await insert_async(migrated_url, [_task(1), _task(2, 1), _task(3, 2), _task(4, 3)], BOTH)
    before = await browser.subtree(number(1))
    looks: list[str] = []

    def move(conn: object, cursor: object, statement: str, *rest: object) -> None:
        looks.append(statement)
        if len(looks) == 3:
            mover = threading.Thread(target=run, args=(_move(migrated_url),))
            mover.start()
            mover.join()

    event.listen(Engine, "before_cursor_execute", move)
    try:
        seen = await browser.subtree(number(1))
    finally:
        event.remove(Engine, "before_cursor_execute", move)
    if len(looks) < 3:
        await _move(migrated_url)
    after = await browser.subtree(number(1))
    assert _parents(after) == {1: None, 2: 1, 3: 2, 4: 1}
    assert _parents(seen) in (_parents(before), _parents(after))


async def test_a_subtree_where_a_server_cannot_recurse(migrated_postgres_url: str) -> None:
    """As Citus says of tables that it has spread; stood for by another thing that is refused so."""
    await insert_async(migrated_postgres_url, [_task(1), _task(2, 1), _task(3, 2)], BOTH)
    refused: list[str] = []

    def refuse(conn: object, cursor: object, words: str, given: Any, *rest: object) -> Any:
        if "RECURSIVE found" in words:
            refused.append(words)
            return "SELECT count(*) FROM tasks FOR UPDATE", ()
        return words, given

    browser = DatabaseBrowser(migrated_postgres_url)
    event.listen(Engine, "before_cursor_execute", refuse, retval=True)
    try:
        seen = await browser.subtree(number(1))
    finally:
        event.remove(Engine, "before_cursor_execute", refuse)
        await browser.close()
    assert refused
    assert _parents(seen) == {1: None, 2: 1, 3: 2}


def _parents(rows: TreeRows) -> dict[int, int | None]:
    return {
        _number(row.id): row.parent_task_id and _number(row.parent_task_id) for row in rows.rows
    }


async def _move(url: str) -> None:
    """Put task 4 below task 1, from below task 3."""
    engine = create_engine(url)
    async with engine.begin() as connection:
        child, parent = (
            each.hex if url.startswith("sqlite") else str(each) for each in (number(4), number(1))
        )
        await connection.exec_driver_sql(
            f"UPDATE tasks SET parent_task_id = '{parent}' WHERE id = '{child}'"
        )
    await engine.dispose()


@pytest.mark.parametrize("depth", [500, long(2_000)])
async def test_a_deep_chain(browser: DatabaseBrowser, migrated_url: str, depth: int) -> None:
    rows = [_task(each, each - 1 if each else None) for each in range(depth)]
    await insert_async(migrated_url, rows, BOTH)
    whole = TaskTree.assemble(await browser.conversation_tree(CONVERSATION))
    assert [line.depth for line in whole.preorder()] == list(range(depth))
    top = number(depth // 2)
    below = TaskTree.assemble(await browser.subtree(top), top=top)
    assert [line.depth for line in below.preorder()] == list(range(depth // 2))


@pytest.mark.parametrize("size", [10_000, long(100_000)])
async def test_many_tasks(browser: DatabaseBrowser, migrated_url: str, size: int) -> None:
    dice = random.Random(5)
    rows = [_task(0)] + [
        _task(each, dice.randrange(max(0, each - 3000), each)) for each in range(1, size)
    ]
    await insert_async(migrated_url, rows, BOTH)
    found = await browser.conversation_tree(CONVERSATION)
    tree = TaskTree.assemble(found)
    lines = list(tree.preorder())
    assert len(lines) == len({line.row.id for line in lines}) == size
    assert tree.roots == (number(0),)
    below, statements = await _counted(browser, number(0))
    assert {row.id for row in below.rows} == {row.id for row in found.rows}
    assert statements <= 500, f"{statements} statements for {size} tasks"
