"""Cuts the files into batches of rows: not too many, not too large, no id twice in one."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass

from taskview_core.persistence.bulk import BulkRow
from taskview_core.persistence.loading.refusals import Refusals
from taskview_core.persistence.loading.rows import BadRowError, RowReader, Table, fill_times
from taskview_core.persistence.loading.sources import Source

ROWS = 2_000
BYTES = 8 << 20

# The letters of user_id as escapes; a key may be written so, though nobody does.
_ESCAPED_LETTER = re.compile(rb"\\u00(?:5[fF]|6[459]|7[235])")


@dataclass(frozen=True)
class Batch:
    """Rows of one table with different ids, and how far the files have been read by then."""

    rows: list[BulkRow]
    bytes_done: int


class BatchReader:
    """Reads all files for one table; bad rows go to `refusals`, and reading goes on."""

    def __init__(self, sources: Sequence[Source], reader: RowReader, refusals: Refusals) -> None:
        self._sources = sources
        self._reader = reader
        self._refusals = refusals
        self.bad_ids: set[str] = set()
        """Ids of bad rows, so that nothing else is blamed for their absence."""
        self.filled = 0
        """Rows that lacked created_at."""

    def batches(self, table: Table) -> Iterator[Batch]:
        """Give the rows of a table in the order of the files."""
        by_id: dict[str, BulkRow] = {}
        size = before = 0
        worth = _may_hold_conversations if table == "conversations" else None
        for index, source in enumerate(self._sources):
            for number, line in source.lines(worth):
                if worth is not None and not worth(line):
                    continue
                row = self._read(source, number, line, table)
                if row is None:
                    continue
                row.source, row.line = index, number
                ident = row.values[0]
                earlier = by_id.get(ident)
                by_id[ident] = row if earlier is None else _merged(earlier, row)
                size += len(line)
                if len(by_id) >= ROWS or size >= BYTES:
                    yield Batch(list(by_id.values()), before + source.handle.tell())
                    by_id, size = {}, 0
            before += source.size
        if by_id:
            yield Batch(list(by_id.values()), before)

    def _read(self, source: Source, number: int, line: bytes, table: Table) -> BulkRow | None:
        try:
            row = self._reader.read(line, table)
        except BadRowError as error:
            self._refusals.add(source.name, number, error.reason)
            if error.ident is not None and len(self.bad_ids) < 10_000:
                self.bad_ids.add(error.ident)
            return None
        if row is not None:
            self.filled += fill_times(row, table)
        return row


async def read_ahead(batches: Iterator[Batch]) -> AsyncGenerator[Batch]:
    """Give batches, the next of which is read in a thread while the one given is written."""
    reading = asyncio.ensure_future(asyncio.to_thread(next, batches, None))
    try:
        while (batch := await asyncio.shield(reading)) is not None:
            reading = asyncio.ensure_future(asyncio.to_thread(next, batches, None))
            yield batch
    finally:
        # The thread uses the files, which its caller is about to close.
        await asyncio.wait({reading})


async def read_in_turn(batches: Iterator[Batch]) -> AsyncGenerator[Batch]:
    """Give batches, each read in a thread when the one before has been written.

    For a writer that works in this very process: two threads that pass Python's lock to and fro
    for every row take longer than one after the other.
    """
    while True:
        reading = asyncio.ensure_future(asyncio.to_thread(next, batches, None))
        try:
            batch = await asyncio.shield(reading)
        finally:
            await asyncio.wait({reading})
        if batch is None:
            return
        yield batch


def _may_hold_conversations(lines: bytes) -> bool:
    """Say whether lines need be looked at in the search for conversations."""
    if b'"user_id"' in lines:
        return True
    return b"\\u00" in lines and _ESCAPED_LETTER.search(lines) is not None


def _merged(earlier: BulkRow, later: BulkRow) -> BulkRow:
    """Lay a later row over an earlier one of the same id, as two upserts would."""
    for index, value in enumerate(earlier.values):
        if later.lacks(index) and value is not None:
            later.values[index] = value
    later.absent &= earlier.absent
    return later
