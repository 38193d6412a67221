"""A conversation of which several traces tell is one row, made of what they all say."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from taskview_core.importing.conversations import joined
from taskview_core.importing.rows import ImportedConversation
from taskview_core.persistence.importing.spool import Spool


class Told(NamedTuple):
    """What is to be done about the conversations of a scope.

    `rows` are those that it tells of, each with whether others do so too; `others` those that it
    told of before and that only others tell of now; `gone` those that nobody tells of any more.
    """

    rows: list[tuple[ImportedConversation, bool]]
    others: list[ImportedConversation]
    gone: list[bytes]


def tell(
    spool: Spool, scope: int, rows: Sequence[ImportedConversation], before: Iterable[bytes]
) -> Told:
    """Keep what a scope tells, and put it together with what others do."""
    spool.tell(scope, ((row.id.bytes, _to_text(row)) for row in rows))
    told = Told([], [], [])
    ours = {row.id.bytes for row in rows}
    for row in rows:
        texts = spool.told(row.id.bytes)
        one = row if len(texts) == 1 else joined([_from_text(row.id, text) for text in texts])
        told.rows.append((one, len(texts) > 1))
    for ident in before:
        if ident in ours:
            continue
        texts = spool.told(ident)
        if texts:
            told.others.append(joined([_from_text(UUID(bytes=ident), text) for text in texts]))
        else:
            told.gone.append(ident)
    return told


def _to_text(row: ImportedConversation) -> str:
    return json.dumps(row[1:])


def _from_text(ident: UUID, text: str) -> ImportedConversation:
    return ImportedConversation(ident, *json.loads(text))
