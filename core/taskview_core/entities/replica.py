"""A database that is a copy of another one and follows it, and how far it has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

_NOTHING = timedelta(seconds=1)
_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
_FROM = 2
"""A unit is used from so many of it on."""


@dataclass(frozen=True, slots=True)
class Replica:
    """How a hot standby is doing.

    `behind` is how far it is behind its primary, None where that cannot be told. `is_cut_off` says
    that nothing comes from the primary, which it followed or is set up to follow. `primary` is the
    primary's host and port, empty where the server does not tell. `last_change` is how long ago
    what it replayed last was written.
    """

    behind: timedelta | None = None
    is_cut_off: bool = False
    primary: str = ""
    last_change: timedelta | None = None

    @property
    def is_well(self) -> bool:
        """Whether there is nothing that is worth asking for again soon."""
        return not self.is_cut_off and (self.behind is None or self.behind < 10 * _NOTHING)

    def __str__(self) -> str:
        if self.is_cut_off:
            name = f" {self.primary}" if self.primary else ""
            last = f", last change {_length(self.last_change)} ago" if self.last_change else ""
            return f"replica, its primary{name} is away{last}"
        if self.behind is None:
            return "replica"
        if self.behind < _NOTHING:
            return "replica, up to date"
        return f"replica, {_length(self.behind)} behind"


def _length(length: timedelta) -> str:
    """Give a length of time in one unit, in whole numbers."""
    seconds = max(int(length.total_seconds()), 0)
    for unit, size in _UNITS:
        if seconds >= _FROM * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
