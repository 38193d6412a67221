"""Asks a hot standby how far it is behind the server that it copies."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from taskview_core.entities import Replica
from taskview_core.errors import QueryError
from taskview_core.persistence.faults import translated
from taskview_core.persistence.running import Session

# A standby that has replayed all that it has got is up to date, however long ago that was written.
# Who receives, and from where, is told to all and to some: then the settings may say.
_ASKED = text(
    """
SELECT pg_is_in_recovery() AS is_replica,
  extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float8 AS age,
  pg_last_wal_replay_lsn() >= pg_last_wal_receive_lsn() AS has_all,
  r.pid IS NOT NULL AS receives,
  coalesce(r.sender_host, substring(c.setting FROM 'host=''?([^'' ]+)')) AS host,
  coalesce(r.sender_port::text, substring(c.setting FROM 'port=''?([0-9]+)')) AS port,
  c.setting <> '' AS is_to_receive
FROM (SELECT 1) AS one
LEFT JOIN pg_stat_wal_receiver AS r ON r.pid IS NOT NULL
LEFT JOIN pg_settings AS c ON c.name = 'primary_conninfo'
"""
)


NO_WORDS = Replica()
"""One of another make, which has no words for how it is doing."""


class Replication:
    """What has been heard of one replica so far: where it came from, when that is gone."""

    def __init__(self) -> None:
        self._primary = ""
        self._followed = False

    async def ask(self, session: Session) -> Replica | None:
        """Say how it is doing; None where it is no replica, or has been promoted."""
        row: Any = (await session.execute(_ASKED)).one()
        if not row.is_replica:
            self._primary, self._followed = "", False
            return None
        if row.host:
            self._primary = row.host if row.port is None else f"{row.host}:{row.port}"
        last = None if row.age is None else timedelta(seconds=max(row.age, 0.0))
        if row.receives:
            self._followed = True
            behind = timedelta(0) if row.has_all else last
            return Replica(behind, primary=self._primary, last_change=last)
        # One that is fed by files alone has nobody who could be away.
        cut_off = self._followed or bool(row.is_to_receive)
        return Replica(last, is_cut_off=cut_off, primary=self._primary, last_change=last)


async def replica_of(connection: AsyncConnection) -> Replica | None:
    """Ask once, through a connection that may be to anything."""
    raw = await connection.get_raw_connection()
    if not getattr(raw.driver_connection, "is_replica", False):
        return None
    try:
        with translated(""):
            return await Replication().ask(connection)
    except QueryError:
        return NO_WORDS
