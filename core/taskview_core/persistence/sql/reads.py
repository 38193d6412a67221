"""How work gets to the database: in a session that is at hand, or each piece in one of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from taskview_core.persistence.running import Session, Work
from taskview_core.persistence.sql.statements import Kept
from taskview_core.persistence.straight import driver_of, read

T = TypeVar("T")


class Reads(Protocol):
    """Runs pieces of a search, one after the other."""

    async def run(self, work: Work[T], seconds: float | None = None) -> T:
        """Give the result of a piece of work, which may be stopped after so many `seconds`.

        Raises QueryTimeoutError then. None stands for whatever time a query is allowed.
        """
        ...


class InSession:
    """Runs all pieces in one transaction, which sees one state of the database."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def run(self, work: Work[T], seconds: float | None = None) -> T:
        """See Reads; whoever opened the session watches over its time."""
        return await work(self._session)


class EachAlone:
    """Runs each piece in a transaction of its own.

    A search may go on for minutes: no snapshot is held meanwhile, which would keep others from
    tidying up, and no connection is kept from other queries.
    """

    def __init__(self, call: Callable[[Work[Any], float | None], Awaitable[Any]]) -> None:
        self._call = call

    async def run(self, work: Work[T], seconds: float | None = None) -> T:
        """See Reads."""
        result: T = await self._call(work, seconds)
        return result


async def rows_of(
    reads: Reads, statement: Any, parameters: Mapping[str, Any] | None = None
) -> Sequence[Any]:
    """Give the rows of one statement."""

    async def work(session: Session) -> Sequence[Any]:
        return (await session.execute(statement, parameters)).all()

    return await reads.run(work)


async def rows_of_kept(reads: Reads, kept: Kept, parameters: Mapping[str, Any]) -> Sequence[Any]:
    """Give the rows of a statement that is kept, from its driver where that can be asked."""

    async def work(session: Session) -> Sequence[Any]:
        driver = driver_of(session)
        ready = None
        if driver is not None and isinstance(session, AsyncConnection):
            ready = kept.for_driver(session.dialect)
        if driver is None or ready is None:
            rows: Sequence[Any] = (await session.execute(kept.statement, parameters)).all()
            return rows
        return ready.rows(await read(session, driver, ready.words, ready.filled(parameters)))

    return await reads.run(work)
