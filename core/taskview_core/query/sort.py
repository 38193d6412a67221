"""The order of a list."""

from __future__ import annotations

from typing import NamedTuple

from taskview_core.errors import UsageError

TASK_SORT_KEYS = ("created", "started", "completed", "updated", "duration", "agent", "status")
CONVERSATION_SORT_KEYS = ("updated", "created", "title", "user")


class Sort(NamedTuple):
    """A sort key and its direction; the order is always made total by the id.

    Agent and status are ordered by creation within. NULLs come last both ways. The text form
    is the key, with `-` before it for descending.
    """

    key: str
    descending: bool = False

    @classmethod
    def parse(cls, text: str, allowed: tuple[str, ...] = TASK_SORT_KEYS) -> Sort:
        """Read `created` or `-created`; raise UsageError naming the keys that there are."""
        key = text.removeprefix("-")
        if key not in allowed:
            import difflib

            near = difflib.get_close_matches(key, allowed, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise UsageError(
                f"cannot sort by {key!r}",
                f"the keys are {', '.join(allowed)}, with - before one for descending{hint}",
            )
        return cls(key, text.startswith("-"))

    def reversed(self) -> Sort:
        """Give the same key in the other direction."""
        return Sort(self.key, not self.descending)

    def __str__(self) -> str:
        return f"-{self.key}" if self.descending else self.key


NEWEST_FIRST = Sort("created", descending=True)
RECENT_FIRST = Sort("updated", descending=True)
