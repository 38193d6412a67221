"""Trees of large conversations."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from typing import Any
from uuid import UUID

from benchmarks.big_trees import BigTree
from benchmarks.result import BARE, GUIDE, Result, at_most, at_most_times
from benchmarks.target import Target
from benchmarks.timing import in_turns
from taskview_core.query.request import PageRequest
from taskview_core.query.sort import Sort
from taskview_core.query.task_filter import TaskFilter
from taskview_core.tree.assemble import TaskTree

GROUP = "Trees"


async def measure(target: Target, trees: tuple[BigTree, ...], runs: int) -> AsyncIterator[Result]:
    """Yield the results of one engine."""
    for tree in trees:
        conversation = UUID(tree.conversation)
        size = f"{tree.tasks:,} tasks"

        async def whole(conversation: UUID = conversation) -> None:
            TaskTree.assemble(await target.browser.conversation_tree(conversation))

        async def first(tree: BigTree = tree) -> None:
            oldest = PageRequest(sort=Sort("created"))
            for words in (f"conversation:{tree.conversation} is:root", f"parent:{tree.root}"):
                await target.browser.search_tasks(TaskFilter.parse(words), oldest)

        bare = partial(target.replay, await target.sent_by(whole))
        whole_ms, bare_ms = await in_turns(min(runs, 5), whole, bare)
        yield Result(
            group=GROUP,
            what=f"{size}: all of it, assembled",
            engine=target.engine,
            ours=whole_ms,
            other=bare_ms,
            against=f"{BARE}, the rows",
            bar=at_most_times(3),
        )
        bare = partial(target.replay, await target.sent_by(first))
        first_ms, bare_ms = await in_turns(runs, first, bare)
        yield Result(
            group=GROUP,
            what=f"{size}: first screenful",
            engine=target.engine,
            ours=first_ms,
            other=bare_ms,
            against=BARE,
            bar=at_most(60),
        )
    smallest = trees[0]
    ours_ms, guide_ms = await in_turns(
        3,
        partial(target.browser.conversation_tree, UUID(smallest.conversation)),
        partial(_a_query_a_node, target, smallest),
        warm=False,
    )
    yield Result(
        group=GROUP,
        what=f"{smallest.tasks:,} tasks: all of it",
        engine=target.engine,
        ours=ours_ms,
        other=guide_ms,
        against=f"{GUIDE}, a query a node",
    )


async def _a_query_a_node(target: Target, tree: BigTree) -> int:
    form: Any = UUID(tree.root).hex if target.is_sqlite else UUID(tree.root)
    waiting, seen = [form], 0
    while waiting:
        rows = await target.guide("SELECT id FROM tasks WHERE parent_task_id = ?", waiting.pop())
        waiting += [row[0] for row in rows]
        seen += 1
    assert seen == tree.tasks, f"{seen} of {tree.tasks} nodes"
    return seen
