"""Makes the rows of one scope, and finds what of them the database has not got yet."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from taskview_core.importing.facts import Fact
from taskview_core.importing.formats import reader_named
from taskview_core.importing.reader import Reader
from taskview_core.importing.rows import ImportedConversation, ImportedTask
from taskview_core.persistence.importing.claims import settle_claims
from taskview_core.persistence.importing.fact_cache import FactCache
from taskview_core.persistence.importing.row_hashes import UNKNOWN, hash_of, packed, unpacked
from taskview_core.persistence.importing.shared_conversations import tell
from taskview_core.persistence.importing.spool import Scope, Spool
from taskview_core.query.stuck import names_a_parent

_Row = TypeVar("_Row", ImportedConversation, ImportedTask)

_USUAL_SIZE = 200
"""Of a row without its payloads."""
_REPEATED = "the same again in another input"


@dataclass(frozen=True, slots=True)
class Made:
    """What is to be done for one scope."""

    scope: Scope
    conversations: list[ImportedConversation]
    tasks: list[ImportedTask]
    """The rows that the database has not, or not so."""
    gone_conversations: list[str]
    gone_tasks: list[str]
    """Ids, as 32 hex digits, of rows that the scope gives no more."""
    before: tuple[bytes, bytes]
    """Which rows of conversations and of tasks there may be once writing has begun."""
    after: tuple[bytes, bytes]
    stats: str
    again: set[int]
    """Other scopes that have to be made anew."""
    size: int

    @property
    def changes(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.conversations or self.tasks or self.gone_conversations or self.gone_tasks)


def make(spool: Spool, cache: FactCache, ident: int, readers: tuple[Reader, ...]) -> Made:
    """Make the rows of a scope of all of its facts."""
    scope = spool.scope(ident)
    reader = reader_named(scope.format, readers)
    assert reader is not None, "the formats of a spool are ours"
    facts, repeated = _each_once(cache.take(ident) or spool.facts_of(scope))
    derived = reader.derive(scope.name, facts)
    tasks, again = settle_claims(spool, scope, derived.tasks)
    folded = dict(derived.folded)
    if repeated:
        folded[_REPEATED] = folded.get(_REPEATED, 0) + repeated
    stats = _stats(tasks) | {
        "facts": len(facts) + repeated,
        "used": derived.used,
        "folded": folded,
        "skipped": dict(derived.skipped),
    }
    ids = {task.id for task in tasks}
    conversations = _Difference[ImportedConversation](scope.conversations)
    told = tell(spool, ident, derived.conversations, unpacked(scope.conversations))
    for row, is_shared in told.rows:
        # What others tell may have changed since: then it is written in any case.
        conversations.add(row, linked=True, changed=is_shared)
    changed = _Difference[ImportedTask](scope.tasks)
    for task in tasks:
        changed.add(task, linked=task.parent_task_id in ids)
    gone_tasks = [row for row in changed.gone() if not spool.rivals(row, ident)]
    return Made(
        scope,
        conversations.new + told.others,
        changed.new,
        [row.hex() for row in told.gone],
        [row.hex() for row in gone_tasks],
        (conversations.union(), changed.union()),
        (packed(conversations.now), packed(changed.now)),
        json.dumps(stats),
        again,
        conversations.size + changed.size,
    )


class _Difference(Generic[_Row]):
    """Compares the rows that a scope gives with those that are in the database."""

    def __init__(self, before: bytes) -> None:
        self._before = unpacked(before)
        self.now: dict[bytes, bytes] = {}
        self.new: list[_Row] = []
        self.size = 0

    def add(self, row: _Row, *, linked: bool, changed: bool = False) -> None:
        ident = row.id.bytes
        digest = self.now[ident] = hash_of(row, linked=linked)
        if changed or self._before.get(ident) != digest:
            self.new.append(row)
            self.size += _USUAL_SIZE + len(row.metadata or "")
            if isinstance(row, ImportedTask):
                self.size += len(row.input or "") + len(row.output or "") + len(row.error or "")

    def gone(self) -> list[bytes]:
        return [row for row in self._before if row not in self.now]

    def union(self) -> bytes:
        """Give all rows that there may be while it is written."""
        return packed(self._before | {row.id.bytes: UNKNOWN for row in self.new})


def _each_once(facts: list[Fact]) -> tuple[list[Fact], int]:
    """Give facts in the order of their keys, and how many were the same as another.

    Files of one name in two places may have other lines at the same place: both are facts.
    """
    by_key: dict[str, Fact] = {}
    more: dict[str, dict[str, Fact]] = {}
    for fact in facts:
        first = by_key.setdefault(fact.key, fact)
        if first is not fact and first.body != fact.body:
            more.setdefault(fact.key, {})[fact.body] = fact
    once: list[Fact] = []
    for key in sorted(by_key):
        others = more.get(key)
        if others is None:
            once.append(by_key[key])
        else:
            others[by_key[key].body] = by_key[key]
            once.extend(others[body] for body in sorted(others))
    return once, len(facts) - len(once)


def _stats(tasks: Sequence[ImportedTask]) -> dict[str, Any]:
    statuses: dict[str, int] = {}
    parents = {task.id: task.parent_task_id for task in tasks}
    orphans = waiting = 0
    for task in tasks:
        statuses[task.status] = statuses.get(task.status, 0) + 1
        waits = task.parent_task_id is not None and task.parent_task_id not in parents
        waiting += waits
        orphans += waits or (task.parent_task_id is None and names_a_parent(task.metadata))
    return {
        "tasks": len(tasks),
        "levels": _levels(parents),
        "statuses": statuses,
        "orphans": orphans,
        "waiting": waiting,
    }


def _levels(parents: dict[UUID, UUID | None]) -> int:
    """Give how many levels the tasks have; those in a circle, if there is one, count as roots."""
    levels: dict[UUID, int] = {}
    for start in parents:
        way: dict[UUID, None] = {}
        at: UUID | None = start
        while at is not None and at in parents and at not in levels and at not in way:
            way[at] = None
            at = parents[at]
        level = levels.get(at, 0) if at is not None else 0
        for each in reversed(way):
            level += 1
            levels[each] = level
    return max(levels.values(), default=0)
