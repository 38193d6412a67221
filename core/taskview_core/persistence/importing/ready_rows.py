"""Rows that readers have made, handed to the loader as they are and not as text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from taskview_core.importing.rows import ImportedConversation, ImportedTask
from taskview_core.persistence.bulk import BulkRow, BulkWriter
from taskview_core.persistence.lines.rows import Table, fill_times
from taskview_core.persistence.loading.batches import ROWS, Batch

_CONVERSATION_TIMES = 4, 5
_TASK_TIMES = 9, 12
"""The columns created_at and updated_at: a row that has none keeps what is there."""


class ReadyRows:
    """The rows of one batch. Of two with one id the later counts."""

    def __init__(
        self,
        writer: BulkWriter,
        conversations: Sequence[ImportedConversation],
        tasks: Sequence[ImportedTask],
    ) -> None:
        self.bad_ids: set[str] = set()
        self.filled = 0
        self._writer = writer
        self._conversations = {row.id: row for row in conversations}
        self._tasks = {row.id: row for row in tasks}

    def batches(self, table: Table) -> Iterator[Batch]:
        """Give the rows of a table, some thousands at a time."""
        made: list[BulkRow] = []
        rows: Iterator[BulkRow] = (
            map(self._conversation, self._conversations.values())
            if table == "conversations"
            else map(self._task, self._tasks.values())
        )
        for row in rows:
            self.filled += fill_times(row, table)
            made.append(row)
            if len(made) >= ROWS:
                yield Batch(made, 0)
                made = []
        if made:
            yield Batch(made, 0)

    def _conversation(self, row: ImportedConversation) -> BulkRow:
        time, payload = self._writer.forms.time, self._writer.forms.payload
        values = [
            row.id.hex,
            row.user_id,
            row.title,
            _or_none(payload, row.metadata),
            _or_none(time, row.created_at),
            _or_none(time, row.updated_at),
        ]
        return BulkRow(values, _absent(values, _CONVERSATION_TIMES))

    def _task(self, row: ImportedTask) -> BulkRow:
        time, payload = self._writer.forms.time, self._writer.forms.payload
        parent = row.parent_task_id
        values = [
            row.id.hex,
            row.conversation_id.hex,
            None if parent is None else parent.hex,
            row.agent_id,
            row.status,
            _or_none(payload, row.input),
            _or_none(payload, row.output),
            row.error,
            _or_none(payload, row.metadata),
            _or_none(time, row.created_at),
            _or_none(time, row.started_at),
            _or_none(time, row.completed_at),
            _or_none(time, row.updated_at),
        ]
        return BulkRow(values, _absent(values, _TASK_TIMES))


def _or_none(make: Callable[[str], Any], text: str | None) -> Any:
    return None if text is None else make(text)


def _absent(values: Sequence[Any], columns: Sequence[int]) -> int:
    return sum(1 << column for column in columns if values[column] is None)
