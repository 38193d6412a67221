"""Remembers what was made of lines at one width."""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")


class ByWidth(Generic[T]):
    """What was made of lines at the width that was asked for last.

    A thread may be at a line, of the width that was, while the view gets another one: what it
    makes then is of its own width, and never taken for that of the other.
    """

    def __init__(self) -> None:
        self._of: tuple[int, dict[int, T]] = (-1, {})

    def get(self, line: int, width: int) -> T | None:
        """Give what was made of a line at a width, if it is remembered."""
        kept, made = self._of
        return made.get(line) if kept == width else None

    def keep(self, line: int, width: int, value: T) -> None:
        """Remember what was made of a line, and forget what is of another width."""
        kept, made = self._of
        if kept != width:
            made = {}
            self._of = (width, made)
        made[line] = value
