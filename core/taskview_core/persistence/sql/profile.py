"""What must be known of a database before its rows can be asked for: looked up once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from taskview_core.errors import SchemaError
from taskview_core.persistence.sql.tables import CONVERSATION_COLUMNS, TASK_COLUMNS

_SAMPLE = 100
_UPGRADE = "run `taskview db upgrade DB_URL` to make the tables, or check that this is the database"


class IdStyle(Enum):
    """How a SQLite database writes its UUIDs."""

    HEX = "hex"
    DASHED = "dashed"
    MIXED = "mixed"


@dataclass(frozen=True)
class Profile:
    """One database's ways.

    `nullable` holds `table.column` for columns that may be NULL, `leading` those with which an
    index begins. `numeric_times` says that SQLite holds times as numbers; `naive_times` which
    Postgres columns have no time zone. What is compared with a column, SQLite turns into text for
    those that are `text_typed`, and into a number for those that are `number_typed`. An `empty`
    SQLite database has shown none of its ways yet, and will be looked at again.
    """

    kind: Literal["sqlite", "postgresql"]
    ids: IdStyle = IdStyle.HEX
    numeric_times: bool = False
    naive_times: frozenset[str] = frozenset()
    nullable: frozenset[str] = frozenset()
    leading: frozenset[str] = frozenset()
    text_typed: frozenset[str] = frozenset()
    number_typed: frozenset[str] = frozenset()
    empty: bool = False


_TABLES = "(SELECT 'tasks' AS owner UNION ALL SELECT 'conversations')"
_SQLITE_COLUMNS = (
    'SELECT owner, name, upper(type) AS type, "notnull" AS required, pk'
    f" FROM {_TABLES}, pragma_table_info(owner)"
)
_SQLITE_INDEXES = (
    f"SELECT owner, first.name FROM {_TABLES}, pragma_index_list(owner) AS each,"
    " pragma_index_info(each.name) AS first WHERE first.seqno = 0 AND NOT each.partial"
)

_known: WeakKeyDictionary[Engine, Profile] = WeakKeyDictionary()


async def profile_of(session: AsyncSession, label: str = "the database") -> Profile:
    """Look at the database behind a session; raise SchemaError where the tables are not there."""
    bind = session.get_bind()
    engine = bind if isinstance(bind, Engine) else bind.engine
    known = _known.get(engine)
    if known is None:
        look = _of_sqlite if engine.dialect.name == "sqlite" else _of_postgres
        known = await look(session, label)
        if not known.empty:
            _known[engine] = known
    return known


def known_profile(engine: Engine) -> Profile | None:
    """Give what is known of a database already."""
    return _known.get(engine)


def _check_columns(found: dict[str, set[str]], label: str) -> None:
    for name, wanted in (("tasks", TASK_COLUMNS), ("conversations", CONVERSATION_COLUMNS)):
        if not found.get(name):
            raise SchemaError(f"{label} has no table {name}", _UPGRADE)
        missing = [column for column in wanted if column not in found[name]]
        if missing:
            raise SchemaError(
                f"the table {name} of {label} has no column {', '.join(missing)}",
                "this is a database of another program, or of an older taskview: "
                "see `taskview db status DB_URL`",
            )


async def _of_sqlite(session: AsyncSession, label: str) -> Profile:
    columns: dict[str, set[str]] = {}
    nullable: set[str] = set()
    typed: dict[str, set[str]] = {"text": set(), "number": set()}
    for row in (await session.execute(text(_SQLITE_COLUMNS))).all():
        columns.setdefault(row.owner, set()).add(row.name)
        if not row.required and not row.pk:
            nullable.add(f"{row.owner}.{row.name}")
        if affinity := _affinity(row.type):
            typed[affinity].add(f"{row.owner}.{row.name}")
    leading = {f"{row.owner}.{row.name}" for row in await session.execute(text(_SQLITE_INDEXES))}
    _check_columns(columns, label)
    ids: list[Any] = []
    times: list[Any] = []
    for name, id_columns, time_columns in (
        (
            "tasks",
            "id, conversation_id, parent_task_id",
            "created_at, started_at, completed_at, updated_at",
        ),
        ("conversations", "id", "created_at, updated_at"),
    ):
        for direction in ("ASC", "DESC"):
            sample = await _sample(session, name, f"{id_columns}, {time_columns}", direction)
            split = id_columns.count(",") + 1
            ids += [value for row in sample for value in row[:split]]
            times += [value for row in sample for value in row[split:]]
    return Profile(
        kind="sqlite",
        ids=_id_style([str(value) for value in ids if value is not None]),
        numeric_times=any(isinstance(value, (int, float)) for value in times),
        nullable=frozenset(nullable),
        leading=frozenset(leading),
        text_typed=frozenset(typed["text"]),
        number_typed=frozenset(typed["number"]),
        empty=not ids,
    )


async def _sample(
    session: AsyncSession, name: str, columns: str, direction: str
) -> Sequence[Sequence[Any]]:
    """Give some rows from one end of a table, in the order that costs nothing."""
    query = f"SELECT {columns} FROM {name} ORDER BY {{}} {direction} LIMIT {_SAMPLE}"
    try:
        return (await session.execute(text(query.format("rowid")))).all()
    except OperationalError as error:
        # A table WITHOUT ROWID: its rows lie in the order of the id.
        if "rowid" not in str(error.orig):
            raise
        return (await session.execute(text(query.format("id")))).all()


def _affinity(declared: str) -> Literal["text", "number"] | None:
    """Give what SQLite makes of values beside a column declared so; None where it lets them be."""
    if "INT" in declared:
        return "number"
    if any(word in declared for word in ("CHAR", "CLOB", "TEXT")):
        return "text"
    return None if not declared or "BLOB" in declared else "number"


def _id_style(ids: list[str]) -> IdStyle:
    if any(ident != ident.lower() for ident in ids):
        return IdStyle.MIXED
    dashed = sum("-" in ident for ident in ids)
    if dashed == 0:
        return IdStyle.HEX
    return IdStyle.DASHED if dashed == len(ids) else IdStyle.MIXED


async def _of_postgres(session: AsyncSession, label: str) -> Profile:
    rows = (
        await session.execute(
            text(
                "SELECT n AS name, a.attname, a.attnotnull, format_type(a.atttypid, NULL) AS type,"
                " EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisvalid"
                "  AND i.indkey[0] = a.attnum AND i.indpred IS NULL) AS leads"
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
    for name in ("tasks.id", "tasks.conversation_id", "tasks.parent_task_id", "conversations.id"):
        if kinds[name] != "uuid":
            raise SchemaError(
                f"{name} of {label} is of the type {kinds[name]}, not uuid",
                "this is the database of another program",
            )
    return Profile(
        kind="postgresql",
        naive_times=frozenset(
            name for name, kind in kinds.items() if kind == "timestamp without time zone"
        ),
        nullable=frozenset(f"{row.name}.{row.attname}" for row in rows if not row.attnotnull),
        leading=frozenset(f"{row.name}.{row.attname}" for row in rows if row.leads),
    )
