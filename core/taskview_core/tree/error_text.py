"""What the error of a task says of the tasks below it: the words of one error in another.

A list holds only the first 400 characters of an error, or of a trace the last; so much is
compared, on one line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from taskview_core.entities.preview import ERROR_START, TRACE, raised_at_last

_ID = re.compile(r"\b[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\b", re.IGNORECASE)
_OTHERS = re.compile(
    r"\b(?:sub(?:-?\s?(?:tasks?|agents?))?|child(?:ren)?|delegates?|delegation|dependenc(?:y|ies)|"
    r"downstream|upstream|nested|workers?|stages?|steps?|tools?|tool calls?|one or more tasks?)\b"
    r"[^.;]{0,40}\b(?:fail|error|abort|crash|raised|time[ds]? ?out|unsuccessful)",
    re.IGNORECASE,
)
_TRACE = re.compile(
    r"(?:^|\s)((?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Exceeded|Failed)?: .*)"
)
_ENOUGH = 12
"""Characters that two errors share by chance only when both are trivial."""
_PROBE = 24
"""So many of an error are looked for first; of what follows, as much as there is must agree."""


@dataclass(frozen=True, slots=True)
class ErrorText:
    """What is known of an error, on one line."""

    whole: str
    """All that a list holds of it."""
    words: str
    """The same without the calls of a trace: what was raised at last."""

    @classmethod
    def of(cls, start: str | None) -> ErrorText:
        """Make it of the `start_of_error` of an error; of nothing where there is none."""
        if not start:
            return cls("", "")
        kept = start if start.startswith(TRACE) else start[:ERROR_START]
        whole = " ".join(kept.split())
        raised = raised_at_last(start)
        return cls(whole, whole if raised is None else " ".join(raised.split()))

    def hands_on(self, other: ErrorText) -> bool:
        """Say whether it hands on the text of another error, or the other way round."""
        return _within(_essence(other.words), self.whole) or _within(
            _essence(self.words), other.whole
        )


@lru_cache(maxsize=4096)
def cited_ids(error: str) -> frozenset[UUID]:
    """Give the ids of tasks, or whatever else has a UUID, that an error names."""
    return frozenset(UUID(found) for found in _ID.findall(error))


def repeats(above: str, below: str) -> bool:
    """Say whether an error hands on the text of another, whole or in part, either way round."""
    return _within(_essence(below), above) or _within(_essence(above), below)


def names_agent(error: str, agent_id: str) -> bool:
    """Say whether an error names an agent, as a word of its own."""
    if not agent_id or agent_id not in error:
        return False
    return re.search(rf"(?<![\w:-]){re.escape(agent_id)}(?![\w-])", error) is not None


def speaks_of_others(error: str) -> bool:
    """Say whether an error tells, in general words, that something below it went wrong."""
    return _OTHERS.search(error) is not None


def _essence(error: str) -> str:
    """Give what an error says: of a trace the last part, where it is there, else all of it."""
    text = error.strip().removesuffix("…").rstrip()
    if text.startswith("Traceback"):
        found = _TRACE.search(text, len("Traceback (most recent call last):"))
        return found.group(1) if found else ""
    return text


def _within(essence: str, text: str) -> bool:
    if len(essence) < _ENOUGH:
        # As the first or last part of another, as in `child failed: boom`, it is no chance.
        other = _essence(text)
        parts = (f"{other}: ".startswith(f"{essence}: "), f": {other}".endswith(f": {essence}"))
        return bool(essence) and any(parts)
    text = text.rstrip("…")
    at = text.find(essence[:_PROBE])
    if at < 0:
        return False
    rest = text[at:]
    return rest.startswith(essence) or essence.startswith(rest)
