"""Total orders of rows, and the seeks that enter them in the middle.

A seek from a row with the sort values (a, id) has the form `a <= :a AND (a, id) < (:a, :id)`: the
row comparison enters the index at the row itself, and the plain one lets Postgres leave out
partitions and ship the condition to foreign tables. SQLite would enter by the plain one, and walk
past all that share its value: it is given the other alone, but by duration, where no comparison
of rows enters its index. A foreign table is not asked to compare rows, so there it is said value by
value: else all rows that share their first value would be sent with each page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Integer, and_, func, literal_column, or_, tuple_

from taskview_core.errors import UsageError
from taskview_core.persistence.sql.expressions import Condition, Expression, Expressions
from taskview_core.persistence.sql.lengths import TaskDuration
from taskview_core.persistence.sql.profile import DURATION, Profile
from taskview_core.persistence.sql.statements import mark
from taskview_core.persistence.sql.tables import conversations, tasks
from taskview_core.query.request import KeyValue
from taskview_core.query.sort import Sort

PLACE = "place"
"""Names where a row is stored, or an id that stands for it."""


@dataclass(frozen=True)
class KeyColumn:
    """One value that rows are sorted by. `name` is how cursors and parameters know it."""

    name: str
    expression: Expression


@dataclass(frozen=True)
class Order:
    """A total order: key columns, the id last. Only the first may be NULL, which comes last.

    `there` holds where the first is not NULL; it is None where that is always so. `names_nulls`
    says that rows without a first value are ordered by it too.
    """

    sort: Sort
    columns: tuple[KeyColumn, ...]
    there: Condition | None
    names_nulls: bool = False

    @property
    def nullable(self) -> bool:
        """Whether the first column may be NULL."""
        return self.there is not None

    @property
    def first(self) -> Expression:
        """The column that the order is named after."""
        return self.columns[0].expression


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of an order that one index scan can read: the rows with a value, or those without."""

    nulls: bool

    def condition(self, order: Order) -> Condition | None:
        """Give what the rows of the segment have in common."""
        return order.first.is_(None) if self.nulls else order.there

    def columns(self, order: Order) -> tuple[KeyColumn, ...]:
        """Give the columns that order the rows within the segment."""
        return order.columns[1:] if self.nulls else order.columns


def segments(order: Order, *, backward: bool) -> tuple[Segment, ...]:
    """Give the segments in the order in which they are read."""
    parts = (Segment(False), Segment(True)) if order.nullable else (Segment(False),)
    return parts[::-1] if backward else parts


def order_by(order: Order, segment: Segment, *, backward: bool) -> list[Expression]:
    """Give the ORDER BY of a segment.

    Postgres finds the order of the rows that are NULL in an index where that column is named too;
    SQLite, where it is an expression, only where it is not.
    """
    descending = order.sort.descending != backward
    return [
        column.expression.desc() if descending else column.expression.asc()
        for column in (order.columns if order.names_nulls else segment.columns(order))
    ]


def beyond(
    engine: Expressions,
    order: Order,
    segment: Segment,
    key: Sequence[KeyValue],
    *,
    backward: bool,
    inclusive: bool,
    side: str,
) -> Condition:
    """Hold for the rows of a segment after the key, or before it where `backward`.

    A key of fewer values than the order has columns stands for all rows that begin with it. `side`
    names the parameters.
    """
    columns = segment.columns(order)[: len(key)]
    values = [
        mark(engine, column.name, value, side) for column, value in zip(columns, key, strict=True)
    ]
    less = order.sort.descending != backward
    first = columns[0].expression
    if len(columns) == 1:
        if inclusive:
            return first <= values[0] if less else first >= values[0]
        return first < values[0] if less else first > values[0]
    if engine.spells_rows:
        spelled = _spelled([each.expression for each in columns], values, less, inclusive)
        return and_(first <= values[0] if less else first >= values[0], spelled)
    row = tuple_(*(column.expression for column in columns))
    edge = tuple_(*values)
    if inclusive:
        strict = row <= edge if less else row >= edge
    else:
        strict = row < edge if less else row > edge
    if not engine.bounds_rows and not isinstance(first, TaskDuration):
        return strict
    return and_(first <= values[0] if less else first >= values[0], strict)


def _spelled(
    columns: Sequence[Expression], values: Sequence[Expression], less: bool, inclusive: bool
) -> Condition:
    """Compare rows value by value."""
    column, value = columns[0], values[0]
    if len(columns) == 1 and inclusive:
        return column <= value if less else column >= value
    beyond_it = column < value if less else column > value
    if len(columns) == 1:
        return beyond_it
    rest = _spelled(columns[1:], values[1:], less, inclusive)
    return or_(beyond_it, and_(column == value, rest))


def task_order(engine: Expressions, profile: Profile, sort: Sort) -> Order:
    """Give the order of tasks under a sort."""
    ident = KeyColumn("id", tasks.c.id)
    if sort.key == "duration":
        return _order(engine, sort, (KeyColumn("duration", engine.duration()), ident), True)
    if sort.key in {"agent", "status"}:
        name = "agent_id" if sort.key == "agent" else "status"
        created: Expression = tasks.c.created_at
        if "tasks.created_at" in profile.nullable:
            created = func.coalesce(created, engine.lowest_time(created))
        within = (
            KeyColumn(f"tasks.{name}", tasks.c[name]),
            KeyColumn("tasks.created_at", created),
            ident,
        )
        return _order(engine, sort, within, f"tasks.{name}" in profile.nullable)
    if sort.key not in {"created", "started", "completed", "updated"}:
        raise UsageError(f"tasks cannot be sorted by {sort.key}")
    name = f"{sort.key}_at"
    columns = (KeyColumn(f"tasks.{name}", tasks.c[name]), ident)
    return _order(engine, sort, columns, f"tasks.{name}" in profile.nullable)


def sorted_keys(profile: Profile) -> frozenset[str]:
    """Give the sort keys in whose order tasks can be read by an index, or may be able to.

    Where no index is known at all, as of a view, only trying tells.
    """
    columns = {key: f"tasks.{key}_at" for key in ("created", "started", "completed", "updated")}
    columns |= {"agent": "tasks.agent_id", "status": "tasks.status", "duration": DURATION}
    known = any(column.startswith("tasks.") for column in profile.leading)
    return frozenset(k for k, column in columns.items() if not known or column in profile.leading)


def storage_order(profile: Profile) -> Order | None:
    """Give an order in which all tasks can be read whatever they are sorted by; None for none.

    SQLite's numbers of the rows follow each other where the rows lie; elsewhere it is the id's.
    """
    if profile.has_rowids:
        place: Expression = literal_column("tasks.rowid", Integer)
    elif "tasks.id" in profile.leading and not profile.is_spread:
        place = tasks.c.id
    else:
        return None
    return Order(Sort(PLACE, descending=True), (KeyColumn(PLACE, place),), None)


def conversation_order(engine: Expressions, profile: Profile, sort: Sort) -> Order:
    """Give the order of conversations under a sort."""
    names = {
        "updated": "updated_at",
        "created": "created_at",
        "title": "title",
        "user": "user_id",
    }
    if sort.key not in names:
        raise UsageError(f"conversations cannot be sorted by {sort.key}")
    name = names[sort.key]
    columns = (
        KeyColumn(f"conversations.{name}", conversations.c[name]),
        KeyColumn("id", conversations.c.id),
    )
    return _order(engine, sort, columns, f"conversations.{name}" in profile.nullable)


def _order(
    engine: Expressions, sort: Sort, columns: tuple[KeyColumn, ...], nullable: bool
) -> Order:
    there = engine.is_there(columns[0].expression) if nullable else None
    return Order(sort, columns, there, engine.names_nulls)
