"""Looks at a database's schema through a connection that cannot write."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from taskview_core.interfaces.limits import USUAL_SECONDS
from taskview_core.persistence.database_url import DatabaseUrl
from taskview_core.persistence.engine import create_engine
from taskview_core.persistence.faults import translated
from taskview_core.persistence.replication import replica_of
from taskview_migrations.config import revisions
from taskview_migrations.expected import TABLES, ExpectedIndex, expected_indexes
from taskview_migrations.found import Found, look, problems_of
from taskview_migrations.indexes import serving, serving_in_part
from taskview_migrations.report import IndexStatus, SchemaStatus, TableStatus
from taskview_migrations.rows import rows_capped
from taskview_migrations.slow import KEYLESS


async def status(url: DatabaseUrl, *, seconds: float = USUAL_SECONDS) -> SchemaStatus:
    """Say what schema a database has and what it lacks; CannotConnectError where there is none.

    A statement is stopped after so many `seconds`, and never where that is 0.
    """
    engine = create_engine(
        url, read_only=True, pool_size=1, max_overflow=0, statement_timeout=seconds
    )
    try:
        with translated(url.label):
            async with engine.connect() as connection:
                found = await connection.run_sync(_status, url.label)
                return replace(found, replica=await replica_of(connection))
    finally:
        await engine.dispose()


def _status(connection: Connection, label: str) -> SchemaStatus:
    known = revisions()
    found = look(connection)
    return SchemaStatus(
        label=label,
        revision=found.revision,
        head=known[-1],
        tables=tuple(
            TableStatus(
                name=name,
                rows=rows_capped(connection, name) if name in found.columns else None,
                servers=found.servers.get(name, ()),
                slow=KEYLESS[name] if name in found.keyless and not found.servers[name] else "",
            )
            for name in TABLES
        ),
        indexes=tuple(
            _index(index, found)
            for index in expected_indexes(connection.dialect.name)
            if not found.servers.get(index.table)
        ),
        made_by_others=not found.is_empty and (found.revision is None or found.by_other_migrations),
        problems=problems_of(found, known),
    )


def _index(expected: ExpectedIndex, found: Found) -> IndexStatus:
    partly_by, leading = serving_in_part(expected, found.indexes)
    served_by = serving(expected, found.indexes)
    own = found.indexes.get(expected.name)
    return IndexStatus(
        name=expected.name,
        table=expected.table,
        columns=expected.columns,
        slow=expected.slow[leading if served_by is None else 0],
        served_by=served_by,
        partly_by=partly_by if served_by is None else None,
        broken=own is not None and not own.valid,
    )
