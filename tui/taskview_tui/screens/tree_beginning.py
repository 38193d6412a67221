"""The beginning of a tree, its first tasks and what is right below, while all of it is read."""

from __future__ import annotations

import asyncio

from taskview_core.entities import TaskRow
from taskview_core.interfaces import ITaskBrowser
from taskview_core.query.request import PageRequest
from taskview_core.query.sort import Sort
from taskview_core.query.task_filter import TaskFilter
from taskview_core.query.terms import IdKey, IdTerm, IsKind, IsTerm
from taskview_core.tree.assemble import TaskTree
from taskview_core.tree.rows import TreeRows
from taskview_tui.render.task_outline import TaskOutline
from taskview_tui.screens.tree_state import TreeAsk

SOON = 0.05
"""Seconds in which most trees are there whole: for these nothing else is read."""
_FIRST = PageRequest(50, Sort("created"))
_BELOW = PageRequest(100, Sort("created"))


async def find_beginning(browser: ITaskBrowser, ask: TreeAsk) -> TaskOutline:
    """Read the first roots and the first tasks below the first of them; of a task, itself and its.

    Two pages, however large the tree is. What the browser has no connection to spare for comes
    when all of the tree is there, and is of no use then.
    """
    await asyncio.sleep(SOON)
    if ask.top is not None:
        where = TaskFilter((IdTerm(IdKey.ID, ask.top),))
    else:
        assert ask.conversation is not None, "a tree is of a conversation or of a task"
        where = TaskFilter((IdTerm(IdKey.CONVERSATION, ask.conversation), IsTerm(IsKind.ROOT)))
    rows: list[TaskRow] = list((await browser.search_tasks(where, _FIRST)).rows)
    if rows:
        below = TaskFilter((IdTerm(IdKey.PARENT, rows[0].id),))
        known = {row.id for row in rows}  # A task may be its own parent.
        found = (await browser.search_tasks(below, _BELOW)).rows
        rows += [row for row in found if row.id not in known]
    return TaskOutline(TaskTree.assemble(TreeRows(tuple(rows)), ask.top if rows else None))
