"""The words of the query language that stand before a colon, and what each takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeyHelp:
    """One key: its name, what may follow the colon (to stand after 'it takes'), an example."""

    name: str
    takes: str
    example: str


_TIME = "a time or an age with >, >=, < or <= before it, a range a..b, or a day"
_IS = "root (no parent), leaf (no children), stuck or orphan (no such parent)"
_HAS = "error, output, input or metadata"

_ALL = (
    KeyHelp("input", "a text that the input has to hold", "input:invoice"),
    KeyHelp("output", "a text that the output has to hold", "output:refund"),
    KeyHelp("error", "a text that the error has to hold", "error:timeout"),
    KeyHelp("status", "a status, or several with commas between", "status:failed,cancelled"),
    KeyHelp("agent", "an agent, the beginning of one with *, or several", "agent:tool:*"),
    KeyHelp("user", "a user, the beginning of one with *, or several", "user:alice"),
    KeyHelp(
        "conversation",
        "the UUID of a conversation",
        "conversation:0b7c8f1e-5a52-4c0e-9d3a-2f6f1f0c9a11",
    ),
    KeyHelp("parent", "the UUID of the parent task", "parent:0b7c8f1e-5a52-4c0e-9d3a-2f6f1f0c9a11"),
    KeyHelp("id", "a UUID, or the first 4 hex digits of one or more", "id:0b7c"),
    KeyHelp("is", _IS, "is:root"),
    KeyHelp("has", _HAS, "has:error"),
    KeyHelp("created", _TIME, "created:>2h"),
    KeyHelp("started", _TIME, "started:>2h"),
    KeyHelp("completed", _TIME, "completed:2026-01-31"),
    KeyHelp("updated", _TIME, "updated:<7d"),
    KeyHelp("since", "a time or an age, the earliest creation", "since:2h"),
    KeyHelp("until", "a time or an age, the latest creation", "until:2026-01-31"),
    KeyHelp(
        "duration", "a length with >, >=, < or <= before it, a range a..b, or one", "duration:>5s"
    ),
    KeyHelp("metadata", "a key of the metadata after a dot, then a value", "metadata.kind:turn"),
)

TASK_KEYS: Mapping[str, KeyHelp] = {key.name: key for key in _ALL}
"""The keys of a filter of tasks. `metadata` is followed by a dot and a path."""

CONVERSATION_KEYS: Mapping[str, KeyHelp] = {
    name: TASK_KEYS[name]
    for name in ("user", "conversation", "id", "created", "updated", "since", "until")
}
"""The keys of a filter of conversations; `id` and `conversation` both mean its own id."""


def listed(keys: Mapping[str, KeyHelp]) -> str:
    """Give the keys as a list for people."""
    names = [f"{name}.KEY" if name == "metadata" else name for name in keys]
    return f"{', '.join(names[:-1])} and {names[-1]}"
