"""What can be completed where the cursor stands in an input: pure values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from taskview_core.entities import FacetValue
from taskview_core.query.keys import TASK_KEYS
from taskview_core.query.terms import ValueKey
from taskview_tui.bars.slots import Slot

_KEYS = {ValueKey.AGENT: "agent:", ValueKey.STATUS: "status:"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A value that is being typed: of which column, what there is of it, and its place."""

    key: ValueKey
    beginning: str
    start: int
    end: int


def wanted_at(slot: Slot, text: str, cursor: int) -> Wanted | None:
    """Find the agent or status that the cursor stands in or behind; None where there is none."""
    if slot is Slot.AGENT:
        return _in_list(ValueKey.AGENT, text, cursor, 0)
    if slot is Slot.STATUS:
        return _in_list(ValueKey.STATUS, text, cursor, 0)
    if slot is not Slot.QUERY:
        return None
    start = text.rfind(" ", 0, cursor) + 1
    for key, word in _KEYS.items():
        bare = text[start:cursor].removeprefix("-")
        if bare.startswith(word) and '"' not in bare:
            return _in_list(key, text, cursor, cursor - len(bare) + len(word))
    return None


def _in_list(key: ValueKey, text: str, cursor: int, least: int) -> Wanted:
    start = max(text.rfind(",", least, cursor) + 1, least)
    while start < cursor and text[start] == " ":
        start += 1
    stops = [at for at in (text.find(",", cursor), text.find(" ", cursor)) if at >= 0]
    return Wanted(key, text[start:cursor], start, min(stops, default=len(text)))


def ends_in_key(text: str) -> bool:
    """Whether the last word of a query could become a key, such as `stat`."""
    word = text[text.rfind(" ") + 1 :].removeprefix("-")
    return bool(word) and any(key.startswith(word) for key in TASK_KEYS)


def matching(
    wanted: Wanted, values: Sequence[FacetValue], limit: int = 10
) -> tuple[FacetValue, ...]:
    """Give the values that begin so, then those that hold it elsewhere; of any case."""
    typed = wanted.beginning.lower()
    begin = [value for value in values if value.value.lower().startswith(typed)]
    inside = [value for value in values if typed in value.value.lower() and value not in begin]
    return tuple([*begin, *inside][:limit])


def completed(slot: Slot, text: str, wanted: Wanted, value: str) -> tuple[str, int]:
    """Give the text with the value in its place, and where the cursor stands then."""
    if slot is Slot.QUERY and (not value or any(c in value for c in ' ",\\()') or value[-1] == "*"):
        value = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return text[: wanted.start] + value + text[wanted.end :], wanted.start + len(value)
