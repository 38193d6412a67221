"""Tasks whose parent is known from their metadata alone, and what stands outside of a subtree."""

from __future__ import annotations

from uuid import UUID

import pytest

from support.stored import CONVERSATION, StoredConversation, StoredTask, insert_async, number
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.query.request import PageRequest
from taskview_core.query.stuck import names_a_parent
from taskview_core.query.task_filter import TaskFilter
from taskview_core.tree.assemble import Mark, TaskTree

OTHER = UUID("c0000000-0000-4000-8000-000000000002")
BOTH = (StoredConversation(), StoredConversation(id=OTHER))
SAYS = (
    ('{"taskview.parent_task_id": "00000000-0000-4000-8000-000000000001"}', True),
    ('{"a": 1, "taskview.parent_task_id":"x"}', True),
    ('{"parent_task_id": "x"}', True),
    ('{"parent_id": "x"}', True),
    ('{"orphan": true}', True),
    ('{"taskview_parent_task_id": "x"}', False),
    ('{"taskview.parent_id": "x"}', False),
    ('{"taskview.parent_task_id": null}', False),
    ('{"parent_task_id": ""}', False),
    ('{"orphan": false}', False),
    (None, False),
)


async def test_metadata_names_a_parent(browser: DatabaseBrowser, migrated_url: str) -> None:
    rows = [StoredTask.numbered(at, metadata=text) for at, (text, _) in enumerate(SAYS)]
    rows.append(StoredTask.numbered(90, metadata=SAYS[0][0]).with_parent(0))
    await insert_async(migrated_url, rows, BOTH)
    named = {number(at) for at, (_, is_named) in enumerate(SAYS) if is_named}
    ids = [number(at) for at in range(len(SAYS))]
    assert await browser.naming_a_parent(ids) == named
    assert await browser.naming_a_parent(ids[:2]) == set(ids[:2])
    assert await browser.naming_a_parent([]) == frozenset()
    assert [names_a_parent(text) for text, _ in SAYS] == [is_named for _, is_named in SAYS]
    found = await browser.search_tasks(TaskFilter.parse("is:orphan"), PageRequest(50))
    assert {row.id for row in found.rows} == named


@pytest.mark.parametrize("home", [CONVERSATION, OTHER])
async def test_of_the_parent_of_a_subtree_it_is_known_where_it_is_and_how_it_ended(
    browser: DatabaseBrowser, migrated_url: str, home: UUID
) -> None:
    rows = [
        StoredTask.numbered(1, conversation_id=home, status="failed"),
        StoredTask.numbered(2).with_parent(1),
        StoredTask.numbered(3).with_parent(2),
        StoredTask.numbered(4).with_parent(99),
    ]
    await insert_async(migrated_url, rows, BOTH)
    found = await browser.subtree(number(2))
    assert (found.elsewhere, found.statuses) == ({number(1): home}, {number(1): "failed"})
    tree = TaskTree.assemble(found, number(2))
    assert tree.marks == {number(2): Mark.ABOVE}
    assert tree.outside == {number(1): "failed"}
    alone = TaskTree.assemble(await browser.subtree(number(4)), number(4))
    assert alone.marks == {number(4): Mark.ORPHAN}
    top = await browser.subtree(number(1))
    assert (top.elsewhere, top.statuses) == ({}, {})
    conversation = await browser.conversation_tree(CONVERSATION)
    assert conversation.statuses == ({number(1): "failed"} if home == OTHER else {})
