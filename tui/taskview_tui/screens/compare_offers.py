"""What of a comparison can be copied, and what exported."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from taskview_core.compare.tasks import TaskDiff
from taskview_core.compare.trees import Pair
from taskview_tui.render.difference import change_lines
from taskview_tui.side import Side
from taskview_tui.text.clean import clean_row

if TYPE_CHECKING:
    from taskview_tui.export.scope import Scope


def copies_of(pair: Pair, diff: TaskDiff | None, address: str) -> Mapping[str, str]:
    """Give what can be copied of a pair, by its name; `diff` is there once it has been found."""
    found: dict[str, str] = {}
    if pair.left is not None:
        found["the id of the left task"] = str(pair.left.id)
    if pair.right is not None:
        found["the id of the right task"] = str(pair.right.id)
    if pair.left is not None and pair.right is not None:
        ids = (str(pair.left.id), str(pair.right.id))
        command = shlex.join(["taskview", "diff", address, *ids])
        found["the command line that shows this"] = command
    if diff is not None:
        found["what differs here"] = _diff_text(diff)
    return found


def scopes_of(pair: Pair | None, left: Side, right: Side) -> Sequence[tuple[str, Scope]]:
    """Give what can be exported: the tasks of a pair with all below them, and both sides."""
    from taskview_tui.export.scope import Below, Whole

    found: list[tuple[str, Scope]] = []
    rows = () if pair is None else (("left", pair.left), ("right", pair.right))
    for name, row in rows:
        if row is not None:
            found.append((f"the {name} task of this pair and all below it", Below(row.id)))
    for name, side in (("left", left), ("right", right)):
        scope: Scope = Whole(side.id) if side.is_conversation else Below(side.id)
        if all(scope != known for _, known in found):
            found.append((f"all on the {name}: {clean_row(side.name)} {str(side.id)[:8]}", scope))
    return found


def _diff_text(diff: TaskDiff) -> str:
    parts = (("error", diff.error), ("input", diff.input), ("output", diff.output))
    lines = (line for name, part in parts for line in change_lines(name, part))
    return "\n".join(f"{sign} {text}".lstrip() for sign, text, _ in lines)
