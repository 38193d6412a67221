"""Reads inputs into the spool: on from where they were left, or anew where they have changed."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import BinaryIO

from taskview_core.errors import LoadError
from taskview_core.importing.facts import Fact, Skipped
from taskview_core.importing.formats import READERS
from taskview_core.importing.reader import Read, Reader, Source
from taskview_core.persistence.importing.fact_cache import FactCache
from taskview_core.persistence.importing.inputs import Input, fingerprint, head_of, known_reader
from taskview_core.persistence.importing.report import SHOWN, ImportReport, NotImported
from taskview_core.persistence.importing.spool import InputState, Spool

_COMMIT_BYTES = 8 << 20
_FLUSH_CHARACTERS = 2 << 20
_MOST_REASONS = 60
_NO_FORMAT = ""
"""The format of what no reader knows."""
_FORMATS = zlib.crc32(repr([(reader.name, reader.version) for reader in READERS]).encode())
"""Tells whether other readers have come, which may know it."""


class StoppedError(Exception):
    """Somebody has asked for the reading to end."""


class Reading:
    """Reads inputs one after the other. Runs in a thread; `stop` may be called from another."""

    def __init__(
        self,
        spool: Spool,
        cache: FactCache,
        report: ImportReport,
        tell: Callable[[int], None],
        *,
        forced: Reader | None,
        strict: bool,
        all_named: bool = False,
    ) -> None:
        self.touched: dict[int, str] = {}
        """The inputs that were named, with their formats."""
        self._spool = spool
        self._cache = cache
        self._report = report
        self._tell = tell
        self._forced = forced
        self._strict = strict
        self._all_named = all_named
        self._buffer: dict[str, list[Fact]] = {}
        self._buffered = 0
        self._uncommitted = 0
        self._stopped = False

    def stop(self) -> None:
        """Have the reading end soon, with what is committed by then."""
        self._stopped = True

    def news_of(self, each: Input) -> int:
        """Give how many bytes of an input may be new, as far as can be told without reading it."""
        state = self._spool.state_of(each.identity)
        if state is None:
            return each.size
        if self._need_not_be_read(state, each):
            return 0
        return each.size - state.offset if each.size > state.offset else max(each.size, 1)

    def read(self, each: Input) -> None:
        """Read what is new of an input."""
        if each.fault:
            self._report.failed.append(NotImported(each.name, each.fault))
            return
        if each.passed_over:
            self._report.left_out.append(NotImported(each.name, each.passed_over))
            return
        state = self._spool.state_of(each.identity)
        if state is not None and self._need_not_be_read(state, each):
            if state.format == _NO_FORMAT:
                self._report.left_out.extend(NotImported(each.name, why) for why in state.skipped)
                return
            self.touched[state.id] = state.format
            self._report.of(state.format).inputs += 1
            return
        if each.size == 0 and state is None:
            self._report.empty += 1
            return
        try:
            reader = self._forced or known_reader(head_of(each))
            stream = each.open()
        except LoadError as error:
            self._report.failed.append(NotImported(each.name, error.detail))
            self._tell(each.size)
            return
        if isinstance(reader, str) and state is not None:
            reader = self._reader_before(state, each, stream) or reader
        if isinstance(reader, str):
            self._remember_left_out(each, state, reader)
            self._report.left_out.append(NotImported(each.name, reader))
            self._tell(each.size)
            return
        try:
            self._read(each, stream, reader, state)
        except OSError as error:
            raise LoadError(f"cannot read {each.name}", error.strerror or str(error)) from error
        finally:
            if each.stream is None:
                stream.close()

    def commit(self) -> None:
        """Make lasting what has been read."""
        self._flush(None)
        self._spool.commit()
        self._uncommitted = 0

    def _remember_left_out(self, each: Input, state: InputState | None, why: str) -> None:
        """Note that this is no input, so that it is not looked at each time."""
        self._spool.begin()
        if state is not None:
            self._spool.forget(state)
        noted = self._spool.new_input(each.identity, _NO_FORMAT, _FORMATS)
        self._spool.save(
            replace(
                noted,
                size=each.size,
                mtime_ns=each.mtime_ns,
                inode=each.inode,
                skipped={why: 1},
            )
        )

    def _need_not_be_read(self, state: InputState, each: Input) -> bool:
        """Whether all that is wanted of an input is known.

        Of what could not be read, the spool knows how many there are, and not where.
        """
        asks_where = self._strict or self._all_named
        if asks_where and state.skipped and state.format != _NO_FORMAT:
            return False
        return self._is_unchanged(state, each)

    def _is_unchanged(self, state: InputState, each: Input) -> bool:
        reader = _by_name(state.format)
        version = _FORMATS if state.format == _NO_FORMAT else reader.version if reader else None
        return (
            (state.size, state.mtime_ns, state.inode) == (each.size, each.mtime_ns, each.inode)
            and version == state.version
            and (self._forced is None or self._forced.name == state.format)
        )

    def _read(
        self, each: Input, stream: BinaryIO, reader: Reader, state: InputState | None
    ) -> None:
        self._spool.begin()
        # All of an input or nothing, where a part would have rows deleted that the rest gives; what
        # grows gives more and more.
        at_once = self._strict or not reader.grows
        if state is not None and not self._goes_on(state, reader, each, stream):
            at_once = True
            self._spool.forget(state)
            self._cache.drop()
            state = None
        if state is None:
            state = self._spool.new_input(each.identity, reader.name, reader.version)
        format_report = self._report.of(reader.name)
        format_report.inputs += 1
        format_report.new_inputs += 1
        self.touched[state.id] = reader.name
        skipped = Counter(state.skipped)
        begun = told = state.offset
        stream.seek(begun)
        path = each.identity if each.stream is None else ""
        for found in reader.facts(Source(each.name, stream, begun, state.line, path)):
            if isinstance(found, Fact):
                self._buffer.setdefault(found.scope, []).append(found)
                self._buffered += found.size
                if self._buffered >= _FLUSH_CHARACTERS:
                    self._flush(state)
            elif isinstance(found, Read):
                state = state.at(found.offset, found.line)
                self._tell(found.offset - told)
                self._uncommitted += found.offset - told
                self._report.bytes_read += found.offset - told
                told = found.offset
                if self._uncommitted >= _COMMIT_BYTES:
                    if not at_once:
                        self._save(state, stream, skipped)
                        self.commit()
                    if self._cache.is_overfull:
                        self._cache.drop()
                if self._stopped:
                    raise StoppedError
            else:
                self._skip(found, skipped)
        if reader.grows or state.offset:
            state = replace(state, size=each.size, mtime_ns=each.mtime_ns, inode=each.inode)
        # Else it could not be read here and now, as where a package is missing: it is tried again.
        self._save(state, stream, skipped)
        if self._uncommitted >= _COMMIT_BYTES:
            self.commit()

    def _reader_before(self, state: InputState, each: Input, stream: BinaryIO) -> Reader | None:
        """Give the reader that an input was given to by name, where it has only got longer."""
        reader = _by_name(state.format)
        if reader is None or not self._goes_on(state, reader, each, stream):
            return None
        return reader

    def _goes_on(self, state: InputState, reader: Reader, each: Input, stream: BinaryIO) -> bool:
        """Whether an input is what it was, and more may have come."""
        return (
            reader.grows
            and (reader.name, reader.version) == (state.format, state.version)
            # What has all been read, and has another time but no other size, was changed
            # somewhere in between; unless it has grown while it was read, to just that size.
            and (each.size > state.offset or each.size == state.offset != state.size)
            and fingerprint(stream, state.offset) == state.fingerprint
        )

    def _save(self, state: InputState, stream: BinaryIO, skipped: Counter[str]) -> None:
        self._flush(state)
        at = stream.tell()
        print_now = fingerprint(stream, state.offset)
        stream.seek(at)
        self._spool.save(replace(state, fingerprint=print_now, skipped=dict(skipped)))

    def _skip(self, found: Skipped, skipped: Counter[str]) -> None:
        if self._strict and found.is_fault:
            self._spool.rollback()
            raise LoadError(
                f"{found.place}: {found.reason}",
                "nothing of this file was imported; the next import goes on with the others",
            )
        if found.is_fault:
            self._report.bad_lines += 1
            if self._all_named or len(self._report.bad) < SHOWN:
                self._report.bad.append(f"{found.place}: {found.reason}")
        reason = _kind_of(found.reason)
        if reason not in skipped and len(skipped) >= _MOST_REASONS:
            reason = "it cannot be read for yet another reason"
        skipped[reason] += 1

    def _flush(self, state: InputState | None) -> None:
        if not self._buffer:
            return
        assert state is not None, "facts are flushed before another input is read"
        for scope, facts in self._buffer.items():
            ident, is_new = self._spool.add(state, scope, facts)
            self._cache.add(ident, facts, is_new=is_new)
        self._buffer = {}
        self._buffered = 0


def _by_name(name: str) -> Reader | None:
    return next((reader for reader in READERS if reader.name == name), None)


def _kind_of(reason: str) -> str:
    """Give a reason without its place in the line, so that lines of a kind are counted together."""
    return reason.partition(":")[0].partition(" at byte")[0][:80]
