"""Asks the driver of a connection straight, past SQLAlchemy, which takes as long as a page does.

Only where the driver can take it: SQLite's, and Postgres' where the server's session is ours.
Beginning a transaction, limits of time, and what a lost connection means are as by SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from taskview_core.persistence.limited_connection import LimitedConnection
from taskview_core.persistence.one_hop import OneHopConnection

Driver: TypeAlias = OneHopConnection | LimitedConnection


def driver_of(session: AsyncSession | AsyncConnection) -> Driver | None:
    """Give the driver that can be asked straight, None where SQLAlchemy has to."""
    if not isinstance(session, AsyncConnection) or session.sync_connection is None:
        return None
    driver = session.sync_connection.connection.driver_connection
    if isinstance(driver, LimitedConnection):
        return driver if driver.is_direct else None
    return driver if isinstance(driver, OneHopConnection) else None


async def read(
    session: AsyncSession | AsyncConnection, driver: Driver, words: str, values: Sequence[Any]
) -> Sequence[Sequence[Any]]:
    """Give the rows of a statement. Raises what the driver does."""
    try:
        return await driver.read(words, values)
    except BaseException as error:  # being cancelled too: nobody knows what state it is in
        gone = not isinstance(error, Exception)
        if isinstance(driver, LimitedConnection) and (gone or driver.is_closed()):
            assert isinstance(session, AsyncConnection), "no other has a driver"
            await session.invalidate(error)
        raise
