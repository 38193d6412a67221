"""The calls of models that an agent made: of which the first has its input, the last its output."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from taskview_core.importing.spans.forest import Node
from taskview_core.importing.spans.kinds import AGENT, MODEL


@dataclass(slots=True)
class Calls:
    """The first call below a task that tells its input, and the last that tells its output.

    Those of agents below it count only where it has made none itself.
    """

    first: Node | None = None
    last: Node | None = None
    first_of_others: Node | None = None
    last_of_others: Node | None = None

    @property
    def asking(self) -> Node | None:
        """The call whose input stands for that of the task."""
        return self.first or self.first_of_others

    @property
    def answering(self) -> Node | None:
        """The call whose output stands for that of the task."""
        return self.last or self.last_of_others

    def add(self, child: Node, below: Calls, *, asks: bool, answers: bool) -> None:
        """Take over what is known of a child: `asks` and `answers` say what it tells itself."""
        if child.kind == MODEL:
            self.first = _earlier(self.first, child if asks else None)
            self.last = _later(self.last, child if answers else None)
        if child.kind == AGENT:
            self.first_of_others = _earlier(self.first_of_others, below.asking)
            self.last_of_others = _later(self.last_of_others, below.answering)
            return
        self.first = _earlier(self.first, below.first)
        self.last = _later(self.last, below.last)
        self.first_of_others = _earlier(self.first_of_others, below.first_of_others)
        self.last_of_others = _later(self.last_of_others, below.last_of_others)


def calls_below(
    nodes: Sequence[Node], telling: Mapping[str, tuple[bool, bool]]
) -> dict[str, Calls]:
    """Give the calls below each task; `telling` says of each whether input and output are told."""
    found: dict[str, Calls] = {}
    for node in _from_below(nodes):
        calls = found[node.span.span] = Calls()
        for child in node.below:
            asks, answers = telling[child.span.span]
            calls.add(child, found[child.span.span], asks=asks, answers=answers)
    return found


def _from_below(nodes: Sequence[Node]) -> Iterator[Node]:
    """Give all tasks, each behind those below it."""
    names = {node.span.span for node in nodes}
    ordered: list[Node] = []
    waiting = [node for node in nodes if node.above is None or node.above not in names]
    while waiting:
        node = waiting.pop()
        ordered.append(node)
        waiting += node.below
    yield from reversed(ordered)


def _earlier(one: Node | None, other: Node | None) -> Node | None:
    if one is None or other is None:
        return one or other
    return min(one, other, key=lambda node: (node.span.start or 0, node.span.span))


def _later(one: Node | None, other: Node | None) -> Node | None:
    if one is None or other is None:
        return one or other
    return max(one, other, key=lambda node: (node.span.end or 0, node.span.span))
