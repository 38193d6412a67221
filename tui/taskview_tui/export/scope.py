"""What is exported: a filtered list, a conversation, or a task and all below it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from taskview_core.entities import ConversationDetail, Ident, TaskDetail, TaskRow
from taskview_core.interfaces import ITaskBrowser
from taskview_core.query.conversation_filter import ConversationFilter
from taskview_core.query.request import PageRequest
from taskview_core.query.sort import Sort
from taskview_core.query.task_filter import TaskFilter
from taskview_core.query.terms import IdKey, IdTerm

OLDEST_FIRST = Sort("created")
_ROWS = 500
"""Rows of a list that are read at once."""
_MOST = 200
"""Tasks of which payloads are read at once, where they are small."""
_BYTES = 4_000_000
"""Characters of payloads that are to be held at once, as far as that can be foreseen."""


@dataclass(frozen=True)
class Listed:
    """The tasks that a filter lets through, in an order; without a filter, everything."""

    filter: TaskFilter
    sort: Sort = OLDEST_FIRST


@dataclass(frozen=True)
class Whole:
    """A conversation and its tasks."""

    conversation: Ident


@dataclass(frozen=True)
class Below:
    """A task and all below it."""

    task: Ident


Scope: TypeAlias = Listed | Whole | Below


async def rows_of(browser: ITaskBrowser, scope: Scope) -> AsyncIterator[Sequence[TaskRow]]:
    """Give the rows of a scope, some at a time: of a list and a conversation by pages."""
    if isinstance(scope, Below):
        yield (await browser.subtree(scope.task)).rows
        return
    if isinstance(scope, Whole):
        if not isinstance(scope.conversation, UUID):
            # No filter can ask for an id that is no UUID.
            yield (await browser.conversation_tree(scope.conversation)).rows
            return
        wanted = TaskFilter((IdTerm(IdKey.CONVERSATION, scope.conversation),))
        scope = Listed(wanted)
    cursor = None
    while True:
        page = await browser.search_tasks(scope.filter, PageRequest(_ROWS, scope.sort, cursor))
        yield page.rows
        cursor = page.next
        if cursor is None:
            return


async def details_of(
    browser: ITaskBrowser, rows: Sequence[TaskRow]
) -> AsyncIterator[list[TaskDetail]]:
    """Read the payloads of some rows, so many at once that they fit into a few megabytes.

    What the next will need is guessed from the last: a row of a list does not say.
    """
    size = 20
    start = 0
    while start < len(rows):
        found = await browser.get_tasks([row.id for row in rows[start : start + size]])
        start += size
        yield found
        length = sum(weight_of(task) for task in found) // max(len(found), 1)
        size = min(max(_BYTES // max(length, 1), 1), 2 * size, _MOST)


def weight_of(task: TaskDetail) -> int:
    """Count the characters of a task's payloads and error."""
    payloads = (task.input.text, task.output.text, task.metadata.text, task.error)
    return 200 + sum(len(each) for each in payloads if each is not None)


async def all_conversations(browser: ITaskBrowser) -> AsyncIterator[list[ConversationDetail]]:
    """Give every conversation of a database, some at a time."""
    cursor = None
    while True:
        page = await browser.search_conversations(
            ConversationFilter(), PageRequest(_ROWS, OLDEST_FIRST, cursor)
        )
        yield await browser.get_conversations([row.id for row in page.rows])
        cursor = page.next
        if cursor is None:
            return
