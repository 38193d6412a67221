"""The lines that lead the eye from a task to its parent in a printed tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from taskview_core.entities import Ident
from taskview_core.tree.assemble import TaskTree, TreeLine

DEEPEST = 32
"""Levels that are drawn one by one; below, the number of the level stands for the others."""

_KEPT = 8


def guided(tree: TaskTree) -> Iterator[tuple[str, TreeLine]]:
    """Give the lines of a tree in preorder, each with what is drawn before its task.

    A guide has a bounded length, however deep the tree: printing stays linear in its size.
    """
    last = _last_of_siblings(tree)
    trail: list[bool] = []
    for line in tree.preorder():
        del trail[max(line.depth - 1, 0) :]
        if line.depth == 0:
            yield "", line
            continue
        is_last = line.row.id in last
        yield _stems(trail) + ("└─ " if is_last else "├─ "), line
        trail.append(is_last)


def _last_of_siblings(tree: TaskTree) -> frozenset[Ident]:
    children: Mapping[Ident, tuple[Ident, ...]] = tree.children
    return frozenset(below[-1] for below in children.values())


def _stems(trail: list[bool]) -> str:
    """Give the vertical lines of the ancestors; `trail` says which were the last of theirs."""
    depth = len(trail) + 1
    if depth <= DEEPEST:
        return "".join("   " if is_last else "│  " for is_last in trail)
    stems = "".join("   " if is_last else "│  " for is_last in trail[-_KEPT:])
    return f"⋯ level {depth} ⋯ {stems}"
