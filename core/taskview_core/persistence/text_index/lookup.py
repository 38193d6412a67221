"""Gives a database's text index to those who search."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from taskview_core.persistence.database_url import DatabaseUrl
from taskview_core.persistence.sql.reads import Reads
from taskview_core.persistence.sql.source import Few
from taskview_core.persistence.text_index.postgres_lookup import PostgresTextIndex
from taskview_core.persistence.text_index.sidecar import sidecar_path
from taskview_core.persistence.text_index.sqlite_lookup import SqliteTextIndex
from taskview_core.query.terms import TextTerm


class TextIndex(Protocol):
    """What knows which tasks may hold a text."""

    async def candidates(
        self, reads: Reads, terms: Sequence[TextTerm], *, some: bool
    ) -> Few | None:
        """Give a condition that holds for all tasks that hold the terms, and for few others.

        None where there is no index, it cannot tell, or the tasks are many. An index that may not
        know all tasks of the database as they are gives those that it knows where `some` will do.
        """
        ...


def text_index_of(url: DatabaseUrl, folder: Path | None) -> TextIndex | None:
    """Give the text index of a database, which may be there or not; `folder` has SQLite's."""
    if url.kind == "postgresql":
        return PostgresTextIndex()
    if url.path is None or folder is None:
        return None
    return SqliteTextIndex(url, sidecar_path(folder, url.path))
