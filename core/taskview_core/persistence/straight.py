"""Asks the driver of a connection straight, past SQLAlchemy, which takes as long as a page does.

Only where the driver can take it: SQLite's, and Postgres' where the server's session is ours and
makes plans for the values at hand. Beginning a transaction, limits of time, and what a lost
connection means are as by SQLAlchemy.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, TypeAlias

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from taskview_core.persistence.limited_connection import LimitedConnection
from taskview_core.persistence.one_hop import OneHopConnection
from taskview_core.persistence.postgres_connection import POSTGRES_ERRORS

Driver: TypeAlias = OneHopConnection | LimitedConnection


def driver_of(session: AsyncSession | AsyncConnection) -> Driver | None:
    """Give the driver that can be asked straight, None where SQLAlchemy has to."""
    if not isinstance(session, AsyncConnection) or session.sync_connection is None:
        return None
    driver = session.sync_connection.connection.driver_connection
    if isinstance(driver, LimitedConnection):
        return driver if driver.prepares else None
    return driver if isinstance(driver, OneHopConnection) else None


async def read(
    session: AsyncSession | AsyncConnection, driver: Driver, words: str, values: Sequence[Any]
) -> Sequence[Sequence[Any]]:
    """Give the rows of a statement. Raises what the driver does."""
    if isinstance(driver, OneHopConnection):
        return await driver.read(words, values)
    assert isinstance(session, AsyncConnection), "no other has a driver"
    try:
        return await driver.read(words, values)
    except asyncio.CancelledError as error:
        await session.invalidate(error)  # Nobody knows what state it is in.
        raise
    except POSTGRES_ERRORS as error:
        if driver.is_closed():
            await _lose(session, error)
        raise


async def _lose(session: AsyncConnection, error: BaseException) -> None:
    """Have a connection that was lost not be used again, nor those that are as old.

    That is what SQLAlchemy does, by the same private name: a server that has ended one connection
    has mostly ended all, and each of the others would cost a question.
    """
    assert session.sync_connection is not None, "it has been opened"
    proxied = session.sync_connection.connection
    session.sync_connection.engine.pool._invalidate(proxied, error, _checkin=False)
    await session.invalidate(error)
