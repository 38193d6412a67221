"""Takes blocks of lines apart: the rows of a table in them, and what is wrong with the others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeAlias

from taskview_core.persistence.lines.rows import BadRowError, RowReader, Table, fill_times
from taskview_core.persistence.lines.sources import Block
from taskview_core.persistence.stored_forms import Forms

# The letters of user_id as escapes; a key may be written so, though nobody does.
_ESCAPED_LETTER = re.compile(rb"\\u00(?:5[fF]|6[459]|7[235])")


class Parsed(NamedTuple):
    """What one block holds of one table. Plain values: it may come from another process."""

    rows: list[tuple[int, list[Any], int]]
    """The number of the line, the values, and which of them are absent: see BulkRow."""
    bad: list[tuple[int, str, str | None]]
    """The number of the line, what is wrong with it, and its id if it has one."""
    filled: int
    """Rows that lacked created_at."""


Parse: TypeAlias = Callable[[Iterator[Block], Table], Iterator[tuple[Block, Parsed]]]
"""Gives for each block, in their order, what it holds of a table."""


class BlockReader:
    """Takes blocks apart in this process."""

    def __init__(self, forms: Forms) -> None:
        self._reader = RowReader(forms)

    def parse(self, blocks: Iterator[Block], table: Table) -> Iterator[tuple[Block, Parsed]]:
        """Give each block with what it holds."""
        return ((block, self.read(block, table)) for block in blocks)

    def read(self, block: Block, table: Table) -> Parsed:
        """Give what one block holds of a table."""
        parsed = Parsed([], [], 0)
        filled = 0
        for number, line in block.lines():
            if table == "conversations" and not may_hold_conversations(line):
                continue
            try:
                row = self._reader.read(line, table)
            except BadRowError as error:
                parsed.bad.append((number, error.reason, error.ident))
                continue
            if row is not None:
                filled += fill_times(row, table)
                parsed.rows.append((number, row.values, row.absent))
        return parsed._replace(filled=filled)


def may_hold_conversations(lines: bytes) -> bool:
    """Say whether lines need be looked at in the search for conversations."""
    if b'"user_id"' in lines:
        return True
    return b"\\u00" in lines and _ESCAPED_LETTER.search(lines) is not None
