"""How long each task of a tree waited for its children: the union of the times in which they ran.

What is left of its own time is own work.
"""

from __future__ import annotations

from taskview_core.tree.clock import Spans
from taskview_core.tree.preorder import Preorder
from taskview_core.tree.stretches import Stretches


class Waits:
    """The times in which children of a task ran; made for a task when it is first asked for."""

    def __init__(self, tree: Preorder, spans: Spans) -> None:
        self._tree = tree
        self._spans = spans
        self._known: dict[int, Stretches] = {}

    def of(self, number: int) -> Stretches:
        """Give when children of a task ran."""
        found = self._known.get(number)
        if found is None:
            runs = map(self._spans.run, self._tree.children(number))
            found = self._known[number] = Stretches(run for run in runs if run is not None)
        return found
