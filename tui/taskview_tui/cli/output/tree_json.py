"""A tree as a flat JSON list in preorder."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from taskview_core.entities import Ident, TaskDetail
from taskview_core.tree.assemble import TaskTree
from taskview_core.tree.usage import TaskUsage
from taskview_tui.render.stored_columns import LIST_COLUMNS
from taskview_tui.render.task_json import JsonObjects
from taskview_tui.text.json_text import json_string


def tree_json(
    tree: TaskTree, details: Mapping[Ident, TaskDetail], used: Mapping[Ident, TaskUsage]
) -> Iterator[str]:
    """Give the text of the list piece by piece: a task a line, with `depth`, `mark` and `usage`."""
    objects = JsonObjects(LIST_COLUMNS)
    before = "[\n"
    for line in tree.preorder():
        mark = None if line.mark is None else line.mark.value
        usage = _usage(used.get(line.row.id))
        more = {"depth": str(line.depth), "mark": json_string(mark), "usage": usage}
        yield before + objects.of(details[line.row.id], more)
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def _usage(used: TaskUsage | None) -> str:
    if used is None:
        return "null"
    own = None if used.own is None else used.own._asdict()
    return json.dumps({"own": own, "whole": used.whole._asdict()})
