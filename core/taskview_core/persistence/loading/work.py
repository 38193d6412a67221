"""One load within its transaction: conversations, then tasks, then the parents that came late."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

from taskview_core.persistence.bulk import METADATA, PARENT, BulkRow, BulkWriter, Link, Refused
from taskview_core.persistence.lines.aside import Parsing
from taskview_core.persistence.lines.parsed import BlockReader
from taskview_core.persistence.lines.rows import (
    Table,
    created_of,
    set_created,
    tells_created,
)
from taskview_core.persistence.lines.sources import Source
from taskview_core.persistence.loading.batches import Batch, BatchReader, read_ahead, read_in_turn
from taskview_core.persistence.loading.links import PendingLinks
from taskview_core.persistence.loading.recent import Recent
from taskview_core.persistence.loading.refusals import Refusals
from taskview_core.persistence.loading.report import LoadProgress, LoadReport
from taskview_core.persistence.loading.teller import Teller
from taskview_core.persistence.loading.waiting import (
    PARENT_KEY,
    parent_of,
    with_parent,
    without_parent,
)

MANY_BYTES = 8 << 20
"""From this size on it pays to make the indexes of an empty table when it is full."""

_SHOWN = 5

Progress = Callable[[LoadProgress], None]


class RowSource(Protocol):
    """What has the rows of a load."""

    bad_ids: set[str]
    """Ids of bad rows, so that nothing else is blamed for their absence."""
    filled: int
    """Rows that lacked created_at."""

    def batches(self, table: Table) -> Iterator[Batch]:
        """Give the rows of a table."""
        ...


class LoadWork:
    """What one load does and counts.

    The rows are those of the sources, which `apart` takes apart, here or in another process, or
    what `reader` has ready made. `seek_earlier` says whether to look for tasks of earlier loads
    whose parent may have come by now; without it, that is done after a load of new tasks.
    """

    def __init__(
        self,
        writer: BulkWriter,
        sources: Sequence[Source],
        progress: Progress,
        label: str,
        *,
        reader: RowSource | None = None,
        apart: Parsing | None = None,
        seek_earlier: bool | None = None,
    ) -> None:
        self._seek_earlier = seek_earlier
        self._writer = writer
        self._sources = sources
        self._label = label
        self._refusals = Refusals()
        apart = apart or Parsing(BlockReader(writer.forms).parse, is_aside=False)
        self._reader = reader or BatchReader(sources, apart.parse, self._refusals)
        # Where another process reads, nothing here is in the way of who writes.
        in_turn = writer.in_process and not apart.is_aside
        self._batches = read_in_turn if in_turn else read_ahead
        self._teller = Teller(progress, sum(source.size for source in sources))
        self._pending = PendingLinks()
        self._conversations: Recent[Any] = Recent()
        self._tasks: Recent[None] = Recent()
        self._now = writer.forms.moment(datetime.now(UTC))
        self._rows: dict[Table, int] = {"conversations": 0, "tasks": 0}
        self._undated = self._linked = self._waiting = 0
        self._waiting_for: list[tuple[str, str]] = []

    async def run(self) -> LoadReport:
        """Do all but commit; raise LoadError for bad rows."""
        try:
            await self._write_all("conversations", self._write_conversations)
            aside = self._teller.total >= MANY_BYTES and await self._writer.set_indexes_aside()
            await self._write_all("tasks", self._write_tasks)
            if self._refusals.count:
                raise self._refusals.error(self._label)
            new_conversations, new_tasks = await self._writer.new_rows()
            seek = self._seek_earlier
            await self._settle(self._writer.had_tasks and new_tasks != 0 if seek is None else seek)
            if aside:
                await self._writer.make_indexes(self._tell_index)
        finally:
            self._pending.close()
        return LoadReport(
            label=self._label,
            conversations=self._rows["conversations"],
            tasks=self._rows["tasks"],
            new_conversations=new_conversations,
            new_tasks=new_tasks,
            filled_times=self._reader.filled,
            undated=self._undated,
            linked=self._linked,
            waiting=self._waiting,
            waiting_for=tuple(self._waiting_for),
        )

    def _tell_index(self, part: str) -> None:
        total, rows = self._teller.total, self._rows["tasks"]
        self._teller.tell("indexes", total, rows, now=True, part=part)

    async def _write_all(self, table: Table, write: Callable[[Batch], Awaitable[None]]) -> None:
        async with aclosing(self._batches(self._reader.batches(table))) as batches:
            async for batch in batches:
                await write(batch)
                self._rows[table] += len(batch.rows)
                self._teller.tell(table, batch.bytes_done, self._rows[table])
        self._teller.tell(table, self._teller.total, self._rows[table], now=True)

    async def _write_conversations(self, batch: Batch) -> None:
        for row in batch.rows:
            if created_of(row, "conversations") is None:
                set_created(row, "conversations", self._now)
                self._undated += 1
        # One that is there already keeps its own time, which is looked up where it is needed.
        self._conversations.update(
            {
                row.id: created_of(row, "conversations")
                for row in batch.rows
                if tells_created(row, "conversations")
            }
        )
        self._note(await self._writer.write_conversations(batch.rows))

    async def _write_tasks(self, batch: Batch) -> None:
        rows = await self._in_conversations(batch.rows)
        if self._refusals.count:
            # Nothing more is written: all that is left is to find the other bad rows.
            return
        await self._keep_half_links(rows)
        ids = {row.id for row in rows}
        missing = await self._missing_parents(rows, ids)
        self._pending.forget(row.id for row in rows if not row.lacks(PARENT))
        kept = [(row.id, parent) for row in rows if (parent := _kept_parent(row)) is not None]
        if kept:
            self._pending.add(kept, kept=True)
        if missing:
            links = [(row.id, row.values[PARENT]) for row in rows if row.values[PARENT] in missing]
            self._pending.add(links, kept=False)
        self._tasks.update(dict.fromkeys(ids))
        self._note(await self._writer.write_tasks(rows, missing))

    async def _in_conversations(self, rows: list[BulkRow]) -> list[BulkRow]:
        """Give the rows whose conversation exists, with a time for those that have none."""
        wanted = {row.values[1] for row in rows}
        # Taken out before anything is added: what is remembered makes room for what is new.
        times = {each: self._conversations[each] for each in wanted if each in self._conversations}
        if len(times) < len(wanted):
            found = await self._writer.known_conversations(wanted - times.keys())
            times.update(found)
            self._conversations.update(found)
        good = []
        for row in rows:
            conversation = row.values[1]
            if conversation not in times:
                if conversation not in self._reader.bad_ids:
                    self._refuse(
                        row,
                        f"conversation_id: {UUID(hex=conversation)} is neither in the files"
                        " nor in the database",
                    )
                continue
            if created_of(row, "tasks") is None:
                moment = times[conversation]
                self._undated += moment is None
                set_created(row, "tasks", self._now if moment is None else moment)
            good.append(row)
        return good

    async def _keep_half_links(self, rows: list[BulkRow]) -> None:
        """See to rows that give a parent or metadata but not both: a kept id is in the other."""
        half = {row.id: row for row in rows if row.lacks(PARENT) != row.lacks(METADATA)}
        if not half or not (self._writer.had_tasks or self._tasks):
            return
        for task, link in (await self._writer.links(half)).items():
            row = half[task]
            kept = None if link.parent is not None else parent_of(link.metadata)
            if kept is None or link.metadata is None:
                continue
            if row.lacks(PARENT):
                row.values[METADATA] = with_parent(_text(row.values[METADATA]), kept)
            else:
                restored = without_parent(link.metadata)
                payload = self._writer.forms.payload
                row.values[METADATA] = None if restored is None else payload(restored)
                row.absent &= ~(1 << METADATA)

    async def _missing_parents(self, rows: list[BulkRow], ids: set[str]) -> set[str]:
        parents = {
            parent
            for row in rows
            if (parent := row.values[PARENT]) is not None
            and parent not in ids
            and parent not in self._tasks
        }
        return parents - await self._writer.known_tasks(parents) if parents else parents

    async def _settle(self, look_for_earlier: bool) -> None:
        """Link the tasks whose parent has come by now, and keep the other parents' ids."""
        if look_for_earlier:
            self._teller.tell("parents", self._teller.total, self._rows["tasks"], now=True)
            async with aclosing(self._writer.tasks_holding(PARENT_KEY)) as held:
                async for task, metadata in held:
                    parent = parent_of(metadata)
                    if parent is not None:
                        self._pending.add_earlier([(task, parent)])
        for links in self._pending.chunks():
            known = await self._writer.known_tasks({parent for _, parent, _, _ in links})
            await self._link(links, known)
            self._teller.tell("parents", self._teller.total, self._rows["tasks"])

    async def _link(self, links: list[tuple[str, str, bool, bool]], known: set[str]) -> None:
        plain = {task: parent for task, parent, kept, _ in links if parent in known and not kept}
        if plain and not self._writer.stores_missing_parents:
            await self._writer.set_parents(plain)
        changed = [
            (task, parent, kept) for task, parent, kept, _ in links if kept == (parent in known)
        ]
        stored = await self._writer.links([task for task, _, _ in changed])
        relinked = {}
        for task, parent, kept in changed:
            metadata = stored[task].metadata
            if kept and (metadata is None or stored[task].parent is not None):
                continue
            if kept:
                relinked[task] = Link(parent, without_parent(metadata or ""))
            else:
                relinked[task] = Link(None, with_parent(metadata, parent))
        if relinked:
            await self._writer.relink(relinked)
        for task, parent, kept, ours in links:
            self._linked += kept and parent in known and not ours
            if ours and parent not in known:
                self._waiting += 1
                if len(self._waiting_for) < _SHOWN:
                    self._waiting_for.append((str(UUID(hex=task)), str(UUID(hex=parent))))

    def _note(self, refused: list[Refused]) -> None:
        for row, reason in refused:
            self._refuse(row, reason)

    def _refuse(self, row: BulkRow, reason: str) -> None:
        self._refusals.add(self._sources[row.source].name, row.line, reason)


def _kept_parent(row: BulkRow) -> str | None:
    """Give the id of a missing parent that a row brings in its metadata, as an export has it."""
    return parent_of(_text(row.values[METADATA])) if row.values[PARENT] is None else None


def _text(payload: str | bytes | None) -> str | None:
    return payload.decode() if isinstance(payload, bytes) else payload
