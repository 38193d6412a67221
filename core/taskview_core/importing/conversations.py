"""One conversation of which several scopes tell: the turns of a session are a trace each."""

from __future__ import annotations

from collections.abc import Sequence

from taskview_core.importing.rows import ImportedConversation


def joined(rows: Sequence[ImportedConversation]) -> ImportedConversation:
    """Make one row of all that is told of a conversation, in whatever order it comes.

    What was told of its beginning has its title; it lasts from the first to the last. Times compare
    as texts, since readers write them in UTC and alike.
    """
    first = min(rows, key=_beginning)
    return first._replace(
        title=next((row.title for row in sorted(rows, key=_beginning) if row.title), None),
        created_at=min((row.created_at for row in rows if row.created_at), default=None),
        updated_at=max((row.updated_at for row in rows if row.updated_at), default=None),
    )


def _beginning(row: ImportedConversation) -> tuple[bool, str, str, str, str]:
    created = row.created_at
    return created is None, created or "", row.title or "", row.user_id, row.metadata or ""
