"""What must be known of a database before its rows can be asked for: looked up once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from taskview_core.errors import SchemaError
from taskview_core.persistence.faults import MAKE_TABLES
from taskview_core.persistence.running import Session
from taskview_core.persistence.sql.column_names import CONVERSATION_COLUMNS, TASK_COLUMNS
from taskview_core.persistence.sql.odd_times import odd_time


@dataclass(frozen=True)
class Profile:
    """One database's ways.

    `nullable` holds `table.column` for columns that may be NULL, `leading` those whose values an
    index leads to (and DURATION), and `odd_times` those of whose odd times (see there) there is
    one; `naive_times` which Postgres columns have no time zone, and `is_spread` that tasks lie on
    other servers, behind foreign tables. What is compared with a column, SQLite turns into text for
    those that are `text_typed`, and into a number for those that are `number_typed`. It says how
    the tables are made and nothing of their rows, which may differ from one to the next.
    `has_rowids` says that SQLite numbers the tasks itself.
    """

    kind: Literal["sqlite", "postgresql"]
    naive_times: frozenset[str] = frozenset()
    nullable: frozenset[str] = frozenset()
    leading: frozenset[str] = frozenset()
    odd_times: frozenset[str] = frozenset()
    text_typed: frozenset[str] = frozenset()
    number_typed: frozenset[str] = frozenset()
    is_spread: bool = False
    has_rowids: bool = False

    @property
    def titles_apart(self) -> bool:
        """Whether the titles of a page's conversations are better asked for at once, after it.

        With its rows, each would be asked for by itself: of a server behind, or where no index
        leads to a conversation in SQLite, by reading all of them.
        """
        return self.is_spread or (self.kind == "sqlite" and "conversations.id" not in self.leading)


_TABLES = "(SELECT 'tasks' AS owner UNION ALL SELECT 'conversations')"
_SQLITE_COLUMNS = (
    'SELECT owner, name, upper(type) AS type, "notnull" AS required, pk'
    f" FROM {_TABLES}, pragma_table_info(owner)"
)
_SQLITE_INDEXES = (
    # An index on what is not NULL has every value that can be asked for.
    "SELECT owner, first.name, made.sql AS made, each.name AS index_name, NOT each.partial"
    " OR made.sql LIKE '%) WHERE ' || first.name || ' IS NOT NULL' AS leads"
    f" FROM {_TABLES}, pragma_index_list(owner) AS each, pragma_index_info(each.name) AS first"
    " LEFT JOIN sqlite_master AS made ON made.name = each.name"
    " WHERE first.seqno = 0"
)

DURATION = "tasks.duration"
"""Stands for the length of a task's run among the columns that an index leads to."""
DURATION_INDEX = "ix_tasks_duration"
"""It is over an expression, by which alone it is of use: an index of others has other words."""
_HAS_DURATIONS = (
    "EXISTS (SELECT FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indisvalid"
    f" AND i.indrelid = to_regclass('tasks') AND c.relname = '{DURATION_INDEX}')"
)

HAS_ROWIDS = (
    "SELECT count(*) = 1 FROM sqlite_master WHERE name = 'tasks' AND type = 'table'"
    " AND sql NOT LIKE '%without%rowid%' AND NOT EXISTS"
    " (SELECT 1 FROM pragma_table_info('tasks') WHERE lower(name) = 'rowid')"
)
"""Says whether tasks have numbers of SQLite's own: rows of views have none, or WITHOUT ROWID."""

_known: WeakKeyDictionary[Engine, Profile] = WeakKeyDictionary()


def forget_profile(engine: Engine) -> None:
    """Have the database looked at again: what answers from now on may be another one."""
    _known.pop(engine, None)


async def profile_of(session: Session, label: str = "the database") -> Profile:
    """Look at the database behind a session; raise SchemaError where the tables are not there."""
    bind = session.engine if isinstance(session, AsyncConnection) else session.get_bind()
    engine = bind.sync_engine if isinstance(bind, AsyncEngine) else bind.engine
    known = _known.get(engine)
    if known is None:
        look = _of_sqlite if engine.dialect.name == "sqlite" else _of_postgres
        known = await look(session, label)
        _known[engine] = known
    return known


def _check_columns(found: dict[str, set[str]], label: str) -> None:
    for name, wanted in (("tasks", TASK_COLUMNS), ("conversations", CONVERSATION_COLUMNS)):
        if not found.get(name):
            raise SchemaError(f"{label} has no table {name}", MAKE_TABLES)
        missing = [column for column in wanted if column not in found[name]]
        if missing:
            raise SchemaError(
                f"the table {name} of {label} has no column {', '.join(missing)}",
                "this is a database of another program, or of an older taskview: "
                "see `taskview db status DB_URL`",
            )


async def _of_sqlite(session: Session, label: str) -> Profile:
    columns: dict[str, set[str]] = {}
    nullable: set[str] = set()
    typed: dict[str, set[str]] = {"text": set(), "number": set()}
    for row in (await session.execute(text(_SQLITE_COLUMNS))).all():
        columns.setdefault(row.owner, set()).add(row.name)
        if not row.required and not row.pk:
            nullable.add(f"{row.owner}.{row.name}")
        if affinity := _affinity(row.type):
            typed[affinity].add(f"{row.owner}.{row.name}")
    leading: set[str] = set()
    odd_times: set[str] = set()
    for row in (await session.execute(text(_SQLITE_INDEXES))).all():
        if row.index_name == DURATION_INDEX:
            leading.add(DURATION)
        elif row.leads:
            leading.add(f"{row.owner}.{row.name}")
        elif (row.made or "").endswith(f" WHERE {odd_time(row.name or '')}"):
            odd_times.add(f"{row.owner}.{row.name}")
    _check_columns(columns, label)
    has_rowids = bool((await session.execute(text(HAS_ROWIDS))).scalar_one())
    return Profile(
        kind="sqlite",
        has_rowids=has_rowids,
        nullable=frozenset(nullable),
        leading=frozenset(leading),
        odd_times=frozenset(odd_times & leading),
        text_typed=frozenset(typed["text"]),
        number_typed=frozenset(typed["number"]),
    )


def _affinity(declared: str) -> Literal["text", "number"] | None:
    """Give what SQLite makes of values beside a column declared so; None where it lets them be."""
    if "INT" in declared:
        return "number"
    if any(word in declared for word in ("CHAR", "CLOB", "TEXT")):
        return "text"
    return None if not declared or "BLOB" in declared else "number"


_TIME_TYPES = ("timestamp with time zone", "timestamp without time zone")
_READABLE = {
    **dict.fromkeys(
        ("tasks.id", "tasks.conversation_id", "tasks.parent_task_id", "conversations.id"), ("uuid",)
    ),
    **dict.fromkeys(
        (
            *(f"tasks.{name}_at" for name in ("created", "started", "completed", "updated")),
            *(f"conversations.{name}_at" for name in ("created", "updated")),
        ),
        _TIME_TYPES,
    ),
}
"""By `table.column`, the types that Postgres may have there for our queries to make sense."""


def unreadable_types(kinds: Mapping[str, str]) -> list[str]:
    """Say of each Postgres column that has another type than can be read which one it has.

    `kinds` maps `table.column` to the type's name; columns that are missing are passed over.
    """
    return [
        f"{name} is of the type {kinds[name]}, not {readable[0]}"
        for name, readable in _READABLE.items()
        if kinds.get(name, readable[0]) not in readable
    ]


_IS_SPREAD = (
    "(WITH RECURSIVE part AS (SELECT to_regclass('tasks')::oid AS id"
    " UNION SELECT i.inhrelid FROM pg_inherits i JOIN part ON i.inhparent = part.id)"
    " SELECT bool_or(c.relkind = 'f') FROM part JOIN pg_class c ON c.oid = part.id)"
)
"""Whether the table, or a partition of it, is a foreign one."""


async def _of_postgres(session: Session, label: str) -> Profile:
    rows = (
        await session.execute(
            text(
                f"SELECT {_IS_SPREAD} AS is_spread, {_HAS_DURATIONS} AS has_durations,"
                " n AS name, a.attname, a.attnotnull, format_type(a.atttypid, NULL) AS type,"
                " EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisvalid"
                "  AND i.indkey[0] = a.attnum AND (i.indpred IS NULL"
                # It has every value that can be asked for.
                "   OR pg_get_expr(i.indpred, i.indrelid) = format('(%I IS NOT NULL)', a.attname)"
                "  )) AS leads"
                " FROM unnest(ARRAY['tasks', 'conversations']) AS n"
                " JOIN pg_attribute a ON a.attrelid = to_regclass(n)"
                " WHERE a.attnum > 0 AND NOT a.attisdropped"
            )
        )
    ).all()
    columns: dict[str, set[str]] = {}
    for row in rows:
        columns.setdefault(row.name, set()).add(row.attname)
    _check_columns(columns, label)
    kinds = {f"{row.name}.{row.attname}": row.type for row in rows}
    unreadable = unreadable_types(kinds)
    if unreadable:
        raise SchemaError(
            f"{label} cannot be read: {'; '.join(unreadable)}",
            "this is the database of another program",
        )
    return Profile(
        kind="postgresql",
        naive_times=frozenset(
            name for name, kind in kinds.items() if kind == "timestamp without time zone"
        ),
        nullable=frozenset(f"{row.name}.{row.attname}" for row in rows if not row.attnotnull),
        leading=frozenset(
            [f"{row.name}.{row.attname}" for row in rows if row.leads]
            + [DURATION] * bool(rows[0].has_durations)
        ),
        is_spread=bool(rows[0].is_spread),
    )
