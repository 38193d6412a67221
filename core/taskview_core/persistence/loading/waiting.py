"""Keeps the id of a parent that is nowhere in a task's metadata, and takes it out again.

Metadata that is an object gets one more member, at its end. Anything else is put whole under
`taskview.metadata` beside it. Taking the id out gives back the very text that was there (on JSONB,
the same value).
"""

from __future__ import annotations

import json
from uuid import UUID

from taskview_core.persistence.lines.members import MalformedError, Member, ObjectScanner

PARENT_KEY = "taskview.parent_task_id"
WHOLE_KEY = "taskview.metadata"
TEXT_KEY = "taskview.metadata_text"

_OURS = frozenset({PARENT_KEY, WHOLE_KEY, TEXT_KEY})


def with_parent(metadata: str | None, parent: str) -> str:
    """Give the metadata with a parent's id (32 hex digits) in it."""
    member = f'"{PARENT_KEY}": "{UUID(hex=parent)}"'
    text = "null" if metadata is None else metadata
    members = _members(text)
    if members is None:
        try:
            json.loads(text)
        except (ValueError, RecursionError):
            return f'{{{member}, "{TEXT_KEY}": {json.dumps(text)}}}'
        return f'{{{member}, "{WHOLE_KEY}": {text}}}'
    if _OURS & {each[0] for each in members}:
        return f'{{{member}, "{WHOLE_KEY}": {text}}}'
    body = text.rstrip(" \t\n\r")[:-1]
    comma = ", " if members else ""
    return f"{body}{comma}{member}}}"


def parent_of(metadata: str | None) -> str | None:
    """Give the id that is kept in the metadata, as 32 hex digits; None where there is none."""
    if metadata is None or PARENT_KEY not in metadata:
        return None
    for key, _, _, value, _ in _members(metadata) or ():
        if key == PARENT_KEY and isinstance(value, str):
            try:
                return UUID(value).hex
            except ValueError:
                return None
    return None


def without_parent(metadata: str) -> str | None:
    """Give the metadata as it was before `with_parent`; None for an SQL NULL."""
    members = _members(metadata) or []
    by_key = {member[0]: member for member in members}
    if set(by_key) == {PARENT_KEY, WHOLE_KEY}:
        _, start, end, _, _ = by_key[WHOLE_KEY]
        text = metadata[start:end]
        return None if text == "null" else text
    if set(by_key) == {PARENT_KEY, TEXT_KEY}:
        return str(by_key[TEXT_KEY][3])
    index = [member[0] for member in members].index(PARENT_KEY)
    _, _, end, _, key_start = members[index]
    if index > 0:
        # From the comma after the member before it, so that spaces stay where they were.
        comma = metadata.index(",", members[index - 1][2])
        return metadata[:comma] + metadata[end:]
    if len(members) > 1:
        return metadata[:key_start] + metadata[members[1][4] :]
    return metadata[:key_start] + metadata[end:]


def _members(text: str) -> list[Member] | None:
    """Take an object apart; None for what is none."""
    try:
        return ObjectScanner().members(text)
    except MalformedError:
        return None
