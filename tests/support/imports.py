"""For tests of importing: lines through a reader, and files into databases."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.sessions import Line, encoded
from taskview_core.importing.facts import Fact, Skipped
from taskview_core.importing.formats import reader_named
from taskview_core.importing.reader import Derived, Read, Reader, Source
from taskview_core.persistence.importing import (
    ImportAsk,
    ImportProgress,
    ImportReport,
    find_inputs,
    run_import,
)
from taskview_core.persistence.url import parse_database_url
from taskview_migrations import make_schema

Row = dict[str, Any]
PLACE = "sessions/projects/-work-project"


class KilledError(Exception):
    """Stands for a kill at this moment."""


@dataclass
class Taken:
    """What a reader finds in an input."""

    facts: list[Fact] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    end: Read = field(default_factory=lambda: Read(0, 1))


def claude() -> Reader:
    """Give the reader of Claude Code's sessions."""
    reader = reader_named("claude-code")
    assert reader is not None
    return reader


def take(raw: bytes, name: str = f"{PLACE}/some.jsonl", start: Read | None = None) -> Taken:
    """Read an input, or the rest of it."""
    taken = Taken()
    begun = start or Read(0, 1)
    stream = io.BytesIO(raw)
    stream.seek(begun.offset)
    for found in claude().facts(Source(name, stream, begun.offset, begun.line)):
        if isinstance(found, Fact):
            taken.facts.append(found)
        elif isinstance(found, Skipped):
            taken.skipped.append(found)
        else:
            taken.end = found
    return taken


def derive(facts: Sequence[Fact]) -> Derived:
    """Make rows of the facts of one scope, and see that each is accounted for."""
    scopes = {fact.scope for fact in facts}
    assert len(scopes) <= 1, "these are of several sessions"
    derived = claude().derive(
        next(iter(scopes), "nothing"), sorted(facts, key=lambda each: each.key)
    )
    accounted = derived.used + sum(derived.folded.values()) + sum(derived.skipped.values())
    assert accounted == len(facts)
    return derived


def plain_facts(facts: Sequence[Fact]) -> list[Fact]:
    """Give facts as they come back from a spool."""
    return [Fact(each.scope, each.key, each.body) for each in facts]


def rows_of(derived: Derived) -> list[Row]:
    """Give the tasks as the loader reads them."""
    return [json.loads(task.to_line()) for task in derived.tasks]


def session_rows(lines: Sequence[Line], **others: Sequence[Line]) -> list[Row]:
    """Give the tasks of a session, with sub-agents' files beside it."""
    facts = take(encoded(lines), f"{PLACE}/{lines[0]['sessionId']}.jsonl").facts
    for agent, more in others.items():
        facts += take(encoded(more), f"{PLACE}/agent-{agent}.jsonl").facts
    derived = derive(facts)
    assert derived == derive(plain_facts(facts)), "the spool gives the same"
    return rows_of(derived)


def statuses(rows: Sequence[Row]) -> Counter[str]:
    """Count rows by kind and status."""
    return Counter(f"{row['metadata']['kind']} {row['status']}" for row in rows)


async def import_into(
    url: str,
    spools: Path,
    *paths: Path,
    progress: Callable[[ImportProgress], None] = lambda state: None,
    **ask: Any,
) -> ImportReport:
    """Import files and folders, as the command line does; check that the sums agree."""
    with ExitStack() as stack:
        inputs = find_inputs([str(path) for path in paths], stack)
        report = await run_import(
            ImportAsk(parse_database_url(url), spools, **ask), inputs, progress, make_schema
        )
    for each in report.formats.values():
        accounted = each.used + sum(each.folded.values()) + sum(each.skipped.values())
        assert accounted == each.facts
    return report
