"""The lines of a session, in the order of its files, each once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from taskview_core.importing.claude_code.account import Account
from taskview_core.importing.claude_code.json_text import UnreadableError, read_object
from taskview_core.importing.claude_code.places import FilePlace
from taskview_core.importing.facts import Fact

REPEATED = "the same line again"


class LineFact(Fact):
    """A fact that was just read, with what its body says: it need not be read again at once.

    The body itself is only put together where it is asked for.
    """

    place: FilePlace
    entry: dict[str, Any]
    raw: bytes

    @property
    def body(self) -> str:
        """The body, as every fact has it."""
        return self.encoded().decode("utf-8", "surrogatepass")

    @property
    def size(self) -> int:
        """About how large the body is."""
        return len(self.raw)

    def encoded(self) -> bytes:
        """Give the body as bytes."""
        return b'{%s"e":%s}' % (self.place.body, self.raw)


def line_fact(scope: str, key: str, place: FilePlace, entry: dict[str, Any], raw: bytes) -> Fact:
    """Make a fact of a line: what it says, and the same as JSON."""
    fact = LineFact(scope, key, "")
    fact.place, fact.entry, fact.raw = place, entry, raw
    return fact


class Line(NamedTuple):
    """A line: its key, the agent that its file is of, what it says, when, and of which type."""

    key: str
    agent: str | None
    entry: dict[str, Any]
    moment: str | None
    type: str


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
    entry: Any
    for fact in facts:
        if isinstance(fact, LineFact):
            agent, slug, entry = fact.place.agent, fact.place.slug, fact.entry
        else:
            try:
                body = read_object(fact.body)
            except UnreadableError:
                account.skip("it cannot be read any more")
                continue
            agent, slug = text_of(body.get("a")), text_of(body.get("s")) or ""
            meta = body.get("meta")
            if isinstance(meta, dict) and agent is not None:
                slugs[False].add(slug)
                metas[agent] = meta
                account.fold("what is known of a sub-agent")
                continue
            entry = body.get("e")
            if not isinstance(entry, dict):
                account.skip("it cannot be read any more")
                continue
        slugs[agent is None].add(slug)
        uuid = entry.get("uuid")
        if isinstance(uuid, str) and uuid:
            before = seen.setdefault(uuid, entry)
            if before is not entry and _is_same(before, entry):
                account.fold(REPEATED)
                continue
        kind = entry.get("type")
        moment = _moment(entry.get("timestamp"))
        lines.append(Line(fact.key, agent, entry, moment, kind if isinstance(kind, str) else ""))
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
        if len(value) == 24 and value[23] == "Z" and value[19] == "." and value[10] == "T":
            return f"{value[:23]}000Z"
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return f"{moment.replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
