"""One import: inputs into the spool, rows of what is new into the database."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from taskview_core.errors import LoadError, UsageError
from taskview_core.importing.formats import reader_named, readers
from taskview_core.importing.reader import Reader
from taskview_core.persistence.database_url import DatabaseUrl
from taskview_core.persistence.importing.beside import in_thread
from taskview_core.persistence.importing.fact_cache import FactCache
from taskview_core.persistence.importing.inputs import Input
from taskview_core.persistence.importing.making import Made, make
from taskview_core.persistence.importing.reading import Reading, StoppedError
from taskview_core.persistence.importing.report import ImportProgress, ImportReport, NotImported
from taskview_core.persistence.importing.row_hashes import unpacked
from taskview_core.persistence.importing.spool import Spool
from taskview_core.persistence.importing.spool_file import open_spool, spool_path

if TYPE_CHECKING:
    from taskview_core.persistence.fresh import SchemaMaker

BATCH_CHARACTERS = 8 << 20
BATCH_SCOPES = 500
"""So much is written in one transaction, or the rows of one scope."""
_EVERY = 0.1
_ALL_SPANS = "all_spans"
"""The option that says which spans of traces are tasks."""
_MADE = "made"
"""The option that says that the database was there when an import had ended."""

Progress = Callable[[ImportProgress], None]


@dataclass(frozen=True, slots=True)
class ImportAsk:
    """Into which database is imported, and how.

    `format` names the reader, where it is not to be found by
    content. `shared` says that a browser reads the database at the same time. `spools` is the
    folder for what the import remembers. Where `stopped` says so, it ends early.
    `all_spans` keeps those spans of traces too that are of no agent; None is as it was for this
    database. `all_named` has every bad line named in the report, and not the first ones alone.
    """

    url: DatabaseUrl
    spools: Path
    format: str | None = None
    strict: bool = False
    shared: bool = False
    stopped: Callable[[], bool] | None = None
    all_spans: bool | None = None
    all_named: bool = False


async def run_import(
    ask: ImportAsk, inputs: Sequence[Input], progress: Progress, make_schema: SchemaMaker
) -> ImportReport:
    """Bring a database up to what the inputs say.

    Raises with `strict` LoadError for the first bad line; LockedError while another import into
    this database runs; and whatever writing raises.
    """
    with open_spool(spool_path(ask.spools, ask.url), ask.url.label) as spool:
        if ask.url.path is not None and not ask.url.path.exists() and spool.option(_MADE):
            # Whoever deletes a database wants nothing of it to come back.
            spool.begin()
            spool.forget_all()
            spool.commit()
        if ask.all_spans is None:
            ask = replace(ask, all_spans=bool(spool.option(_ALL_SPANS)))
        known = readers(all_spans=bool(ask.all_spans))
        forced = _forced(ask.format, known)
        return await _Run(ask, spool, inputs, known, forced, progress).go(make_schema)


def _forced(name: str | None, known: tuple[Reader, ...]) -> Reader | None:
    if name is None:
        return None
    reader = reader_named(name, known)
    if reader is None:
        names = ", ".join(each.name for each in known)
        raise UsageError(f"there is no format {name}", f"known are: {names}")
    return reader


class _NothingToKeepError(Exception):
    """Nothing was written: there is no database to be made."""


class _RefusedError(Exception):
    """A new file did not take a row."""


class _Run:
    """What one import does and counts."""

    def __init__(
        self,
        ask: ImportAsk,
        spool: Spool,
        inputs: Sequence[Input],
        readers: tuple[Reader, ...],
        forced: Reader | None,
        progress: Progress,
    ) -> None:
        self._ask = ask
        self._readers = readers
        self._target = ask.url
        self._fresh = False
        self._spool = spool
        self._inputs = inputs
        self._waiting = iter(inputs)
        """Those that have not been read in this run."""
        self._report = ImportReport(label=ask.url.label)
        self._cache = FactCache()
        self._progress = progress
        self._done = self._total = 0
        self._told = 0.0
        self._failed: set[int] = set()
        self._reading = Reading(
            spool,
            self._cache,
            self._report,
            self._count,
            forced=forced,
            strict=ask.strict,
            all_named=ask.all_named,
        )

    async def go(self, make_schema: SchemaMaker) -> ImportReport:
        url = self._ask.url
        names = [each.name for each in self._readers if each.has_spans]
        value = int(bool(self._ask.all_spans))
        self._write_down(lambda: self._spool.keep_option(_ALL_SPANS, value, names))
        self._report.all_spans = bool(value)
        news = await in_thread(lambda: [self._reading.news_of(i) for i in self._inputs])
        self._total = sum(news)
        if self._ask.shared and self._is_up_to_date(news):
            for each in self._inputs:
                self._reading.read(each)
            self._sum_up()
            return self._report
        # Here is what takes SQLAlchemy.
        from taskview_core.persistence.importing.target import find_lost, is_new

        try:
            if is_new(url):
                await self._fill_new(make_schema)
            else:
                lost = await find_lost(url, self._spool)
                self._write_down(lambda: self._spool.lose(lost))
                await self._work()
            self._write_down(lambda: self._spool.keep_option(_MADE, int(not is_new(url)), ()))
        except StoppedError:
            # What is committed is kept, and the next import goes on from there.
            return self._report
        finally:
            self._spool.rollback()
        self._sum_up()
        return self._report

    async def _fill_new(self, make_schema: SchemaMaker) -> None:
        """Fill a new file: the indexes come at the end, and nobody waits for the disk before."""
        from taskview_core.persistence.importing.target import new_target

        url, shared = self._ask.url, self._ask.shared
        self._write_down(self._spool.lose_all)
        try:
            async with new_target(url, make_schema, shared=shared) as self._target:
                self._fresh = True
                await self._work()
                if not self._report.written_conversations:
                    raise _NothingToKeepError
                self._tell("indexes", now=True)
        except _NothingToKeepError:
            return
        except _RefusedError:
            # Of a new file nothing can be undone: all is written again, with care.
            self._spool.rollback()
            self._write_down(self._spool.lose_all)
            async with new_target(url, make_schema, shared=shared):
                pass
            self._target, self._fresh = url, False
            self._report.written_conversations = self._report.written_tasks = 0
            await self._work()

    async def _work(self) -> None:
        from taskview_core.persistence.importing.target import link_late

        await self._read_all()
        await self._settle()
        if self._report.written_tasks and self._spool.waits():
            await link_late(self._target)

    def _check_stopped(self) -> None:
        if self._ask.stopped is not None and self._ask.stopped():
            raise StoppedError

    def _is_up_to_date(self, news: Sequence[int]) -> bool:
        """Whether there is nothing to be done, as far as we know: a cache is nobody else's."""
        path = self._ask.url.path
        return not any(news) and path is not None and path.exists() and not self._spool.dirty()

    async def _read_all(self) -> None:
        for each in self._waiting:
            await in_thread(partial(self._reading.read, each), self._reading.stop)
            if self._cache.is_full:
                await self._settle()

    async def _settle(self) -> None:
        """Write the rows of all scopes that have changed."""
        self._reading.commit()
        while dirty := [each for each in self._spool.dirty() if each not in self._failed]:
            batch: list[Made] = []
            for ident in dirty:
                self._check_stopped()
                self._spool.begin()
                made = await in_thread(
                    partial(make, self._spool, self._cache, ident, self._readers)
                )
                self._spool.mark_dirty(made.again)
                batch.append(made)
                many = len(batch) >= BATCH_SCOPES
                if many or sum(each.size for each in batch) >= BATCH_CHARACTERS:
                    await self._write(batch)
                    batch = []
            if batch:
                await self._write(batch)
        self._cache.drop()

    async def _write(self, batch: Sequence[Made]) -> None:
        from taskview_core.persistence.importing.target import write

        for made in batch:
            self._spool.intend(made.scope.id, *made.before)
        self._spool.commit()
        try:
            report = await write(self._target, batch, fresh=self._fresh)
        except LoadError as error:
            if self._fresh:
                raise _RefusedError from error
            await self._one_by_one(batch, error)
            return
        if report is not None:
            self._report.written_conversations += report.conversations
            self._report.written_tasks += report.tasks
        for made in batch:
            self._report.deleted += len(made.gone_tasks) + len(made.gone_conversations)
        self._write_down(lambda: self._note_done(batch))
        self._tell("tasks")

    def _note_done(self, batch: Sequence[Made]) -> None:
        for made in batch:
            self._spool.done(made.scope.id, *made.after, made.stats)
        for made in batch:
            self._spool.mark_dirty(made.again)

    async def _one_by_one(self, batch: Sequence[Made], error: LoadError) -> None:
        """Write what can be written where the database has refused a row of some scope."""
        if len(batch) > 1:
            for made in batch:
                await self._write([made])
            return
        self._failed.add(batch[0].scope.id)
        self._report.failed.append(NotImported(batch[0].scope.name, error.detail or error.title))

    def _write_down(self, work: Callable[[], None]) -> None:
        self._spool.begin()
        work()
        self._spool.commit()

    def _sum_up(self) -> None:
        """Say what there is now of all inputs that were named."""
        touched = self._reading.touched
        conversations: dict[str, set[bytes]] = {}
        for scope in self._spool.scopes_of(touched):
            name, stats = self._spool.stats(scope)
            each = self._report.of(name)
            known = json.loads(stats)
            ids = conversations.setdefault(name, set())
            ids.update(unpacked(self._spool.conversations_of(scope)))
            each.conversations = len(ids)
            for key in ("tasks", "orphans", "facts", "used"):
                setattr(each, key, getattr(each, key) + known.get(key, 0))
            each.levels = max(each.levels, known.get("levels", 0))
            each.statuses.update(known.get("statuses", {}))
            each.folded.update(known.get("folded", {}))
            each.skipped.update(known.get("skipped", {}))
        for name, unreadable, unfinished in self._unread(touched):
            each = self._report.of(name)
            each.facts += unreadable.total()
            each.skipped.update(unreadable)
            each.unfinished += unfinished

    def _unread(self, touched: dict[int, str]) -> Iterable[tuple[str, Counter[str], bool]]:
        for each in self._inputs:
            state = self._spool.state_of(each.identity)
            if state is not None and state.id in touched:
                yield state.format, Counter(state.skipped), state.offset < state.size

    def _count(self, size: int) -> None:
        self._done += size
        self._check_stopped()
        self._tell("lines")

    def _tell(self, step: str, *, now: bool = False) -> None:
        moment = time.monotonic()
        if now or moment - self._told >= _EVERY:
            self._told = moment
            self._progress(
                ImportProgress(
                    step=step,
                    bytes_done=self._done,
                    bytes_total=self._total,
                    rows=self._report.written_tasks,
                    skipped=self._report.bad_lines,
                )
            )
