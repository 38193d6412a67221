"""Opens a bulk writer on a database, and sees that all or nothing of its work is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import aiosqlite
import asyncpg

from taskview_core.persistence.bulk import BulkWriter
from taskview_core.persistence.bulk_postgres import PostgresBulkWriter
from taskview_core.persistence.bulk_sqlite import SqliteBulkWriter
from taskview_core.persistence.database_url import DatabaseUrl
from taskview_core.persistence.engine import create_engine
from taskview_core.persistence.faults import translated
from taskview_core.persistence.fresh import WHILE_FRESH


@asynccontextmanager
async def bulk_writer(url: DatabaseUrl, *, fresh: bool = False) -> AsyncIterator[BulkWriter]:
    """Give a writer that has begun; it commits when the block ends, or else undoes it all.

    A `fresh` SQLite file is one that nobody reads yet: nothing is kept to undo what was written,
    and the file is worth nothing until the block has ended.
    """
    engine = create_engine(url, pool_size=1, max_overflow=0)
    try:
        with translated(url.label):
            async with engine.connect() as connection:
                raw = await connection.get_raw_connection()
                driver = raw.driver_connection
                writer: BulkWriter
                if isinstance(driver, aiosqlite.Connection):
                    if fresh:
                        for setting in WHILE_FRESH:
                            await driver.execute(f"PRAGMA {setting}")
                    writer = SqliteBulkWriter(driver, url.label)
                else:
                    assert isinstance(driver, asyncpg.Connection)
                    writer = PostgresBulkWriter(driver, url.label)
                async with AsyncExitStack() as undo:
                    undo.push_async_callback(writer.rollback)
                    await writer.begin()
                    yield writer
                    await writer.commit()
                    undo.pop_all()
    finally:
        await engine.dispose()
