"""The database that is imported into: made where it is new, looked at for what it has lost."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import islice

from taskview_core.errors import UsageError
from taskview_core.persistence.bulk_open import bulk_writer
from taskview_core.persistence.database_url import DatabaseUrl
from taskview_core.persistence.faults import translated
from taskview_core.persistence.fresh import SchemaMaker, fresh_file
from taskview_core.persistence.importing.making import Made
from taskview_core.persistence.importing.ready_rows import ReadyRows
from taskview_core.persistence.importing.row_hashes import unpacked
from taskview_core.persistence.importing.spool import Scope, Spool
from taskview_core.persistence.lines.sources import Source
from taskview_core.persistence.loading import LoadReport
from taskview_core.persistence.loading.report import LoadProgress
from taskview_core.persistence.loading.work import LoadWork

_IDS_AT_ONCE = 5_000


def is_new(url: DatabaseUrl) -> bool:
    """Whether a database is a file that is to be made; UsageError where none can be."""
    if url.kind != "sqlite":
        return False
    if url.path is None or url.read_only or url.immutable:
        raise UsageError(f"{url.label} cannot be imported into", "name a file that can be written")
    return not url.path.exists()


@asynccontextmanager
async def new_target(
    url: DatabaseUrl, make_schema: SchemaMaker, *, shared: bool
) -> AsyncIterator[DatabaseUrl]:
    """Give a new file to fill, which appears with its indexes when that is done without an error.

    One that is `shared` with a browser is made so that neither waits for the other.
    """
    with fresh_file(url) as part:
        await make_schema(part, "tables")
        if part.path is not None:
            part.path.chmod(0o600)  # Sessions hold what was read and typed.
        yield part
        await make_schema(part, "indexes")
    if shared:
        assert url.path is not None, "it has just been made"
        with translated(url.label):
            database = sqlite3.connect(url.path)
            try:
                database.execute("PRAGMA journal_mode = WAL")
            finally:
                database.close()


async def find_lost(url: DatabaseUrl, spool: Spool) -> list[int]:
    """Give the scopes whose conversations somebody has taken out of the database."""
    clean = spool.clean_scopes()
    some = list(islice(clean, _IDS_AT_ONCE))
    if not some:
        return []
    lost: list[int] = []
    async with bulk_writer(url) as writer:
        while some:
            ids = {ident.hex() for scope in some for ident in unpacked(scope.conversations)}
            known = await writer.known_conversations(ids)
            lost += [scope.id for scope in some if not _ids(scope) <= known.keys()]
            some = list(islice(clean, _IDS_AT_ONCE))
    return lost


async def write(
    url: DatabaseUrl, batch: Sequence[Made], *, fresh: bool = False
) -> LoadReport | None:
    """Write what is new of some scopes, and delete what they give no more: all or nothing.

    A `fresh` file is worth nothing after an error.
    """
    if not any(made.changes for made in batch):
        return None
    gone_tasks = [row for made in batch for row in made.gone_tasks]
    gone_conversations = [row for made in batch for row in made.gone_conversations]
    async with bulk_writer(url, fresh=fresh) as writer:
        rows = ReadyRows(
            writer,
            [row for made in batch for row in made.conversations],
            [row for made in batch for row in made.tasks],
        )
        source = _source(batch)
        report = await LoadWork(
            writer, [source], _quiet, url.label, reader=rows, seek_earlier=False
        ).run()
        if gone_tasks:
            await writer.delete("tasks", gone_tasks)
        if gone_conversations:
            await writer.delete("conversations", gone_conversations)
    return report


async def link_late(url: DatabaseUrl) -> None:
    """Link the tasks whose parent has come with another scope."""
    async with bulk_writer(url) as writer:
        await LoadWork(writer, [], _quiet, url.label, seek_earlier=True).run()


def _ids(scope: Scope) -> set[str]:
    return {ident.hex() for ident in unpacked(scope.conversations)}


def _source(batch: Sequence[Made]) -> Source:
    """Name what the rows are of, and their size, as the loader knows files."""
    name = batch[0].scope.name if len(batch) == 1 else f"{len(batch)} sessions or traces"
    return Source(name, sum(made.size for made in batch), io.BytesIO())


def _quiet(state: LoadProgress) -> None:
    """Say nothing: the import tells its own progress."""
