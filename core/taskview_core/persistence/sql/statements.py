"""Statements that are made once for all pages of a list that differ only in where they begin.

To make the statement of a page, and SQLAlchemy's key to find its SQL by, takes longer than the
database does for the page.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

from sqlalchemy import BindParameter, Dialect, Select, bindparam

from taskview_core.persistence.sql.expressions import Expression, Expressions
from taskview_core.persistence.sql.for_driver import ForDriver, for_driver
from taskview_core.query.request import KeyValue

_MOST = 64
"""Statements kept for one list: more come from odd values only."""


class Kept:
    """A statement and, once that has been made, what its driver is handed."""

    def __init__(self, statement: Select[Any], *, lasting: bool) -> None:
        self.statement = statement
        self._lasting = lasting
        self._asked = self._made = False
        self._ready: ForDriver | None = None

    def for_driver(self, dialect: Dialect) -> ForDriver | None:
        """Give what the driver is handed; None where SQLAlchemy is to execute the statement.

        So it is always where it is not kept for long, for to make it ready takes longer. To a file
        it is the first time too, for many are asked but once. A server would have to prepare what
        SQLAlchemy executes, and then this once more: a round trip each.
        """
        if not self._lasting:
            return None
        if not self._made and (self._asked or dialect.name != "sqlite"):
            self._made, self._ready = True, for_driver(self.statement, dialect)
        self._asked = True
        return self._ready


class Statements:
    """The statements of one list, by whatever their words depend on."""

    lasting = False
    """Whether the list is one that is kept, and will be asked again."""

    def __init__(self) -> None:
        self._made: dict[Hashable, Kept] = {}

    def get(self, shape: Hashable, make: Callable[[], Select[Any]]) -> Kept:
        """Give the statement of a shape, and make it where it is new."""
        made = self._made.get(shape)
        if made is None:
            if len(self._made) >= _MOST:
                self._made.clear()
            made = self._made[shape] = Kept(make(), lasting=self.lasting)
        return made


class Marks:
    """The sort values that a walk begins at, as the parameters of its statement.

    `shape` is what the statement's words depend on: two walks with the same one differ only in
    `parameters`. It is None where a value cannot be a parameter, as text of odd bytes.
    """

    def __init__(
        self, engine: Expressions, columns: Sequence[str], key: Sequence[KeyValue], side: str
    ) -> None:
        self.parameters: dict[str, Any] = {}
        shape: list[Hashable] = []
        usual = True
        for column, value in zip(columns, key, strict=False):
            mark = engine.from_key(column, value)
            if isinstance(mark, BindParameter):
                self.parameters[_name(side, column)] = mark.value
                shape.append((type(mark.type), type(mark.value)))
            else:
                usual = usual and value is None
                shape.append(None)
        self.shape: Hashable | None = tuple(shape) if usual else None


def mark(engine: Expressions, column: str, value: KeyValue, side: str) -> Expression:
    """Give a sort value as a parameter that has the name by which `Marks` has it.

    `side` tells the two ends of a stretch apart. Raises as `Expressions.from_key`.
    """
    given = engine.from_key(column, value)
    if isinstance(given, BindParameter):
        return bindparam(_name(side, column), given.value, given.type)
    return given


def _name(side: str, column: str) -> str:
    return f"{side}_{column.rpartition('.')[2]}"
