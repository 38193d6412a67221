"""Reads one line as a row of `conversations` or `tasks`, and says what is wrong with a bad one."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from difflib import get_close_matches
from json.decoder import scanstring  # type: ignore[attr-defined]  # undocumented in typeshed
from typing import Any, Literal, NamedTuple, TypeAlias

from taskview_core.persistence.bulk import COLUMNS, BulkRow
from taskview_core.persistence.lines.members import MalformedError, Member, ObjectScanner
from taskview_core.persistence.lines.memo import Memo
from taskview_core.persistence.lines.plain_lines import plain_members
from taskview_core.persistence.sql.column_names import CONVERSATION_COLUMNS, TASK_COLUMNS
from taskview_core.persistence.stored_forms import Forms

Table: TypeAlias = Literal["conversations", "tasks"]

_HEX = re.compile(r"[0-9a-f]{32}")
_TIMES = ("created_at", "started_at", "completed_at", "updated_at")
_PAYLOADS = ("input", "output", "metadata")
_IDS = ("id", "conversation_id", "parent_task_id")
_REQUIRED = frozenset({"id", "conversation_id", "agent_id", "status", "user_id"})
_FILLED = frozenset({"created_at", "updated_at"})
_MOST_SHAPES = 256
_MANY = 20_000
_SOME = 2_000
"""Values of a column that are remembered with what was made of them."""
_KINDS = {'"': "text", "{": "an object", "[": "a list", "t": "true", "f": "false", "n": "null"}

_TASK_CREATED, _TASK_STARTED, _TASK_COMPLETED, _TASK_UPDATED = (
    TASK_COLUMNS.index(name) for name in _TIMES
)
_CREATED, _UPDATED = (CONVERSATION_COLUMNS.index(name) for name in ("created_at", "updated_at"))


class BadRowError(ValueError):
    """A line that cannot be loaded; the message is the reason. `ident` is its id if it has one."""

    def __init__(self, reason: str, ident: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.ident = ident


_Reader: TypeAlias = Callable[[str], Any]
"""Makes of a value as it is written what is stored; raises BadRowError."""
_Column: TypeAlias = tuple[int, str, bool, _Reader]
"""The bit of a column, its name, whether a row must have it, and what reads it."""


class _Shape(NamedTuple):
    """What lines with the same keys in the same order have in common.

    `steps` are empty where a line of this shape cannot be a row. Each says which column is made of
    which of the line's values, and how. `filled` are the columns, with their bits, in which a null
    says nothing; `absent` the bits of those that are not there.
    """

    table: Table | None
    size: int = 0
    steps: tuple[tuple[int, int, _Reader], ...] = ()
    filled: tuple[tuple[int, int], ...] = ()
    absent: int = 0


class RowReader:
    """Reads lines into rows in the forms of one engine, with the limits of its columns."""

    def __init__(self, forms: Forms) -> None:
        self._forms = forms
        self._limits = forms.limits
        self._scanner = ObjectScanner()
        self._shapes: dict[tuple[str, ...], _Shape] = {}
        self._ids: Callable[[str], Any] = Memo(_read_id, _MANY).__getitem__
        self._columns = {
            "conversations": self._columns_of("conversations"),
            "tasks": self._columns_of("tasks"),
        }

    def read(self, line: bytes, wanted: Table) -> BulkRow | None:
        """Give the row if it is of the wanted table, else None; raise BadRowError.

        What is wrong with a row of the other table, or of none, is said only where tasks are
        wanted and it is no conversation, so that each bad row is named once.
        """
        try:
            text = line.decode()
        except UnicodeDecodeError as error:
            if wanted == "tasks":
                raise BadRowError(f"this is not UTF-8 at byte {error.start + 1}") from None
            return None
        twice = None
        has_constants = False
        plain = plain_members(text)
        if plain is not None:
            keys, values = plain
        else:
            try:
                members = self._scanner.members(text)
            except MalformedError as error:
                if wanted == "tasks":
                    raise BadRowError(str(error)) from None
                return None
            found = {key: text[start:end] for key, start, end, _, _ in members}
            keys, values = tuple(found), list(found.values())
            twice = None if len(found) == len(members) else _first_twice(members)
            has_constants = self._scanner.saw_constants
        shape = self._shape(keys)
        if shape.table is None and wanted == "tasks":
            raise BadRowError("neither a task (conversation_id) nor a conversation (user_id)")
        if shape.table != wanted:
            return None
        if twice is not None:
            raise BadRowError(f"it has {twice} twice")
        row = self._row(shape, values) or self._values(wanted, dict(zip(keys, values, strict=True)))
        if has_constants and not self._limits.constants_in_json:
            raise BadRowError("NaN or Infinity in it is not JSON, and cannot be stored", row.id)
        return row

    def _shape(self, keys: tuple[str, ...]) -> _Shape:
        shape = self._shapes.get(keys)
        if shape is None:
            if len(self._shapes) >= _MOST_SHAPES:
                self._shapes.clear()
            shape = self._shapes[keys] = self._new_shape(keys)
        return shape

    def _new_shape(self, keys: tuple[str, ...]) -> _Shape:
        table: Table | None = None
        if "conversation_id" in keys or "agent_id" in keys:
            table = "tasks"
        elif "user_id" in keys:
            table = "conversations"
        if table is None:
            return _Shape(None)
        columns = COLUMNS[table]
        required = {name for name in columns if name in _REQUIRED}
        if not required <= set(keys) <= set(columns):
            return _Shape(table)
        return _Shape(
            table,
            len(columns),
            tuple(
                (index, keys.index(name), self._columns[table][index][3])
                for index, name in enumerate(columns)
                if name in keys
            ),
            tuple((columns.index(name), 1 << columns.index(name)) for name in _FILLED),
            sum(1 << index for index, name in enumerate(columns) if name not in keys),
        )

    def _row(self, shape: _Shape, values: list[str]) -> BulkRow | None:
        """Read a row of a common shape; None where it takes a closer look to say what is wrong."""
        if not shape.steps:
            return None
        made: list[Any] = [None] * shape.size
        try:
            for index, place, read in shape.steps:
                made[index] = read(values[place])
        except BadRowError:
            return None
        absent = shape.absent
        for index, bit in shape.filled:
            if made[index] is None:
                # A null here says as little as if the column were not there.
                absent |= bit
        return BulkRow(made, absent)

    def _values(self, table: Table, found: dict[str, str]) -> BulkRow:
        values: list[Any] = []
        absent = 0
        known = 0
        get = found.get
        for bit, name, required, read in self._columns[table]:
            written = get(name)
            if written is None:
                if required:
                    raise BadRowError(f"it has no {name}", _ident(values))
                absent |= bit
                values.append(None)
                continue
            known += 1
            try:
                value = read(written)
            except BadRowError as error:
                raise BadRowError(f"{name}: {error.reason}", _ident(values)) from None
            if value is None and name in _FILLED:
                # A null here says as little as if the column were not there.
                absent |= bit
            values.append(value)
        if known != len(found):
            unknown = next(name for name in found if name not in COLUMNS[table])
            raise BadRowError(_unknown(table, unknown), _ident(values))
        return BulkRow(values, absent)

    def _columns_of(self, table: Table) -> tuple[_Column, ...]:
        return tuple(
            (1 << index, name, name in _REQUIRED, self._reader(table, name))
            for index, name in enumerate(COLUMNS[table])
        )

    def _reader(self, table: Table, name: str) -> _Reader:
        required = name in _REQUIRED
        if name in _IDS:
            # A parent and a conversation are named by one row after the other.
            return self._ids if required else _or_null(self._ids)
        if name in _TIMES:
            return _time_reader(self._forms.time)
        if name in _PAYLOADS:
            return _or_null(self._forms.payload)
        longest = self._limits.lengths.get((table, name), sys.maxsize)
        read = _text_reader(longest, nul=self._limits.nul_in_text)
        return Memo(read if required else _or_null(read), _SOME).__getitem__


def _or_null(read: _Reader) -> _Reader:
    def read_or_null(written: str) -> Any:
        return None if written == "null" else read(written)

    return read_or_null


def _time_reader(stored: Callable[[str], Any]) -> _Reader:
    def read_time(written: str) -> Any:
        if written == "null":
            return None
        if written[0] != '"':
            raise BadRowError(f"{_kind(written[0])} is not an ISO 8601 time in quotes")
        try:
            return stored(_decoded(written) if "\\" in written else written[1:-1])
        except (ValueError, OverflowError):
            raise BadRowError(f"{_cut(written)} is not an ISO 8601 time") from None

    return read_time


def _text_reader(longest: int, *, nul: bool) -> _Reader:
    def read_text(written: str) -> str:
        if written[0] != '"':
            raise BadRowError(f"{_kind(written[0])} is not text")
        value = _decoded(written)
        if not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError:
                raise BadRowError("half of a surrogate pair in text cannot be stored") from None
        if not nul and "\0" in value:
            raise BadRowError(r"the character \u0000 in text cannot be stored on Postgres")
        if len(value) > longest:
            raise BadRowError(f"{len(value):,} characters are more than the {longest} it holds")
        return value

    return read_text


def _decoded(written: str) -> str:
    """Read text in quotes."""
    if "\\" not in written:
        return written[1:-1]
    value, _ = scanstring(written, 1)
    return str(value)


def fill_times(row: BulkRow, table: Table) -> bool:
    """Give a row without created_at or updated_at the times that it tells by others.

    Whether created_at was lacking is the answer; it may lack still, where the row of a task has
    no time at all.
    """
    values = row.values
    if table == "tasks":
        created, updated = _TASK_CREATED, _TASK_UPDATED
        begun = values[_TASK_STARTED] or values[_TASK_COMPLETED]
        ended = values[_TASK_COMPLETED] or values[_TASK_STARTED]
    else:
        created, updated = _CREATED, _UPDATED
        begun, ended = values[_UPDATED], None
    lacking = values[created] is None
    if lacking:
        values[created] = begun
    if values[updated] is None:
        values[updated] = ended or values[created]
    return lacking


def set_created(row: BulkRow, table: Table, moment: Any) -> None:
    """Give a row that has no time at all one from elsewhere."""
    created, updated = (_TASK_CREATED, _TASK_UPDATED) if table == "tasks" else (_CREATED, _UPDATED)
    row.values[created] = moment
    if row.values[updated] is None:
        row.values[updated] = moment


def tells_created(row: BulkRow, table: Table) -> bool:
    """Say whether created_at is the row's own, and not filled in."""
    return not row.lacks(_TASK_CREATED if table == "tasks" else _CREATED)


def created_of(row: BulkRow, table: Table) -> Any:
    """Give the created_at of a row."""
    return row.values[_TASK_CREATED if table == "tasks" else _CREATED]


def _read_id(written: str) -> str:
    if written[0] != '"':
        raise BadRowError(f"{_kind(written[0])} is not a UUID in quotes")
    value = _decoded(written) if "\\" in written else written[1:-1]
    digits = value.replace("-", "")
    if _HEX.fullmatch(digits):
        return digits
    digits = value.lower().removeprefix("urn:uuid:").strip("{}").replace("-", "")
    if _HEX.fullmatch(digits):
        return digits
    raise BadRowError(f"{_cut(written)} is not a UUID")


def _kind(first: str) -> str:
    return _KINDS.get(first, "a number")


def _cut(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"


def _ident(values: list[Any]) -> str | None:
    return values[0] if values else None


def _first_twice(members: list[Member]) -> str:
    seen = set()
    for member in members:
        if member[0] in seen:
            return member[0]
        seen.add(member[0])
    return "a key"


def _unknown(table: Table, name: str) -> str:
    near = get_close_matches(name, COLUMNS[table], 1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"{table} has no column {_cut(name)}{hint}"
