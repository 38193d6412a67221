"""How many rows a table has, as far as that is known in a moment."""

from __future__ import annotations

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from taskview_core.entities import Count
from taskview_core.interfaces.browser import COUNT_CAP

_POSTGRES = """
WITH RECURSIVE part AS (
  SELECT to_regclass(:table)::oid AS id
  UNION SELECT i.inhrelid FROM pg_inherits i JOIN part ON i.inhparent = part.id
)
SELECT sum(greatest(c.reltuples, 0)) FROM part JOIN pg_class c ON c.oid = part.id
WHERE c.relkind <> 'p'
"""


def rows_capped(connection: Connection, table: str) -> Count:
    """Count the rows of a table up to 10,000."""
    capped = f"SELECT count(*) FROM (SELECT 1 FROM {table} LIMIT {COUNT_CAP + 1}) AS capped"
    number = int(connection.execute(text(capped)).scalar_one())
    return Count(min(number, COUNT_CAP), exact=number <= COUNT_CAP)


def rows_about(connection: Connection, table: str) -> Count:
    """Count the rows of a table up to 10,000; of more give the estimate that costs nothing."""
    counted = rows_capped(connection, table)
    if counted.exact:
        return counted
    if connection.dialect.name == "sqlite":
        try:
            number = connection.execute(text(f"SELECT max(rowid) FROM {table}")).scalar_one()
        except OperationalError:
            number = None  # A table WITHOUT ROWID has no such number.
    else:
        number = connection.execute(text(_POSTGRES), {"table": table}).scalar_one()
    about = int(number or 0)
    return Count.estimated(about) if about > COUNT_CAP else counted
