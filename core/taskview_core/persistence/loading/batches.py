"""Cuts the files into batches of rows: not too many, not too large, no id twice in one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass

from taskview_core.persistence.bulk import BulkRow
from taskview_core.persistence.lines.parsed import Parse, Parsed, may_hold_conversations
from taskview_core.persistence.lines.rows import Table
from taskview_core.persistence.lines.sources import Source
from taskview_core.persistence.loading.refusals import Refusals

ROWS = 2_000
BYTES = 8 << 20

_MOST_BAD = 10_000
"""Ids of bad rows that are remembered."""


@dataclass(frozen=True)
class Batch:
    """Rows of one table with different ids, and how far the files have been read by then."""

    rows: list[BulkRow]
    bytes_done: int


class BatchReader:
    """Reads all files for one table; bad rows go to `refusals`, and reading goes on."""

    def __init__(self, sources: Sequence[Source], parse: Parse, refusals: Refusals) -> None:
        self._sources = sources
        self._parse = parse
        self._refusals = refusals
        self.bad_ids: set[str] = set()
        """Ids of bad rows, so that nothing else is blamed for their absence."""
        self.filled = 0
        """Rows that lacked created_at."""

    def batches(self, table: Table) -> Iterator[Batch]:
        """Give the rows of a table in the order of the files."""
        by_id: dict[str, BulkRow] = {}
        size, before = 0.0, 0
        worth = may_hold_conversations if table == "conversations" else None
        for index, source in enumerate(self._sources):
            for block, parsed in self._parse(source.blocks(worth), table):
                self._note(source, parsed)
                # As if each row had its share of the block.
                share = len(block.data) / max(len(parsed.rows), 1)
                for number, values, absent in parsed.rows:
                    row = BulkRow(values, absent, index, number)
                    earlier = by_id.get(row.id)
                    by_id[row.id] = row if earlier is None else _merged(earlier, row)
                    size += share
                    if len(by_id) >= ROWS or size >= BYTES:
                        yield Batch(list(by_id.values()), before + block.done)
                        by_id, size = {}, 0.0
            before += source.size
        if by_id:
            yield Batch(list(by_id.values()), before)

    def _note(self, source: Source, parsed: Parsed) -> None:
        self.filled += parsed.filled
        for number, reason, ident in parsed.bad:
            self._refusals.add(source.name, number, reason)
            if ident is not None and len(self.bad_ids) < _MOST_BAD:
                self.bad_ids.add(ident)


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


def _merged(earlier: BulkRow, later: BulkRow) -> BulkRow:
    """Lay a later row over an earlier one of the same id, as two upserts would."""
    for index, value in enumerate(earlier.values):
        if later.lacks(index) and value is not None:
            later.values[index] = value
    later.absent &= earlier.absent
    return later
