"""Loads NDJSON files into a database: all of their rows or none."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from taskview_core.errors import CannotConnectError
from taskview_core.persistence.bulk_open import bulk_writer
from taskview_core.persistence.database_url import DatabaseUrl
from taskview_core.persistence.fresh import SchemaMaker, fresh_file
from taskview_core.persistence.lines.aside import parsing
from taskview_core.persistence.lines.sources import Source, open_sources
from taskview_core.persistence.loading.report import LoadProgress, LoadReport
from taskview_core.persistence.loading.work import LoadWork

Progress = Callable[[LoadProgress], None]


async def load_files(
    url: DatabaseUrl,
    files: Sequence[Path],
    progress: Progress,
    make_schema: SchemaMaker | None = None,
) -> LoadReport:
    """Load rows of conversations and tasks, one JSON object a line, in any order and file.

    A row with a known id updates what is there: a column that it lacks keeps its value (of a new
    row it is NULL), and so do created_at and updated_at where they are null. Payloads are stored
    as they are written. `-` is standard input. A SQLite file that does not exist is made by
    `make_schema`, and appears when the load has succeeded.

    Raises LoadError, naming file, line and reason, for files that cannot be read and rows that
    cannot be stored; SchemaError for a database without the tables; CannotConnectError.
    """
    opened = open_sources(files)
    sources = await asyncio.to_thread(opened.__enter__)
    try:
        return await load_sources(url, sources, progress, make_schema)
    finally:
        opened.__exit__(None, None, None)


async def load_sources(
    url: DatabaseUrl,
    sources: Sequence[Source],
    progress: Progress,
    make_schema: SchemaMaker | None = None,
) -> LoadReport:
    """Load files that are open already; else as `load_files`.

    For programs that Ctrl+C is to stop: `open_sources` may wait for standard input, and a thread
    that does so cannot be stopped.
    """
    if url.path is None or url.path.exists() or url.kind != "sqlite":
        return await _load(url, sources, progress)
    if make_schema is None:
        raise CannotConnectError(f"{url.label} does not exist", "check the path")
    with fresh_file(url) as part:
        await make_schema(part, "tables")
        report = await _load(part, sources, progress, fresh=True)
        total = sum(source.size for source in sources)

        def told(name: str) -> None:
            progress(
                LoadProgress(
                    step="indexes",
                    bytes_done=total,
                    bytes_total=total,
                    rows=report.tasks,
                    part=name,
                )
            )

        await make_schema(part, "indexes", told)
    return report


async def _load(
    url: DatabaseUrl, sources: Sequence[Source], progress: Progress, *, fresh: bool = False
) -> LoadReport:
    async with bulk_writer(url, fresh=fresh) as writer:
        with parsing(writer.forms, sum(source.size for source in sources)) as apart:
            return await LoadWork(writer, sources, progress, url.label, apart=apart).run()
