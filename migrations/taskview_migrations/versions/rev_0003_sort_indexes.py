"""The indexes of the orders by start, end and duration, which any list may be sorted by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from taskview_migrations.indexes import naive_ends
from taskview_migrations.steps import has_index, tell

revision = "taskview_0003"
down_revision: str | None = "taskview_0002"
branch_labels = None
depends_on = None

_DURATION = {
    "postgresql": (
        "(CASE WHEN isfinite(completed_at) AND isfinite(started_at) THEN"
        " (extract(epoch FROM {completed_at} - {started_at}) * 1000000)::bigint END)"
    ),
    "sqlite": "CAST({completed_at} - {started_at} AS INTEGER)",
}
"""The words of the queries: an index over an expression serves those with the very same.

They are written out here, and not taken from the queries, for a revision must always make what it
made once. A test compares what the revisions lead to with the models, whose words are the
queries': change those, and a new revision has to make the index again.
"""

_SQLITE_TIME = (
    "(CASE typeof({c}) WHEN 'text' THEN CASE WHEN {c} GLOB '????-??-??[ "
    "T]??:??:??.[0-9][0-9][0-9][0-9][0-9][0-9]' AND length(CAST({c} AS BLOB)) = 26 AND "
    "substr({c}, 9, 2) < '29' AND substr({c}, 12, 2) < '24' AND {c} > '0001' THEN "
    "(CAST(julianday({c}) * 86400.0 - substr({c}, 20) + 0.5 AS INTEGER) - 210866760000) * "
    "1000000 + substr({c}, 21) WHEN instr({c}, char(0)) = 0 AND {c} > '0001' AND ({c} GLOB "
    "'[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]' OR {c} GLOB "
    "'[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9][ Tt][0-2][0-9]:[0-5][0-9]*' AND (substr({c}, "
    "17, 1) <> ':' OR substr({c}, 18, 2) GLOB '[0-5][0-9]') AND (substr({c}, 20, 1) NOT IN "
    "('.', ',') OR substr({c}, 21, 1) GLOB '[0-9]') AND (CASE WHEN substr({c}, 17, 1) <> ':' "
    "THEN substr({c}, 17) WHEN substr({c}, 20, 1) IN ('.', ',') THEN ltrim(substr({c}, 21), "
    "'0123456789') ELSE substr({c}, 20) END IN ('', 'Z', 'z') OR CASE WHEN substr({c}, 17, "
    "1) <> ':' THEN substr({c}, 17) WHEN substr({c}, 20, 1) IN ('.', ',') THEN "
    "ltrim(substr({c}, 21), '0123456789') ELSE substr({c}, 20) END GLOB '[+-][01][0-9]' OR "
    "CASE WHEN substr({c}, 17, 1) <> ':' THEN substr({c}, 17) WHEN substr({c}, 20, 1) IN "
    "('.', ',') THEN ltrim(substr({c}, 21), '0123456789') ELSE substr({c}, 20) END GLOB "
    "'[+-][01][0-9][0-5][0-9]' OR CASE WHEN substr({c}, 17, 1) <> ':' THEN substr({c}, 17) "
    "WHEN substr({c}, 20, 1) IN ('.', ',') THEN ltrim(substr({c}, 21), '0123456789') ELSE "
    "substr({c}, 20) END GLOB '[+-][01][0-9]:[0-5][0-9]')) AND strftime('%d', substr({c}, 1, "
    "10), '+0 days') = substr({c}, 9, 2) AND substr({c}, 12, 2) < '24' THEN "
    "nullif(max(nullif(min((strftime('%s', substr({c}, 1, 10) || ' ' || substr({c}, 12, CASE "
    "substr({c}, 17, 1) WHEN ':' THEN 8 ELSE 5 END)) - CAST(substr(CASE WHEN substr({c}, 17, "
    "1) <> ':' THEN substr({c}, 17) WHEN substr({c}, 20, 1) IN ('.', ',') THEN "
    "ltrim(substr({c}, 21), '0123456789') ELSE substr({c}, 20) END, 1, 1) || '1' AS INTEGER) "
    "* (substr(CASE WHEN substr({c}, 17, 1) <> ':' THEN substr({c}, 17) WHEN substr({c}, 20, "
    "1) IN ('.', ',') THEN ltrim(substr({c}, 21), '0123456789') ELSE substr({c}, 20) END, 2, "
    "2) * 3600 + ltrim(substr(CASE WHEN substr({c}, 17, 1) <> ':' THEN substr({c}, 17) WHEN "
    "substr({c}, 20, 1) IN ('.', ',') THEN ltrim(substr({c}, 21), '0123456789') ELSE "
    "substr({c}, 20) END, 4), ':') * 60)) * 1000000 + CASE WHEN substr({c}, 20, 1) IN ('.', "
    "',') THEN CAST(round(CAST('0.' || substr({c}, 21, 6) AS REAL) * 1000000) AS INTEGER) "
    "ELSE 0 END, 253402300800000000), 253402300800000000), -62135596800000001), "
    "-62135596800000001) END WHEN 'integer' THEN nullif(max(nullif(min(CASE WHEN {c} > -1e11 "
    "AND {c} < 1e11 THEN {c} * 1000000 WHEN {c} > -1e14 AND {c} < 1e14 THEN {c} * 1000 WHEN "
    "{c} > -1e17 AND {c} < 1e17 THEN {c} ELSE {c} / 1000 END, 253402300800000000), "
    "253402300800000000), -62135596800000001), -62135596800000001) WHEN 'real' THEN "
    "nullif(max(nullif(min(CAST(round(CASE WHEN {c} > -1e11 AND {c} < 1e11 THEN {c} * "
    "1000000.0 WHEN {c} > -1e14 AND {c} < 1e14 THEN {c} * 1000.0 WHEN {c} > -1e17 AND {c} < "
    "1e17 THEN {c} ELSE {c} / 1000.0 END) AS INTEGER), 253402300800000000), "
    "253402300800000000), -62135596800000001), -62135596800000001) END)"
)


def upgrade() -> None:
    """Make the indexes that are not there."""
    engine = op.get_bind().dialect.name
    time = _sqlite_time if engine == "sqlite" else _postgres_time
    duration = _DURATION[engine].format(**{c: time(c) for c in ("completed_at", "started_at")})
    indexes: tuple[tuple[str, str | sa.TextClause], ...] = (
        ("ix_tasks_started", "started_at"),
        ("ix_tasks_completed", "completed_at"),
        ("ix_tasks_duration", sa.text(duration)),
    )
    for number, (name, first) in enumerate(indexes, 1):
        if not has_index(name):
            tell(f"making the index {name} ({number} of {len(indexes)})")
            op.create_index(name, "tasks", [first, "id"])


def downgrade() -> None:
    """Drop the indexes; no row is touched."""
    for name in ("ix_tasks_duration", "ix_tasks_completed", "ix_tasks_started"):
        tell(f"dropping the index {name}")
        op.drop_index(name, "tasks", if_exists=True)


def _sqlite_time(column: str) -> str:
    """Give a time of SQLite's in microseconds."""
    return _SQLITE_TIME.format(c=column)


def _postgres_time(column: str) -> str:
    """Give a time, its zone named where others made this column alone without one."""
    alone = naive_ends(op.get_bind()) == {column}
    return f"({column} AT TIME ZONE 'UTC')" if alone else column
