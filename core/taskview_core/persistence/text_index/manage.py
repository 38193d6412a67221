"""Makes, drops and describes the text index of a database of either engine."""

from __future__ import annotations

from pathlib import Path

from taskview_core.errors import UsageError
from taskview_core.persistence.database_url import DatabaseUrl
from taskview_core.persistence.engine import check_file
from taskview_core.persistence.text_index.postgres_manage import (
    bring_up_postgres,
    drop_postgres,
    postgres_status,
)
from taskview_core.persistence.text_index.report import IndexReport, Tell, TextIndexStatus
from taskview_core.persistence.text_index.sidecar import is_behind
from taskview_core.persistence.text_index.sqlite_manage import (
    bring_up_sqlite,
    drop_sqlite,
    sqlite_status,
)


async def bring_up_text_index(url: DatabaseUrl, folder: Path, tell: Tell) -> IndexReport:
    """Make the text index of a database, or bring it up to date.

    On SQLite it is a file in `folder`, on Postgres an index of the table. A run that is ended
    half way leaves nothing that is taken for whole, and the next one goes on. Raises
    TaskviewError where there can be none.
    """
    if url.kind == "postgresql":
        return await bring_up_postgres(url, tell)
    _check_file(url)
    return await bring_up_sqlite(url, folder, tell)


async def refresh_text_index(url: DatabaseUrl, folder: Path, tell: Tell) -> IndexReport | None:
    """Bring an index up to date if there is one that is not, after something was written."""
    if url.kind == "postgresql" or url.path is None:
        return None  # the server does so with every row
    if not is_behind(folder, url):
        return None
    return await bring_up_sqlite(url, folder, tell)


async def drop_text_index(url: DatabaseUrl, folder: Path) -> str | None:
    """Drop the text index of a database; give the place where it was, or None for none.

    A SQLite file need not be there any more.
    """
    if url.kind == "postgresql":
        return await drop_postgres(url)
    _check_file(url, there=False)
    return drop_sqlite(url, folder)


async def text_index_status(url: DatabaseUrl, folder: Path) -> TextIndexStatus:
    """Say whether a database has a text index, how large it is and what it covers."""
    if url.kind == "postgresql":
        return await postgres_status(url)
    _check_file(url)
    return sqlite_status(url, folder)


def _check_file(url: DatabaseUrl, *, there: bool = True) -> None:
    if url.path is None:
        raise UsageError("a database in memory has no text index")
    if there:
        check_file(url, create=False)
