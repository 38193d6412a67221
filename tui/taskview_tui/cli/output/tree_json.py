"""A tree as a flat JSON list in preorder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from taskview_core.entities import Ident, TaskDetail
from taskview_core.tree.assemble import TaskTree
from taskview_tui.render.stored_columns import LIST_COLUMNS
from taskview_tui.render.task_json import JsonObjects
from taskview_tui.text.json_text import json_string


def tree_json(tree: TaskTree, details: Mapping[Ident, TaskDetail]) -> Iterator[str]:
    """Give the text of the list piece by piece: a task a line, with its `depth` and `mark`."""
    objects = JsonObjects(LIST_COLUMNS)
    before = "[\n"
    for line in tree.preorder():
        mark = None if line.mark is None else line.mark.value
        more = {"depth": str(line.depth), "mark": json_string(mark)}
        yield before + objects.of(details[line.row.id], more)
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"
