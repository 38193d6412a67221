"""Tells a mistyped key from text that happens to hold a colon."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from typing import TYPE_CHECKING

from taskview_core.entities import TaskStatus
from taskview_core.query.keys import TASK_KEYS
from taskview_core.query.terms import ValueKey, ValueTerm

if TYPE_CHECKING:
    from taskview_core.query.task_filter import TaskFilter


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LETTERS = re.compile(r"[a-z]+")

_COLUMNS = {
    "agent_id": "agent",
    "user_id": "user",
    "conversation_id": "conversation",
    "parent_id": "parent",
    "parent_task_id": "parent",
    "created_at": "created",
    "started_at": "started",
    "completed_at": "completed",
    "updated_at": "updated",
}
"""Names of columns, which people type for the keys."""

_RELATED = _words(
    "agents complete completes conversations create creates creator durations errors inputs outputs"
    " parents start starter starts stat state stated states stats update updates users"
)
"""Words near a key and akin to it. They stand before colons in any log: keys only with a value."""

_OTHER = _words(
    "apparent argent cleaned cleared compete competed computed conservation conversion crate crated"
    " crates creased credited curated curation dated donation erected gent grated greater greeted"
    " heated latent mince mutation oration outdated outfit outlet outpost outset paint paren parens"
    " parental part patent patents patient payment percent plated potent print rated ration"
    " recreated related rent restarted seated shared shorted singe slated sorted stacked stacks"
    " staffed staged stages stained stalled stamped stamps stared starred stars starters startup"
    " starve starved stashed static statics statue stature statute stayed stmts stored terror"
    " treated uber untie updater use used uses util wince"
)
"""Words near a key that mean something else; `use:`, `print:` and `percent:` are text."""


def meant_key(name: str, *, value_follows: bool, keys: Collection[str] = TASK_KEYS) -> str | None:
    """Give the key that `name` is a near miss of; None where it is no key, but text.

    `name` is what stands before the colon. A near miss is one typing error away from a key of 4
    or 5 letters, and up to two from a longer one; shorter keys have none. Capital letters, the
    names of columns and words akin to a key count only where a value follows the colon at once,
    so that `Error: x`, `state: x` and `ERROR:root:x` stay text.
    """
    head, dot, rest = name.partition(".")
    found = _meant(head, value_follows, tuple(keys))
    if not dot:
        return found
    return f"{found}.{rest}" if found == "metadata" else None


@lru_cache(maxsize=512)
def _meant(name: str, value_follows: bool, keys: tuple[str, ...]) -> str | None:
    if name.lower() in keys:
        # A log level before a logger's name is far more likely than a key in capitals.
        return name.lower() if value_follows and name != "ERROR" else None
    if name in _COLUMNS:
        return _COLUMNS[name] if value_follows and _COLUMNS[name] in keys else None
    if not _LETTERS.fullmatch(name) or name in _OTHER:
        return None
    if name in _RELATED and not value_follows:
        return None
    near = []
    for key in keys:
        allowed = 0 if len(key) < 4 else 1 if len(key) < 6 else 2
        if allowed and abs(len(name) - len(key)) <= allowed:
            away = distance(name, key)
            if away <= allowed:
                near.append((away, -_shared(name, key), key))
    return min(near)[2] if near else None


def meant_value(value: str, values: Collection[str]) -> str | None:
    """Give the one of some values that is meant by a near miss of it; None where it is none.

    As for keys, one typing error in up to 5 letters and two in more are near. Capital letters count
    for none.
    """
    if value in values:
        return None
    near = []
    for each in values:
        allowed = 0 if len(each) < 4 else 1 if len(each) < 6 else 2
        away = distance(value.lower(), each.lower()) if len(value) <= len(each) + 2 else allowed + 1
        if away <= allowed:
            near.append((away, -_shared(value, each), each))
    return min(near)[2] if near else None


def meant_status(task_filter: TaskFilter) -> str | None:
    """Give `status:` with the status that a filter nearly asks for; None where it does not."""
    known = [status.value for status in TaskStatus.known()]
    for term in task_filter.terms:
        if isinstance(term, ValueTerm) and term.key is ValueKey.STATUS:
            values = [pattern.value for pattern in term.patterns]
            meant = [meant_value(value, known) or value for value in values]
            if meant != values:
                return f"status:{','.join(meant)}"
    return None


def _shared(one: str, other: str) -> int:
    """Count the letters with which both words begin."""
    pairs = zip(one, other, strict=False)
    return next((at for at, (x, y) in enumerate(pairs) if x != y), min(len(one), len(other)))


def distance(one: str, other: str) -> int:
    """Count the letters to insert, drop, change or swap with their neighbour between two words."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, x in enumerate(one, 1):
        following = [i]
        for j, y in enumerate(other, 1):
            cost = min(row[j] + 1, following[-1] + 1, row[j - 1] + (x != y))
            if i > 1 and j > 1 and x == other[j - 2] and one[i - 2] == y:
                cost = min(cost, before[j - 2] + 1)
            following.append(cost)
        before, row = row, following
    return row[-1]
