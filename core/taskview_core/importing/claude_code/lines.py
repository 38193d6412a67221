"""The lines of a session, in the order of its files, each once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from taskview_core.importing.claude_code.account import Account
from taskview_core.importing.claude_code.json_text import UnreadableError, read_object
from taskview_core.importing.facts import Fact

REPEATED = "the same line again"


class Line(NamedTuple):
    """A line: its key, the agent that its file is of, what it says and when."""

    key: str
    agent: str | None
    entry: dict[str, Any]
    moment: str | None

    @property
    def type(self) -> str:
        """What kind of a line Claude Code says it is."""
        return text_of(self.entry.get("type")) or ""


class Lines(NamedTuple):
    """All lines of a session, and what their files say."""

    lines: list[Line]
    metas: dict[str, dict[str, Any]]
    """By sub-agent: what is known of it."""
    slug: str
    has_main: bool
    """Whether the session's own file is there, and not only those of sub-agents."""


def read_lines(facts: Sequence[Fact], account: Account) -> Lines:
    """Read facts, which come in the order of their keys: file by file, line by line."""
    lines: list[Line] = []
    metas: dict[str, dict[str, Any]] = {}
    slugs: dict[bool, set[str]] = {True: set(), False: set()}
    seen: dict[str, dict[str, Any]] = {}
    for fact in facts:
        try:
            body = read_object(fact.body)
        except UnreadableError:
            account.skip("it cannot be read any more")
            continue
        agent = text_of(body.get("a"))
        slugs[agent is None].add(text_of(body.get("s")) or "")
        meta = body.get("meta")
        if isinstance(meta, dict) and agent is not None:
            metas[agent] = meta
            account.fold("what is known of a sub-agent")
            continue
        entry = body.get("e")
        if not isinstance(entry, dict):
            account.skip("it cannot be read any more")
            continue
        uuid = text_of(entry.get("uuid"))
        if uuid is not None:
            before = seen.setdefault(uuid, entry)
            if before is not entry and _is_same(before, entry):
                account.fold(REPEATED)
                continue
        lines.append(Line(fact.key, agent, entry, _moment(entry.get("timestamp"))))
    named = sorted(slug for slug in slugs[True] or slugs[False] if slug)
    return Lines(lines, metas, named[0] if named else "", bool(slugs[True]))


def text_of(value: object) -> str | None:
    """Give what is text and not empty."""
    return value if isinstance(value, str) and value else None


def _is_same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two lines with one uuid say the same: sessions that go on may copy what was before.

    Some have one uuid and say something else.
    """
    keys = ("type", "timestamp", "message")
    return all(one.get(key) == other.get(key) for key in keys)


def _moment(value: object) -> str | None:
    """Give a time in the one form that all rows have: UTC, with microseconds."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        moment = datetime.fromisoformat(value)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return f"{moment.replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
