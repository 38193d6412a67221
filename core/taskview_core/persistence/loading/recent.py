"""Remembers what has just been seen, and forgets the rest: a load may be larger than memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

T = TypeVar("T")


class Recent(Generic[T]):
    """The newest entries of a mapping: at least `limit`, at most twice as many."""

    def __init__(self, limit: int = 100_000) -> None:
        self._limit = limit
        self._new: dict[str, T] = {}
        self._old: dict[str, T] = {}

    def update(self, entries: Mapping[str, T]) -> None:
        """Remember these."""
        self._new.update(entries)
        if len(self._new) > self._limit:
            self._old, self._new = self._new, {}

    def __contains__(self, key: str) -> bool:
        return key in self._new or key in self._old

    def __getitem__(self, key: str) -> T:
        return self._new[key] if key in self._new else self._old[key]

    def __bool__(self) -> bool:
        return bool(self._new or self._old)
