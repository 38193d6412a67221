"""Many stored rows become list rows column by column, where all is as our own writers store it.

A tree has 100,000 rows, and a page is on the screen only when its 50 are made. What `task_row` asks
of each value is asked here of a whole column at once; rows among which one is odd go its way.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import repeat
from typing import Any
from uuid import UUID, SafeUUID

from taskview_core.entities import Ident, TaskRow, TaskStatus
from taskview_core.persistence.sql.mapping import task_row

_COLUMNS = 12
"""How many columns of `task_columns.row_columns` there are."""
_TEXT = {str}
_MAYBE_TEXT = {str, type(None)}
_MAYBE_TIME = {datetime, type(None)}
_HEX = re.compile(r"(?:[0-9a-f]{32}\n)*", re.ASCII)
_TIMES = re.compile(r"(?:\d{4}-[01]\d-[0-3]\d [0-2]\d:[0-5]\d:[0-5]\d(?:\.\d{6})?\n)*", re.ASCII)
"""Lines of times as SQLAlchemy stores them in SQLite; see `stored_time`."""


class _OddError(Exception):
    """A value is not as our own writers store it."""


class RowMapper:
    """Makes list rows of stored ones, which begin with `task_columns.row_columns`.

    One mapper may be given a list in pieces: it knows the ids of the rows before, so that the id of
    a parent is the very object that its own row has.
    """

    def __init__(self) -> None:
        self._known: dict[Any, Ident] = {}

    def rows(self, stored: Sequence[Sequence[Any]]) -> list[TaskRow]:
        """Give the list rows of these; the same as `task_row` gives of each."""
        try:
            return self._usual(stored) if stored else []
        except _OddError:
            return [task_row(row) for row in stored]

    def _usual(self, stored: Sequence[Sequence[Any]]) -> list[TaskRow]:
        # Rows of one search may have come by several statements, with more columns behind.
        columns = list(zip(*stored, strict=False))[:_COLUMNS]
        idents, conversations, parents, agents, statuses, *times = columns[:9]
        starts, errors, titles = columns[9:]
        if set(map(type, agents)) != _TEXT or set(map(type, statuses)) != _TEXT:
            raise _OddError
        for texts in (starts, errors, titles):
            if not _MAYBE_TEXT.issuperset(map(type, texts)):
                raise _OddError
        ended = {text: TaskStatus.from_string(text) for text in set(statuses)}
        ids = self._idents(idents)
        return list(
            map(
                _row,
                zip(
                    ids,
                    self._repeated(conversations),
                    self._repeated(parents, none=True),
                    agents,
                    map(ended.__getitem__, statuses),
                    starts if None not in starts else [text or "" for text in starts],
                    errors,
                    *map(_times, times),
                    titles,
                    repeat(()),
                ),
            )
        )

    def _idents(self, values: Sequence[Any]) -> list[Ident]:
        """Give the ids of rows, each of which is there once."""
        ids = _uuids(values)
        self._known.update(zip(values, ids, strict=True))
        return ids

    def _repeated(self, values: Sequence[Any], *, none: bool = False) -> Iterable[Ident | None]:
        """Give ids that many rows share; NULL only where there may be `none`."""
        known = self._known
        new = [value for value in set(values) if value is not None and value not in known]
        known.update(zip(new, _uuids(new), strict=True))
        if None not in values:
            return map(known.__getitem__, values)
        if not none:
            raise _OddError
        return map(known.get, values)


_row: Callable[[Iterable[Any]], TaskRow] = partial(tuple.__new__, TaskRow)
"""`TaskRow._make` without a call of Python for each row, which counts its columns."""


def _uuids(values: Sequence[Any]) -> list[Ident]:
    kinds = set(map(type, values))
    if kinds == _TEXT:
        if _HEX.fullmatch("\n".join(values) + "\n") is None:
            raise _OddError
        try:
            return _made(list(map(int, values, repeat(16))))
        except ValueError:  # Two lines in one value.
            raise _OddError from None
    if all(issubclass(kind, UUID) for kind in kinds):
        return _made([value.int for value in values])
    raise _OddError


def _made(numbers: Sequence[int]) -> list[Ident]:
    """Give `UUID(int=number)` of each: as quick as this only without a call of Python for each."""
    made: list[Ident] = list(map(_new, repeat(UUID, len(numbers))))
    deque(map(_set, made, repeat("int"), numbers), maxlen=0)
    deque(map(_set, made, repeat("is_safe"), repeat(_UNKNOWN)), maxlen=0)
    return made


_new, _set, _UNKNOWN = object.__new__, object.__setattr__, SafeUUID.unknown


def _times(values: Sequence[Any]) -> Sequence[datetime | None]:
    kinds = set(map(type, values))
    if _MAYBE_TEXT.issuperset(kinds):
        texts = values if kinds == _TEXT else [value for value in values if value is not None]
        if texts and _TIMES.fullmatch("\n".join(texts) + "\n") is None:
            raise _OddError
        try:
            if kinds == _TEXT:
                return [_read(value + "+00:00") for value in values]
            return [None if value is None else _read(value + "+00:00") for value in values]
        except ValueError:  # There is no such day or hour, or there are two lines in one value.
            raise _OddError from None
    if not _MAYBE_TIME.issuperset(kinds):
        raise _OddError
    zones = {value.tzinfo for value in values if value is not None}
    if {None, UTC}.issuperset(zones):
        return values if zones == {UTC} else [_in_utc(value) for value in values]
    raise _OddError


_read: Callable[[str], datetime] = datetime.fromisoformat


def _in_utc(value: datetime | None) -> datetime | None:
    return value.replace(tzinfo=UTC) if value is not None else None
