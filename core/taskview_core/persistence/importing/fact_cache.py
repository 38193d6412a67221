"""The facts of scopes that have all come in this run, and need not be read from the spool."""

from __future__ import annotations

from collections.abc import Sequence

from taskview_core.importing.facts import Fact

ENOUGH = 8 << 20
"""So much is worth a transaction, by the length of bodies."""
MOST = 4 * ENOUGH
"""More is not kept: the facts of one session alone may be as many."""


class FactCache:
    """Keeps the facts of new scopes, as long as they are not too many."""

    def __init__(self) -> None:
        self._facts: dict[int, list[Fact]] = {}
        self._size = 0

    @property
    def is_full(self) -> bool:
        """Whether there is enough to make rows of."""
        return self._size > ENOUGH

    @property
    def is_overfull(self) -> bool:
        """Whether there is more than there should be."""
        return self._size > MOST

    def add(self, scope: int, facts: Sequence[Fact], *, is_new: bool) -> None:
        """Keep facts of a scope, if all others of it are kept as well."""
        if is_new:
            self._facts[scope] = []
        if scope in self._facts:
            self._facts[scope].extend(facts)
            self._size += sum(fact.size for fact in facts)

    def take(self, scope: int) -> list[Fact] | None:
        """Give all facts of a scope and keep them no more; None where only the spool has them."""
        facts = self._facts.pop(scope, None)
        if facts is not None:
            self._size -= sum(fact.size for fact in facts)
        return facts

    def drop(self) -> None:
        """Keep nothing: all is in the spool."""
        self._facts.clear()
        self._size = 0
