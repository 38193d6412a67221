"""Postgres times that Python has none for: infinity, and years before 1 or after 9999.

asyncpg raises on them, and one such row would hide a page. With the codecs made here they come
back as a `FarTime`, which can be shown, carried by a cursor, and asked for again.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from taskview_core.persistence.far_time import FarTime

_START = datetime(2000, 1, 1)
_START_UTC = _START.replace(tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


async def install(connection: asyncpg.Connection[Any]) -> None:
    """Have a connection read and write far times."""
    for name, start in (("timestamptz", _START_UTC), ("timestamp", _START)):
        await connection.set_type_codec(
            name,
            schema="pg_catalog",
            format="tuple",
            encoder=_encode,
            decoder=_decoder(start),
        )


def _decoder(start: datetime) -> Any:
    def decode(value: tuple[int]) -> datetime | FarTime:
        try:
            return start + _MICROSECOND * value[0]  # quicker than to make a timedelta of it
        except OverflowError:
            return FarTime.of(value[0])

    return decode


def _encode(value: datetime | FarTime) -> tuple[int]:
    if isinstance(value, FarTime):
        return (value.microseconds,)
    # What has no zone is UTC, on either side; as on SQLite.
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    return ((aware - _START_UTC) // _MICROSECOND,)
