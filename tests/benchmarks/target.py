"""A database that is measured: through our browser, and by its bare driver on the same SQL."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import aiosqlite
import asyncpg

from support.heard import Sent, heard
from taskview_core.persistence.browser import DatabaseBrowser
from taskview_core.persistence.url import parse_database_url
from taskview_tui import wiring

_PATIENCE = 60.0

NOW = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)
"""The moment at which the demo stands still."""


def _reads(statement: str) -> bool:
    # Beginning and ending transactions is ours alone: a bare driver need not.
    return statement.lstrip().startswith(("SELECT", "WITH"))


class Bare(Protocol):
    """The bare driver on one connection."""

    async def fetch(self, sent: Sent) -> Sequence[Any]:
        """Run a statement to its last row."""
        ...

    async def close(self) -> None:
        """Hang up."""
        ...


class BareSqlite:
    """The asynchronous driver that ours is built on.

    A statement that takes longer than a minute is stopped with a TimeoutError.
    """

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self.connection = connection

    @classmethod
    async def open(cls, path: str) -> BareSqlite:
        """Open a file."""
        connection = await aiosqlite.connect(path, isolation_level=None)
        await connection.execute("PRAGMA cache_size = -65536")
        return cls(connection)

    async def fetch(self, sent: Sent) -> list[Any]:
        """See Bare."""
        late = time.monotonic() + _PATIENCE
        await self.connection.set_progress_handler(lambda: time.monotonic() > late, 1_000_000)
        try:
            return list(await self.connection.execute_fetchall(*sent))
        except sqlite3.OperationalError as error:
            if "interrupted" in str(error):
                raise TimeoutError from error
            raise

    async def close(self) -> None:
        """See Bare."""
        await self.connection.close()


class BarePostgres:
    """The asynchronous driver."""

    def __init__(self, connection: asyncpg.Connection[Any]) -> None:
        self.connection = connection

    async def fetch(self, sent: Sent) -> list[Any]:
        """See Bare."""
        statement, parameters = sent
        return await self.connection.fetch(statement, *parameters)

    async def close(self) -> None:
        """See Bare."""
        await self.connection.close()


@dataclass(frozen=True)
class Target:
    """One engine's database of so many tasks, open both ways."""

    engine: str
    url: str
    tasks: int
    browser: DatabaseBrowser
    bare: Bare

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file of SQLite."""
        return isinstance(self.bare, BareSqlite)

    async def sent_by(self, action: Callable[[], Awaitable[Any]]) -> list[Sent]:
        """Give the statements that our browser sends while it does something."""
        await action()  # What is asked of a database once only is not meant.
        with heard(self.browser._engine, _reads) as sent:
            await action()
        return sent

    async def replay(self, sent: Sequence[Sent]) -> None:
        """Run the same statements by the bare driver."""
        for each in sent:
            await self.bare.fetch(each)

    async def guide(self, statement: str, *parameters: Any) -> Sequence[Any]:
        """Run SQL of our own, written with `?`, by the bare driver."""
        if not self.is_sqlite:
            for number in range(1, len(parameters) + 1):
                statement = statement.replace("?", f"${number}", 1)
        return await self.bare.fetch((statement, parameters))

    async def value(self, statement: str, *parameters: Any) -> Any:
        """Give the first value of the first row of such SQL."""
        return (await self.guide(statement, *parameters))[0][0]

    async def close(self) -> None:
        """Close both sides."""
        await self.browser.close()
        await self.bare.close()


async def open_target(url: str, tasks: int, *, text_index: bool = False) -> Target:
    """Open a database both ways; with `text_index` text is found by that of a file too."""
    folder = wiring.text_index_folder() if text_index else None
    browser = DatabaseBrowser(url, clock=lambda: NOW, timeout=600, text_indexes=folder)
    await browser.connect()
    path = parse_database_url(url).path
    bare: Bare
    if path is not None:
        bare = await BareSqlite.open(str(path))
        name = f"SQLite {sqlite3.sqlite_version}"
    else:
        connection = await asyncpg.connect(url)
        bare = BarePostgres(connection)
        name = f"PostgreSQL {connection.get_server_version().major}"
    return Target(name, url, tasks, browser, bare)
