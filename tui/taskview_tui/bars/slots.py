"""The inputs of the filter bar, by name."""

from __future__ import annotations

from enum import Enum


class Slot(Enum):
    """An input of the filter bar."""

    QUERY = "query"
    AGENT = "agent"
    STATUS = "status"
    SINCE = "since"


SLOTS = (Slot.QUERY, Slot.AGENT, Slot.STATUS, Slot.SINCE)
