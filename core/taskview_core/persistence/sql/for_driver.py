"""Statements as their driver is handed them, made once by SQLAlchemy.

To execute a statement of which it knows the words already takes SQLAlchemy about as long as the
database takes for a page: the values are bound, a cursor is led, the result is described. What of
that is the same each time is found out here once, and then only the values are filled in.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

from sqlalchemy import Dialect, Select
from sqlalchemy.sql.compiler import SQLCompiler

_Bound = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class ForDriver:
    """The words of a statement, the values that it needs, and what its rows are.

    `values` has in the statement's order, for each: its name, what it is where nothing else is
    given, and what makes the driver's value of it.
    """

    words: str
    values: tuple[tuple[str, Any, _Bound | None], ...]
    row: type[Any]

    def filled(self, parameters: Mapping[str, Any]) -> tuple[Any, ...]:
        """Give the driver's values, of which `parameters` replace some."""
        given = ((parameters.get(name, usual), bound) for name, usual, bound in self.values)
        return tuple(value if bound is None else bound(value) for value, bound in given)

    def rows(self, found: Sequence[Sequence[Any]]) -> list[Any]:
        """Give the driver's rows as tuples whose columns have names."""
        # As `_make` of a named tuple, without a call of Python for each row.
        return list(map(tuple.__new__, repeat(self.row), found))


def for_driver(statement: Select[Any], dialect: Dialect) -> ForDriver | None:
    """Make a statement ready for its driver; None where its words depend on its values.

    None also where a value that comes back would have to be turned into another.
    """
    compiled = statement.compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler), "that is what a SELECT is compiled by"
    if compiled.post_compile_params or compiled.literal_execute_params:
        return None
    columns = statement.selected_columns
    if any(each.type.dialect_impl(dialect).result_processor(dialect, None) for each in columns):
        return None
    binds = [compiled.binds[name] for name in compiled.positiontup or ()]
    values = tuple(
        (each.key, each.effective_value, each.type.dialect_impl(dialect).bind_processor(dialect))
        for each in binds
    )
    row = namedtuple("Row", columns.keys(), rename=True)  # type: ignore[misc]  # of a statement
    return ForDriver(compiled.string, values, row)
