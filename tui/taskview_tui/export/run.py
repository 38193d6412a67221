"""Runs an export: reads the tasks of a scope some at a time, and writes them in a format."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from taskview_core.entities import ConversationDetail, Ident, TaskDetail
from taskview_core.interfaces import ITaskBrowser
from taskview_core.query.task_filter import EVERYTHING
from taskview_tui.export.formats import ExportFormat
from taskview_tui.export.redact import Redactor, redactor_of
from taskview_tui.export.report import Report
from taskview_tui.export.rules import Rules, usual_rules
from taskview_tui.export.scope import Listed, Scope, all_conversations, details_of, rows_of
from taskview_tui.export.target import Sink
from taskview_tui.render.stored_columns import FULL_COLUMNS
from taskview_tui.render.task_csv import CsvRecords
from taskview_tui.render.task_json import JsonObjects, conversation_json

USUAL_BUDGET = 60_000
"""Characters of a report: some 15,000 tokens, which any model takes."""


@dataclass(frozen=True)
class Export:
    """What is to be exported, how, and without what.

    `rules` are added to those that are built in; `budget` is the most characters of a report.
    `keep_formulas` leaves the cells of a CSV as they are, whatever a spreadsheet makes of them.
    """

    scope: Scope
    format: ExportFormat
    redact: bool
    rules: tuple[Rules, ...] = ()
    budget: int = USUAL_BUDGET
    keep_formulas: bool = False


@dataclass
class Done:
    """What has been exported so far."""

    tasks: int = 0
    conversations: int = 0
    redacted: int = 0
    not_json: int = 0
    """Payloads that are no JSON, written as JSON strings."""
    formulas: int = 0
    """Cells that were kept from being run by a spreadsheet."""
    odd: int = 0
    """Tasks with times that cannot be read, left empty."""
    not_utf8: int = 0
    """Rows with text that is no UTF-8, of which `load` takes no escapes."""
    homeless: int = 0
    """Conversations that tasks name and that do not exist."""
    notes: list[str] = field(default_factory=list)


T = TypeVar("T")
Progress = Callable[[Done], None]


async def run_export(browser: ITaskBrowser, export: Export, sink: Sink, progress: Progress) -> Done:
    """Write an export; give what was written. It may be cancelled at any time.

    NDJSON and CSV take bounded memory, whatever the number of tasks; of a filtered list, the ids
    of its conversations are kept besides.
    """
    redactor = redactor_of((usual_rules(), *export.rules)) if export.redact else None
    if export.format is ExportFormat.MARKDOWN:
        done = Done()
        report = Report(export.scope, export.budget, redactor)
        for piece in await report.pieces(browser):
            sink.write(piece)
        done.tasks, done.notes, done.redacted = report.tasks, report.notes, report.redacted
        return done
    return await _Rows(browser, export, sink, redactor, progress).run()


class _Rows:
    """Writes NDJSON or CSV."""

    def __init__(
        self,
        browser: ITaskBrowser,
        export: Export,
        sink: Sink,
        redactor: Redactor | None,
        progress: Progress,
    ) -> None:
        self._browser = browser
        self._scope = export.scope
        self._sink = sink
        self._redactor = redactor
        self._progress = progress
        self._done = Done()
        self._records: CsvRecords | None = None
        if export.format is ExportFormat.CSV:
            self._records = CsvRecords(FULL_COLUMNS, keep_formulas=export.keep_formulas)
        self._objects = JsonObjects(FULL_COLUMNS)
        self._told: set[Ident] = set()
        """The conversations that have been written."""

    async def run(self) -> Done:
        done = self._done
        everything = self._scope == Listed(EVERYTHING)
        if self._records is not None:
            self._sink.write(self._records.header + "\n")
        elif everything:
            async for found in all_conversations(self._browser):
                await in_thread(self._write_conversations, found)
        async for rows in rows_of(self._browser, self._scope):
            done.odd += sum(bool(row.oddities) for row in rows)
            if self._records is None and not everything:
                await self._conversations({row.conversation_id: None for row in rows})
            async for tasks in details_of(self._browser, rows):
                await in_thread(self._write_tasks, tasks)
                self._progress(done)
        done.not_json = (self._records or self._objects).not_json
        done.formulas = (self._records or self._objects).formulas
        done.redacted = self._redactor.count if self._redactor else 0
        return done

    async def _conversations(self, ids: Iterable[Ident]) -> None:
        """Write the conversations that have not been written yet, before their first tasks."""
        fresh = [ident for ident in ids if ident not in self._told]
        self._told.update(fresh)
        if fresh:
            found = await self._browser.get_conversations(fresh)
            self._done.homeless += len(fresh) - len(found)
            await in_thread(self._write_conversations, found)

    def _write_conversations(self, conversations: Sequence[ConversationDetail]) -> None:
        for each in conversations:
            shown = self._redactor.conversation(each) if self._redactor else each
            self._done.not_utf8 += not _is_utf8(shown.user_id, shown.title)
            self._sink.write(conversation_json(shown) + "\n")
        self._done.conversations += len(conversations)

    def _write_tasks(self, tasks: Sequence[TaskDetail]) -> None:
        records = self._records
        for each in tasks:
            task = self._redactor.task(each) if self._redactor else each
            row = task.row
            self._done.not_utf8 += not _is_utf8(row.agent_id, row.status.value, task.error)
            text = records.of(task) if records is not None else self._objects.of(task)
            self._sink.write(text + "\n")
        self._done.tasks += len(tasks)


def _is_utf8(*texts: str | None) -> bool:
    """Whether texts hold no half of a surrogate pair, which stands for a byte that is no UTF-8."""
    try:
        for text in texts:
            if text is not None and not text.isascii():
                text.encode()
    except UnicodeEncodeError:
        return False
    return True


async def in_thread(work: Callable[[Sequence[T]], None], items: Sequence[T]) -> None:
    """Do work that would hold up the keys; where this is cancelled, it is waited for first.

    What it writes to would be closed under its feet otherwise.
    """
    running = asyncio.ensure_future(asyncio.to_thread(work, items))
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait({running})
        raise
