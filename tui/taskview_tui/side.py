"""What can be marked to be compared; here by itself, for the first screen needs no more of that."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from taskview_core.entities import Ident


class Side(NamedTuple):
    """One of two things to compare: a task with all below it, or a conversation."""

    id: Ident
    name: str
    """What people call it; not cleaned."""
    is_conversation: bool = False
