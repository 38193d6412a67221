"""What a tree screen asks for and what it shows, as frozen values; and how the one is found."""

from __future__ import annotations

import asyncio
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

from taskview_core.entities import Ident, TaskRow, TaskStatus
from taskview_core.errors import EntityNotFoundError
from taskview_core.interfaces import ITaskBrowser
from taskview_core.tree.assemble import TaskTree
from taskview_core.tree.rows import TreeRows
from taskview_tui.render.task_outline import TaskOutline

MANY = 2_000
"""Rows from which on a tree is put together in a thread, for the keys to keep working."""


@dataclass(frozen=True, eq=False)
class TreeAsk:
    """One request for a tree: of a conversation, or where `top` is given, of that task."""

    conversation: Ident | None
    top: Ident | None
    cursor: Ident | None = None


@dataclass(frozen=True, eq=False)
class TreeFound:
    """What has come: the tree, where parents outside of it are, and the conversation's title.

    `outline` is the tree made ready to be drawn.
    """

    tree: TaskTree
    outline: TaskOutline
    elsewhere: Mapping[Ident, Ident]
    title: str | None
    failed: int

    def failed_after(self, task_id: Ident, step: int) -> TaskRow | None:
        """Give the failed task that comes next, or before where `step` is -1, round and round."""
        failed = self.outline.failures.failed
        at = self.outline.number(task_id) or 0
        place = bisect_right(failed, at) if step > 0 else bisect_left(failed, at) - 1
        if not failed or failed[place % len(failed)] == at:
            return None
        return self.outline.rows[failed[place % len(failed)]]


async def find_tree(browser: ITaskBrowser, ask: TreeAsk) -> TreeFound:
    """Read the rows of a tree and put it together."""
    if ask.top is not None:
        rows = await browser.subtree(ask.top)
    else:
        assert ask.conversation is not None, "a tree is of a conversation or of a task"
        rows = await browser.conversation_tree(ask.conversation)
    if len(rows.rows) > MANY:
        tree, outline = await asyncio.to_thread(_put_together, rows, ask.top)
    else:
        tree, outline = _put_together(rows, ask.top)
    title = None
    if ask.top is not None:
        if ask.top in tree.tasks:
            title = tree.tasks[ask.top].conversation_title
    elif ask.conversation is not None:
        title = await _title_of(browser, ask.conversation, empty=not rows.rows)
    failed = sum(row.status == TaskStatus.FAILED for row in rows.rows)
    return TreeFound(tree, outline, rows.elsewhere, title, failed)


def _put_together(rows: TreeRows, top: Ident | None) -> tuple[TaskTree, TaskOutline]:
    tree = TaskTree.assemble(rows, top)
    return tree, TaskOutline(tree)


async def _title_of(browser: ITaskBrowser, conversation: Ident, *, empty: bool) -> str | None:
    """Give the title; a conversation that is not there may still have tasks to show."""
    try:
        return (await browser.get_conversation(conversation)).title
    except EntityNotFoundError:
        if empty:
            raise
        return None
