"""What the tasks of a tree used, as cells of its columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce

from taskview_core.entities import Ident, Usage
from taskview_core.tree.usage import TaskUsage
from taskview_tui.text.amounts import cost_text, tokens_text
from taskview_tui.text.columns import USAGE_KEYS, Column


class ShownUsage:
    """What is known of each task by its id; made once for a tree, in a thread where it is large."""

    def __init__(self, tasks: Mapping[Ident, TaskUsage]) -> None:
        self.tasks = tasks
        self._keys = frozenset(key for used in tasks.values() for key in _said(used))
        if not any(used.own is not None and used.own != used.whole for used in tasks.values()):
            # They would say the same as the columns beside them.
            self._keys -= {"own_tokens", "own_cost"}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ShownUsage) and self.tasks == other.tasks

    __hash__ = None  # type: ignore[assignment]  # it holds a dictionary

    def columns_of(self, columns: Sequence[Column]) -> tuple[Column, ...]:
        """Leave out the columns of usage that would tell nothing."""
        return tuple(
            column for column in columns if column.key not in USAGE_KEYS or column.key in self._keys
        )

    def cell(self, idents: Sequence[Ident], key: str) -> str:
        """Give what some tasks, none below another, used together; empty where that is unknown."""
        known = [self.tasks[ident] for ident in idents if ident in self.tasks]
        if len(known) < 2:
            return _text(known[0], key) if known else ""
        owns = [used.own for used in known if used.own is not None]
        own = reduce(Usage.plus, owns) if owns else None
        return _text(TaskUsage(own, reduce(Usage.plus, (used.whole for used in known))), key)


def _said(used: TaskUsage) -> Iterator[str]:
    if used.whole.tokens is not None:
        yield "tokens"
        if used.own is not None and used.own.tokens is not None:
            yield "own_tokens"
    if used.whole.cost is not None:
        yield "cost"
        if used.own is not None and used.own.cost is not None:
            yield "own_cost"


def _text(used: TaskUsage, key: str) -> str:
    usage = used.own if key.startswith("own_") else used.whole
    if usage is None:
        return ""
    return cost_text(usage.cost) if key.endswith("cost") else tokens_text(usage.tokens)
