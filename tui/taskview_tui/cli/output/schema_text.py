"""How a database's schema is, for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from taskview_tui.text.clean import clean

if TYPE_CHECKING:
    from taskview_tui.wiring import IndexStatus, SchemaStatus, TableStatus

_UPGRADE = "taskview db upgrade"


def status_lines(status: SchemaStatus) -> Iterator[str]:
    """Give the state of a schema line by line, and what is to be done about it."""
    yield f"database   {clean(status.label)}"
    if status.replica is not None:
        of = f" (of {clean(status.replica.primary)})" if status.replica.primary else ""
        yield f"server     {clean(str(status.replica))}{of}"
    yield f"revision   {_revision(status)}"
    for title, table in zip(("tables", ""), status.tables, strict=False):
        rows = "missing" if table.rows is None else _rows(str(table.rows))
        yield f"{title:<10} {table.name:<14} {rows}"
    present = {table.name for table in status.tables if table.present}
    indexes = [index for index in status.indexes if index.table in present]
    lines = [
        *(_elsewhere(table) for table in status.tables if table.servers),
        *(
            f"✗ key of {table.name}  missing, and no upgrade makes one: without it {table.slow}"
            for table in status.tables
            if table.slow
        ),
        *(_index(index) for index in indexes),
    ]
    for number, line in enumerate(lines):
        yield f"{'' if number else 'indexes':<10} {line}"
    for problem in status.problems:
        yield f"problem    {clean(problem)}"
    yield f"summary    {_summary(status)}"


def _elsewhere(table: TableStatus) -> str:
    names = ", ".join(clean(name) for name in table.servers)
    return f"those of {table.name} are on {names}, and not to be seen from here"


def _index(index: IndexStatus) -> str:
    if index.served_by is None:
        sign, lack = "✗", "broken off while it was built" if index.broken else "missing"
        if index.partly_by is not None:
            sign, lack = "~", f"{lack}, {clean(index.partly_by)} does a part of its work"
        return f"{sign} {index.name}  {lack}: without it {clean(index.slow)}"
    other = "" if index.served_by == index.name else f"  as {clean(index.served_by)}"
    return f"✓ {index.name}{other}"


def _rows(number: str) -> str:
    return f"{number} row" if number == "1" else f"{number} rows"


def _revision(status: SchemaStatus) -> str:
    if status.revision is None:
        return f"none (the newest is {status.head})"
    if status.revision == status.head:
        return f"{status.head} (the newest)"
    return f"{clean(status.revision)} (the newest is {status.head})"


def _summary(status: SchemaStatus) -> str:
    if status.is_current:
        return "all is there"
    if status.problems:
        return "it cannot be upgraded as it is"
    where = "" if status.replica is None else " of its primary"
    if status.made_by_others:
        return f"made by another program; {_UPGRADE}{where} would adopt it and add what is missing"
    if not any(table.present for table in status.tables):
        return f"no tables; {_UPGRADE}{where} would make them"
    if status.revision == status.head:
        number = len(status.missing)
        lack, it = ("1 index is", "it") if number == 1 else (f"{number} indexes are", "them")
        return f"{lack} missing; {_UPGRADE}{where} would make {it}"
    return f"not the newest; {_UPGRADE}{where} would bring it up"
