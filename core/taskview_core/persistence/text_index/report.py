"""What is told of text indexes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IndexProgress:
    """How far the making of an index has come; `share` of 1 where the whole is known."""

    step: str
    share: float | None = None


Tell = Callable[[IndexProgress], None]


@dataclass(frozen=True, slots=True)
class TextIndexStatus:
    """Whether a database has a text index, and what it covers.

    `place` is the file, or the index's name. `size` is in bytes; `covers` a sentence's end for
    people. `usable` is False for one that was never finished, and `can_be` where there can be none.
    """

    place: str
    present: bool
    usable: bool = False
    size: int = 0
    covers: str = ""
    can_be: bool = True


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What a run has done: where the index is, its size in bytes, and rows new to it."""

    place: str
    size: int
    rows: int | None = None
    written: int | None = None
    notes: tuple[str, ...] = ()
