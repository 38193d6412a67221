"""Reads what the tasks of a tree used, after the tree has been painted."""

from __future__ import annotations

import asyncio

from taskview_core.entities import Ident, Reported
from taskview_core.interfaces import ITaskBrowser
from taskview_core.tree.preorder import Preorder
from taskview_core.tree.usage import sum_usage
from taskview_tui.render.shown_usage import ShownUsage

_A_READ = 2_000
"""Tasks that are asked for at once: a key that is pressed meanwhile waits for no more of them."""


async def find_usage(browser: ITaskBrowser, tree: Preorder) -> ShownUsage:
    """Give what the tasks used, each by itself and with all below it."""
    rows = tree.rows
    reported: dict[Ident, Reported] = {}
    for begin in range(0, len(rows), _A_READ):
        ids = [row.id for row in rows[begin : begin + _A_READ]]
        reported.update(await browser.get_usage(ids))
    if len(reported) <= _A_READ:
        return ShownUsage(sum_usage(tree, reported))
    return await asyncio.to_thread(lambda: ShownUsage(sum_usage(tree, reported)))
